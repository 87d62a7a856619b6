/** Takes what the feed and commands tell into the query cache, where everything shown comes from. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Agent, Contact, Conversation, Message } from "../api/client";
import { type Page, type Told, TOLD_AT_MOST, tell } from "./conversations";
import type { ContactChanged, Entry } from "./entry";
import { placeMessage } from "./messages";
import { type Typist, withoutAuthor, withTyping } from "./typing";

export const KEYS = {
  told: ["told"],
  typists: ["typists"],
  agents: ["agents"],
  brands: ["brands"],
  conversations: ["conversations"],
  conversation: ["conversation"],
  messages: ["messages"],
  contact: ["contact"],
  timeline: ["timeline"],
} as const;

/** Crm learns of a fact at the same time as the feed: give it a moment before asking. */
const CRM_MS = 800;

export function takeEntry(queries: QueryClient, entry: Entry, me: string): void {
  switch (entry.type) {
    case "typing":
      if (entry.data.who.id !== me) setTypists(queries, (held) => withTyping(held, entry.data, Date.now()));
      return;
    case "agent.presence_changed":
      return takeAgent(queries, entry.data);
    case "contact.changed":
      return takeContactChange(queries, entry.data);
    default:
      if (!entry.data.conversation) return;
      takeConversation(queries, entry.data.conversation);
      if (entry.data.message) takeMessage(queries, entry.data.message);
      refreshTimeline(queries, entry.data.conversation.identity_id);
  }
}

export function takeConversation(queries: QueryClient, changed: Conversation): void {
  const told = tell(queries.getQueryData<Told>(KEYS.told) ?? new Map(), changed);
  queries.setQueryData<Told>(KEYS.told, told);
  if (told.size > TOLD_AT_MOST) loadAnew(queries);
}

export function takeMessage(queries: QueryClient, changed: Message): void {
  setTypists(queries, (held) => withoutAuthor(held, changed.conversation_id, changed.author.id));
  void placeInCache(queries, changed);
}

/** Into the conversation's messages if they are loaded; while they are being loaded, once more after it. */
async function placeInCache(queries: QueryClient, changed: Message): Promise<void> {
  const queryKey = [...KEYS.messages, changed.conversation_id];
  for (;;) {
    queries.setQueryData<InfiniteData<Page<Message>>>(
      queryKey,
      (held) => held && { ...held, pages: placeMessage(held.pages, changed) },
    );
    const query = queries.getQueryCache().find({ queryKey });
    if (!query || query.state.fetchStatus === "idle") return;
    await query.promise?.catch(() => undefined);
    await new Promise((done) => setTimeout(done));
  }
}

export function takeAgent(queries: QueryClient, changed: Agent): void {
  queries.setQueryData<Agent[]>(
    KEYS.agents,
    (held) => held && [...held.filter((one) => one.id !== changed.id), changed],
  );
}

export function setTypists(queries: QueryClient, change: (held: Typist[]) => Typist[]): void {
  queries.setQueryData<Typist[]>(KEYS.typists, (held) => change(held ?? []));
}

/** Whatever was missed: forget what was told and ask again for all that is shown. */
export function loadAnew(queries: QueryClient): void {
  queries.setQueryData<Told>(KEYS.told, new Map());
  const { conversations, conversation, messages, contact, timeline, agents } = KEYS;
  for (const queryKey of [conversations, conversation, messages, contact, timeline, agents])
    void queries.invalidateQueries({ queryKey });
}

function takeContactChange(queries: QueryClient, { contact_id, version }: ContactChanged): void {
  for (const [queryKey, held] of queries.getQueriesData<Contact>({ queryKey: KEYS.contact }))
    if (!held || (held.id === contact_id && held.version < version)) void queries.invalidateQueries({ queryKey });
}

function refreshTimeline(queries: QueryClient, identity: string): void {
  for (const [, contact] of queries.getQueriesData<Contact>({ queryKey: KEYS.contact })) {
    if (!contact?.identities.some((one) => one.id === identity)) continue;
    const queryKey = [...KEYS.timeline, contact.id];
    setTimeout(() => void queries.invalidateQueries({ queryKey }), CRM_MS);
  }
}
