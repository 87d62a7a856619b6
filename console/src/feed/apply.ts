/** What a feed entry changes in what we hold: pure, so that any order and repeat can be tested. */
import type { Agent, Conversation, Message } from "../api/client";

export interface Entry {
  id: string;
  type: string;
  brand_id: string | null;
  at: string;
  subject: string;
  version: number;
  ephemeral: boolean;
  data: {
    conversation?: Conversation;
    message?: Message;
    conversation_id?: string;
    who?: { kind: "contact" | "agent"; id: string; name: string | null };
    typing?: boolean;
    contact_id?: string;
    identity_ids?: string[];
  } & Partial<Agent>;
}

export interface View {
  kind: "mine" | "queue" | "all";
  brand?: string;
  queue?: string;
  status: Conversation["status"];
}

export interface Page<T> { items: T[]; next?: string | null }

export function belongs(conversation: Conversation, view: View, me: string): boolean {
  if (conversation.status !== view.status) return false;
  if (view.kind === "mine") return conversation.assignee?.id === me;
  if (view.kind === "queue") return conversation.brand_id === view.brand && conversation.queue_id === view.queue;
  return true;
}

/** Put a conversation where it belongs in a list, or take it out; an older version changes nothing. */
export function placeConversation(pages: Page<Conversation>[], changed: Conversation, view: View, me: string): Page<Conversation>[] {
  const held = pages.flatMap((page) => page.items).find((one) => one.id === changed.id);
  if (held && (held.version ?? 0) >= (changed.version ?? 0)) return pages;
  const rest = pages.map((page) => ({ ...page, items: page.items.filter((one) => one.id !== changed.id) }));
  if (!belongs(changed, view, me)) return held ? rest : pages;
  const last = rest.length - 1;
  for (const [index, page] of rest.entries()) {
    const at = page.items.findIndex((one) => isBefore(changed, one));
    if (at >= 0) return rest.map((one, i) => (i === index ? { ...one, items: [...one.items.slice(0, at), changed, ...one.items.slice(at)] } : one));
  }
  // Older than all that is loaded: it is on a page still to come, unless there is none.
  if (rest[last]?.next) return rest;
  return rest.map((one, i) => (i === last ? { ...one, items: [...one.items, changed] } : one));
}

const isBefore = (a: Conversation, b: Conversation): boolean =>
  a.last_activity_at > b.last_activity_at || (a.last_activity_at === b.last_activity_at && a.id > b.id);

/** Put a message into a conversation's pages (newest first); a state of before never returns. */
export function placeMessage(pages: Page<Message>[], changed: Message): Page<Message>[] {
  const held = pages.flatMap((page) => page.items).find((one) => one.id === changed.id);
  if (held) {
    const merged = { ...changed, number: changed.number || held.number, state: later(held.state, changed.state) };
    return pages.map((page) => ({ ...page, items: page.items.map((one) => (one.id === changed.id ? merged : one)) }));
  }
  if (!changed.number || !pages.length) return pages;
  const [first, ...rest] = pages as [Page<Message>, ...Page<Message>[]];
  return [{ ...first, items: [...first.items, changed].sort((a, b) => b.number - a.number) }, ...rest];
}

const RANK: Record<Message["state"], number> = { received: 0, pending: 0, unclear: 1, sent: 2, delivered: 3, read: 4, failed: 5 };
const later = (a: Message["state"], b: Message["state"]): Message["state"] => (RANK[b] >= RANK[a] ? b : a);
