/** The agents' feed: a WebSocket that comes back with the last number it saw, so nothing is missed. */
import { waitBefore } from "./backoff";
import type { Entry, Frame } from "./entry";
import { Seen } from "./seen";

export type Liveness = "connecting" | "live" | "waiting";

export interface Handlers {
  onEntry(entry: Entry): void;
  /** Too far behind: load anew what is shown. */
  onReset(): void;
  /** The line is back; what is never repeated (presence) must be asked for. */
  onReturn(): void;
  onLiveness(liveness: Liveness): void;
}

export interface Line {
  address: string;
  /** A token; `renew`: the one before was refused. None: nobody is signed in any more. */
  token(renew: boolean): Promise<string | null>;
  open(address: string): WebSocket;
}

const SILENCE_MS = 45_000;
const TOKEN_REFUSED = 4401;

export class FeedConnection {
  private after: number | null = null;
  private attempt = 0;
  private socket: WebSocket | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private wasLive = false;
  private isClosed = false;
  private readonly seen = new Seen();

  constructor(
    private readonly line: Line,
    private readonly handlers: Handlers,
  ) {
    void this.connect();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.retry);
    this.hangUp();
  }

  /** The computer says it is online again: don't wait any longer. */
  hurry(): void {
    if (this.isClosed || this.socket) return;
    clearTimeout(this.retry);
    void this.connect();
  }

  private async connect(renew = false): Promise<void> {
    const token = await this.line.token(renew).catch(() => undefined);
    if (this.isClosed || this.socket) return;
    if (token === null) return this.handlers.onLiveness("waiting"); // signing in again loads the page
    if (token === undefined) return this.comeBack();
    const socket = (this.socket = this.line.open(this.line.address));
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token, after: this.after }));
    socket.onmessage = (event) => socket === this.socket && this.take(JSON.parse(String(event.data)) as Frame);
    socket.onclose = (event) => {
      if (socket !== this.socket) return;
      this.hangUp();
      this.comeBack(event.code === TOKEN_REFUSED);
    };
    this.listen();
  }

  private take(frame: Frame): void {
    this.listen();
    if (frame.type === "welcome") {
      this.attempt = 0;
      this.after ??= frame.number;
      this.handlers.onLiveness("live");
      if (this.wasLive) this.handlers.onReturn();
      this.wasLive = true;
    } else if (frame.type === "reset") {
      this.after = frame.number;
      this.handlers.onReset();
    } else if (frame.type === "entry") {
      if (!frame.entry.ephemeral) this.after = Math.max(this.after ?? frame.number, frame.number);
      if (this.seen.add(frame.entry.id)) this.handlers.onEntry(frame.entry);
    }
  }

  /** The service pings every 20 seconds: a line that says nothing for longer is dead. */
  private listen(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      this.hangUp();
      this.comeBack();
    }, SILENCE_MS);
  }

  private hangUp(): void {
    clearTimeout(this.silence);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private comeBack(renew = false): void {
    if (this.isClosed) return;
    this.handlers.onLiveness("waiting");
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.connect(renew), waitBefore(this.attempt++));
  }
}
