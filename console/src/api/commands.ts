/** Commands: given once with an Idempotency-Key, sent again with the same key when the answer was lost. */
import { currentToken } from "../auth/session";
import { type Conversation, type Message, problemOf } from "./client";

export type Verb = "claim" | "assign" | "unassign" | "replies" | "notes" | "resolve" | "reopen" | "snooze" | "pending" | "read";

export interface Outcome {
  id: string;
  status: "done" | "pending" | "refused";
  conversation?: Conversation;
  message?: Message;
  problem?: { status: number; title: string; detail?: string };
}

const ATTEMPTS = 4;
const POLLS = 30;

export async function give(conversation: string, verb: Verb, body: object = {}, key: string = crypto.randomUUID()): Promise<Outcome> {
  const path = `/api/routing/v1/conversations/${encodeURIComponent(conversation)}/${verb}`;
  const answer = await persistently(path, body, key);
  if (answer.status === 202) return settled(answer.headers.get("location") ?? "");
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw problemOf(said, answer.status);
  return said as Outcome;
}

async function persistently(path: string, body: object, key: string): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await ask(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", "idempotency-key": key } });
      if (answer.status < 500 || attempt === ATTEMPTS) return answer;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
    await pause(400 * 2 ** attempt);
  }
}

async function settled(location: string): Promise<Outcome> {
  for (let poll = 0; poll < POLLS; poll++) {
    await pause(500);
    const outcome = (await (await ask(location)).json()) as Outcome;
    if (outcome.status === "refused") throw problemOf(outcome.problem, outcome.problem?.status ?? 409);
    if (outcome.status === "done") return outcome;
  }
  throw problemOf({ title: "No answer" }, 504);
}

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  const token = await currentToken();
  return fetch(path, { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } });
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
