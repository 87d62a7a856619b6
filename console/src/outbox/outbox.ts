/** Sends what was written, one after the other per conversation; goes on after a reload of the tab. */
import type { Outcome } from "../api/client";
import { asProblem } from "../api/problem";
import { TabStore } from "../store/tabStore";
import { added, again, failed, type Unsent, without } from "./unsent";

export interface Post {
  send(one: Unsent): Promise<Outcome>;
  arrived(outcome: Outcome): void;
}

export class Outbox {
  private readonly sending = new Map<string, Promise<void>>();

  constructor(
    private readonly post: Post,
    readonly store: TabStore<Unsent[]> = new TabStore<Unsent[]>("resonanz-outbox", []),
    private readonly freshKey: () => string = () => crypto.randomUUID(),
  ) {
    for (const one of store.get()) if (one.state === "sending") this.enqueue(one);
  }

  /** @param written with a key of its own if the same must never be sent twice, whoever asks how often. */
  put(written: Pick<Unsent, "conversation" | "writing" | "text" | "after"> & { key?: string }): void {
    const one: Unsent = { key: this.freshKey(), at: new Date().toISOString(), state: "sending", ...written };
    if (this.store.get().some((held) => held.key === one.key)) return;
    this.store.set(added(this.store.get(), one));
    this.enqueue(one);
  }

  retry(key: string): void {
    const before = this.store.get();
    const at = before.findIndex((one) => one.key === key && one.state === "failed");
    if (at < 0) return;
    const after = again(before, key, this.freshKey());
    this.store.set(after);
    this.enqueue(after[at]!);
  }

  discard(key: string): void {
    this.store.set(without(this.store.get(), key));
  }

  private enqueue(one: Unsent): void {
    const before = this.sending.get(one.conversation) ?? Promise.resolve();
    this.sending.set(one.conversation, before.then(() => this.deliver(one)));
  }

  private async deliver(one: Unsent): Promise<void> {
    try {
      const outcome = await this.post.send(one);
      this.post.arrived(outcome);
      this.discard(one.key);
    } catch (error) {
      this.store.set(failed(this.store.get(), one.key, asProblem(error)));
    }
  }
}
