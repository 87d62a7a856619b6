/** The public APIs, typed by their OpenAPI documents. */
import createClient, { type Middleware } from "openapi-fetch";
import { currentToken } from "../auth/session";
import type { components as Crm, paths as CrmPaths } from "./generated/crm";
import type { components as Routing, paths as RoutingPaths } from "./generated/routing";

export type Conversation = Routing["schemas"]["ConversationView"];
export type Message = Routing["schemas"]["Message"];
export type Agent = Routing["schemas"]["AgentView"];
export type Brand = Routing["schemas"]["Brand"];
export type Me = Routing["schemas"]["Me"];
export type Status = Conversation["status"];
export type Presence = NonNullable<Agent["presence"]>;
export type Contact = Crm["schemas"]["Contact"];
export type TimelineEntry = Crm["schemas"]["TimelineEntry"];

const bearer: Middleware = {
  async onRequest({ request }) {
    const token = await currentToken();
    if (token) request.headers.set("authorization", `Bearer ${token}`);
    return request;
  },
};

export const routing = createClient<RoutingPaths>({ baseUrl: "/api/routing" });
export const crm = createClient<CrmPaths>({ baseUrl: "/api/crm" });
routing.use(bearer);
crm.use(bearer);

/** What an API says when it will not do something (RFC 9457). */
export class ProblemError extends Error {
  constructor(readonly status: number, readonly slug: string, title: string, readonly detail: string) {
    super(title);
  }
}

/** The answer's body, or its problem as an error. */
export function must<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.response.ok && answer.data !== undefined) return answer.data;
  throw problemOf(answer.error, answer.response.status);
}

export function problemOf(body: unknown, status: number): ProblemError {
  const problem = (typeof body === "object" && body ? body : {}) as { type?: string; title?: string; detail?: string };
  return new ProblemError(status, (problem.type ?? "").split(":").pop() ?? "", problem.title ?? `HTTP ${status}`, problem.detail ?? "");
}
