/** What has been written and is not yet known to be there: shown at once, reconciled later. Pure. */
import type { Message } from "../api/client";
import type { ProblemError } from "../api/problem";
import type { Writing } from "../commands/conversationCommands";

export type Said = Pick<ProblemError, "status" | "slug" | "message" | "detail">;

export interface Unsent {
  /** Idempotency-Key: the same for every attempt whose fate is unknown. */
  key: string;
  conversation: string;
  writing: Writing;
  text: string;
  at: string;
  /** Number of the newest message when it was written: it will be behind that one. */
  after: number;
  state: "sending" | "failed";
  problem?: Said;
}

export const added = (unsent: Unsent[], one: Unsent): Unsent[] => [...unsent, one];

export const without = (unsent: Unsent[], key: string): Unsent[] => unsent.filter((one) => one.key !== key);

export function failed(unsent: Unsent[], key: string, { status, slug, message, detail }: ProblemError): Unsent[] {
  const problem = { status, slug, message, detail };
  return unsent.map((one) => (one.key === key ? { ...one, state: "failed", problem } : one));
}

/**
 * Try once more. What was refused was decided, so it gets a new key; what was lost keeps its key,
 * because it may have arrived.
 */
export function again(unsent: Unsent[], key: string, freshKey: string): Unsent[] {
  return unsent.map((one) => {
    if (one.key !== key || one.state !== "failed") return one;
    const { problem, ...rest } = one;
    return { ...rest, state: "sending", key: isUndecided(problem) ? key : freshKey };
  });
}

const isUndecided = (problem?: Said): boolean => !problem || problem.status >= 500 || [0, 429].includes(problem.status);

/** Those not among the messages yet; the feed may bring a message before the command's outcome comes. */
export function notYetThere(unsent: Unsent[], messages: Message[], me: string): Unsent[] {
  const taken = new Set<string>();
  return unsent.filter((one) => {
    if (one.state === "failed") return true;
    const there = messages.find((message) => !taken.has(message.id) && isOf(message, one, me));
    if (there) taken.add(there.id);
    return !there;
  });
}

function isOf(message: Message, one: Unsent, me: string): boolean {
  const kind = one.writing === "notes" ? "note" : "message";
  return message.author.id === me && message.kind === kind && message.number > one.after && message.text === one.text;
}
