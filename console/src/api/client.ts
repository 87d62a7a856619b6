/** The public APIs, typed by their OpenAPI documents. */
import createClient from "openapi-fetch";
import { authorisedFetch } from "./authorised";
import type { components as Crm, paths as CrmPaths } from "./generated/crm";
import type { components as Routing, paths as RoutingPaths } from "./generated/routing";

export type Conversation = Routing["schemas"]["ConversationView"];
export type Message = Routing["schemas"]["Message"];
export type MessageState = Message["state"];
export type Attachment = Routing["schemas"]["Attachment"];
export type Agent = Routing["schemas"]["AgentView"];
export type Brand = Routing["schemas"]["Brand"];
export type Me = Routing["schemas"]["Me"];
export type Outcome = Routing["schemas"]["Outcome"];
export type Status = NonNullable<Conversation["status"]>;
export type Presence = NonNullable<Agent["presence"]>;
export type Contact = Crm["schemas"]["Contact"];
export type ContactChange = Crm["schemas"]["ContactChange"];
export type ContactOutcome = Crm["schemas"]["Outcome"];
export type Identity = Crm["schemas"]["IdentityView"];
export type TimelineEntry = Crm["schemas"]["TimelineEntry"];

export const routing = createClient<RoutingPaths>({ baseUrl: "/api/routing", fetch: authorisedFetch });
export const crm = createClient<CrmPaths>({ baseUrl: "/api/crm", fetch: authorisedFetch });
