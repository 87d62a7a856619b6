/** Where a conversation's command is: one at a time, and what was refused stays in sight. Pure. */
import type { ProblemError } from "../api/problem";
import type { Verb } from "./conversationCommands";

export interface CommandState {
  busy: Verb | null;
  done: Verb | null;
  problem: ProblemError | null;
}

export type Step =
  | { type: "given"; verb: Verb }
  | { type: "done" }
  | { type: "refused"; problem: ProblemError }
  | { type: "dismissed" };

export const IDLE: CommandState = { busy: null, done: null, problem: null };

export function step(state: CommandState, next: Step): CommandState {
  switch (next.type) {
    case "given":
      return state.busy ? state : { busy: next.verb, done: null, problem: null };
    case "done":
      return { busy: null, done: state.busy, problem: null };
    case "refused":
      return { busy: null, done: null, problem: next.problem };
    case "dismissed":
      return { ...state, problem: null };
  }
}
