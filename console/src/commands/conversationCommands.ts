/** What can be done with a conversation, as the routing service calls it. */
import { authorisedFetch } from "../api/authorised";
import { type Outcome, routing } from "../api/client";
import type { Answer } from "../api/problem";
import { carryOut } from "./carryOut";

export type Verb = "claim" | "assign" | "unassign" | "resolve" | "reopen" | "snooze" | "pending";
export type Writing = "replies" | "notes";

export interface Order {
  conversation: string;
  key: string;
}

const to = ({ conversation, key }: Order) => ({
  params: { path: { id: conversation }, header: { "idempotency-key": key } },
});

export function give(order: Order, verb: Verb, agent = ""): Promise<Outcome> {
  const asked = to(order);
  const sends: Record<Verb, () => Promise<Answer<Outcome>>> = {
    claim: () => routing.POST("/v1/conversations/{id}/claim", asked),
    assign: () => routing.POST("/v1/conversations/{id}/assign", { ...asked, body: { agent_id: agent } }),
    unassign: () => routing.POST("/v1/conversations/{id}/unassign", asked),
    resolve: () => routing.POST("/v1/conversations/{id}/resolve", asked),
    reopen: () => routing.POST("/v1/conversations/{id}/reopen", asked),
    snooze: () => routing.POST("/v1/conversations/{id}/snooze", asked),
    pending: () => routing.POST("/v1/conversations/{id}/pending", asked),
  };
  return carryOut(sends[verb], outcomeAt<Outcome>);
}

export function write(order: Order, writing: Writing, text: string): Promise<Outcome> {
  const asked = { ...to(order), body: { text } };
  const send = (): Promise<Answer<Outcome>> =>
    writing === "replies"
      ? routing.POST("/v1/conversations/{id}/replies", asked)
      : routing.POST("/v1/conversations/{id}/notes", asked);
  return carryOut(send, outcomeAt<Outcome>);
}

export function markRead(order: Order, upTo: number): Promise<Outcome> {
  const asked = { ...to(order), body: { up_to: upTo } };
  return carryOut(() => routing.POST("/v1/conversations/{id}/read", asked), outcomeAt<Outcome>);
}

/** The outcome at a `Location`, which any service may have named. */
export async function outcomeAt<T>(address: string): Promise<Answer<T>> {
  const response = await authorisedFetch(new Request(new URL(address, location.origin)));
  const body: unknown = await response.json().catch(() => undefined);
  return response.ok ? { data: body as T, response } : { error: body, response };
}
