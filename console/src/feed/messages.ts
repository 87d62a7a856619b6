/** Messages of a conversation as pages, newest first: what an entry changes in them. Pure. */
import type { Message, MessageState } from "../api/client";
import type { Page } from "./conversations";

/** Put a message where it belongs; it is there once, and no state or text of before returns. */
export function placeMessage(pages: Page<Message>[], changed: Message): Page<Message>[] {
  if (pages.some((page) => page.items.some((one) => one.id === changed.id))) {
    const merged = (one: Message): Message => (one.id === changed.id ? merge(one, changed) : one);
    return pages.map((page) => ({ ...page, items: page.items.map(merged) }));
  }
  const [first, ...rest] = pages;
  if (!first || !changed.number) return pages; // number 0: a change of one that is not loaded
  return [{ ...first, items: [...first.items, changed].sort((a, b) => b.number - a.number) }, ...rest];
}

function merge(held: Message, changed: Message): Message {
  const text = (changed.object_version ?? 1) >= (held.object_version ?? 1) ? changed : held;
  const state = isForward(held.state, changed.state) ? changed : held;
  return {
    ...text,
    number: held.number,
    at: held.at,
    state: state.state,
    failure: state.failure,
    native_id: state.native_id ?? held.native_id,
  };
}

const RANK: Record<MessageState, number> = { received: 0, pending: 0, unclear: 1, sent: 2, delivered: 3, read: 4, failed: 5 };

/** The same rule as routing's: what was delivered can't fail any more, what has failed stays so. */
function isForward(held: MessageState, changed: MessageState): boolean {
  if (changed === "failed") return held === "pending" || held === "unclear" || held === "sent";
  return held !== "failed" && RANK[changed] > RANK[held];
}
