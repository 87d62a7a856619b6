/** Which conversations a view shows: what was loaded, with what the feed has told since. Pure. */
import type { Conversation, Status } from "../api/client";

export interface View {
  kind: "mine" | "queue" | "all";
  brand?: string;
  queue?: string;
  status: Status;
}

export interface Page<T> {
  items: T[];
  next?: string | null;
}

/** The newest version of each conversation that the feed or a command's outcome has told of. */
export type Told = ReadonlyMap<string, Conversation>;

export const TOLD_AT_MOST = 3_000;

export function newer(a: Conversation | undefined, b: Conversation | undefined): Conversation | undefined {
  if (!a || !b) return a ?? b;
  return (b.version ?? 0) > (a.version ?? 0) ? b : a;
}

/** Remember a conversation, unless a newer version of it is known. */
export function tell(told: Told, changed: Conversation): Told {
  const held = told.get(changed.id);
  if (held && newer(held, changed) === held) return told;
  return new Map(told).set(changed.id, changed);
}

export function belongs(conversation: Conversation, view: View, me: string): boolean {
  if (conversation.status !== view.status) return false;
  if (view.kind === "mine") return conversation.assignee?.id === me;
  if (view.kind === "queue") return conversation.brand_id === view.brand && conversation.queue_id === view.queue;
  return true;
}

/** What the view shows, newest activity first: independent of when a page or an entry has arrived. */
export function shown(pages: Page<Conversation>[], told: Told, view: View, me: string): Conversation[] {
  const newest = new Map<string, Conversation>();
  for (const one of pages.flatMap((page) => page.items)) newest.set(one.id, newer(newest.get(one.id), one)!);
  const end = pages.at(-1)?.next ? pages.at(-1)!.items.at(-1) : undefined;
  for (const one of told.values()) {
    const isOnLaterPage = end !== undefined && !newest.has(one.id) && byActivity(end, one) < 0;
    if (!isOnLaterPage) newest.set(one.id, newer(newest.get(one.id), one)!);
  }
  return [...newest.values()].filter((one) => belongs(one, view, me)).sort(byActivity);
}

function byActivity(a: Conversation, b: Conversation): number {
  const [atA, atB] = [instant(a.last_activity_at), instant(b.last_activity_at)];
  if (atA !== atB) return atA > atB ? -1 : 1;
  return a.id > b.id ? -1 : Number(a.id < b.id);
}

/** Comparable as text down to the microsecond: a whole second comes without a fraction. */
const instant = (at: string): string => at.replace(/Z$|\+00:00$/, "");
