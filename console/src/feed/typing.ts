/** Who is writing just now; true only for seconds, so it ends by itself. Pure. */
import type { Typing } from "./entry";

export interface Typist {
  conversation: string;
  kind: "contact" | "agent";
  id: string;
  name: string | null;
  /** Milliseconds since 1970. */
  until: number;
}

const SECONDS_MS = 6_000;

export function withTyping(typists: Typist[], { conversation_id, who, typing }: Typing, now: number): Typist[] {
  const others = typists.filter((one) => one.conversation !== conversation_id || one.id !== who.id);
  if (!typing) return others;
  return [...others, { conversation: conversation_id, ...who, until: now + SECONDS_MS }];
}

/** Who has sent a message is not writing it any more. */
export function withoutAuthor(typists: Typist[], conversation: string, author: string): Typist[] {
  const rest = typists.filter((one) => one.conversation !== conversation || one.id !== author);
  return rest.length === typists.length ? typists : rest;
}

export function stillTyping(typists: Typist[], now: number): Typist[] {
  const rest = typists.filter((one) => one.until > now);
  return rest.length === typists.length ? typists : rest;
}
