/** Commands: sent again with the same key when the answer was lost, asked after when it takes longer. */
import { type Answer, asProblem, must, ProblemError, problemOf } from "../api/problem";

interface AnyOutcome {
  id: string;
  status: "done" | "pending" | "refused";
  problem?: { [key: string]: unknown } | null;
}

export interface Patience {
  /** Sends in all. */
  attempts: number;
  /** Questions after the outcome, after a 202. */
  polls: number;
  pause(ms: number): Promise<void>;
}

const PATIENCE: Patience = {
  attempts: 4,
  polls: 40,
  pause: (ms) => new Promise((done) => setTimeout(done, ms)),
};
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 4_000;

/**
 * The outcome of a command.
 *
 * @param send sends it, each time with the same Idempotency-Key.
 * @param look asks for the outcome at the `Location` of a 202.
 * @throws ProblemError when it was refused, or nobody could say.
 */
export async function carryOut<T extends AnyOutcome>(
  send: () => Promise<Answer<T>>,
  look: (location: string) => Promise<Answer<T>>,
  patience: Patience = PATIENCE,
): Promise<T> {
  const answer = await persistently(send, patience);
  const outcome = must(answer);
  if (answer.response.status !== 202) return outcome;
  return settled(() => look(answer.response.headers.get("location") ?? ""), patience);
}

async function persistently<T>(send: () => Promise<Answer<T>>, patience: Patience): Promise<Answer<T>> {
  for (let attempt = 1; ; attempt++) {
    const last = attempt >= patience.attempts;
    try {
      const answer = await send();
      if (last || !problemOf(answer.error, answer.response.status).isUndecided) return answer;
    } catch (error) {
      if (last) throw asProblem(error);
    }
    await patience.pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
  }
}

async function settled<T extends AnyOutcome>(look: () => Promise<Answer<T>>, patience: Patience): Promise<T> {
  for (let poll = 0; poll < patience.polls; poll++) {
    await patience.pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 1.2 ** poll));
    const answer = await look().catch(() => null);
    if (!answer || answer.response.status >= 500) continue;
    const outcome = must(answer);
    if (outcome.status === "refused") throw problemOf(outcome.problem, Number(outcome.problem?.["status"] ?? 409));
    if (outcome.status === "done") return outcome;
  }
  throw new ProblemError(504, "no-outcome", "No outcome yet", "");
}
