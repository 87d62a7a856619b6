import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test, vi } from "vitest";
import type { Agent, Contact, Message } from "../api/client";
import { KEYS, loadAnew, takeEntry } from "./cache";
import type { Page, Told } from "./conversations";
import type { Entry } from "./entry";
import { conversation, message } from "./samples";

let queries: QueryClient;
beforeEach(() => {
  queries = new QueryClient();
});

const entry = (type: string, data: object): Entry => ({ id: type, type, ephemeral: false, version: 1, data }) as Entry;
const received = entry("message.received", { conversation: conversation("a", 3), message: message(2) });
const messages = () => queries.getQueryData<{ pages: Page<Message>[] }>([...KEYS.messages, "a"])?.pages[0]!.items;
const told = () => queries.getQueryData<Told>(KEYS.told);

test("an entry brings its conversation and its message", () => {
  queries.setQueryData([...KEYS.messages, "a"], { pages: [{ items: [message(1)] }], pageParams: [] });
  takeEntry(queries, received, "me");
  expect(told()?.get("a")?.version).toBe(3);
  expect(messages()?.map((one) => one.number)).toEqual([2, 1]);
});

test("a message that comes while the messages are being loaded is not lost", async () => {
  const queryFn = async () => {
    await new Promise((done) => setTimeout(done, 5));
    return { items: [message(1)], next: null };
  };
  const loading = queries.fetchInfiniteQuery({ queryKey: [...KEYS.messages, "a"], queryFn, initialPageParam: undefined });
  takeEntry(queries, received, "me");
  await loading;
  await vi.waitFor(() => expect(messages()?.map((one) => one.number)).toEqual([2, 1]));
});

test("presence is that of the newest entry; one's own typing is nobody's news", () => {
  queries.setQueryData<Agent[]>(KEYS.agents, [{ id: "lea", name: "Lea", presence: "online", load: 0, capacity: 5 }]);
  takeEntry(queries, entry("agent.presence_changed", { id: "lea", name: "Lea", presence: "away", load: 1, capacity: 5 }), "me");
  expect(queries.getQueryData<Agent[]>(KEYS.agents)).toMatchObject([{ presence: "away", load: 1 }]);
  const typing = { conversation_id: "a", who: { kind: "agent", id: "me", name: "Me" }, typing: true };
  takeEntry(queries, entry("typing", typing), "me");
  expect(queries.getQueryData(KEYS.typists)).toBeUndefined();
});

test("a changed contact is asked for again, if it is shown and older", () => {
  const key = [...KEYS.contact, "a"];
  queries.setQueryData<Contact>(key, { id: "k", version: 2, identities: [] as Contact["identities"] } as Contact);
  takeEntry(queries, entry("contact.changed", { contact_id: "k", identity_ids: [], version: 2 }), "me");
  expect(queries.getQueryState(key)?.isInvalidated).toBe(false);
  takeEntry(queries, entry("contact.changed", { contact_id: "k", identity_ids: [], version: 3 }), "me");
  expect(queries.getQueryState(key)?.isInvalidated).toBe(true);
});

test("too far behind: what was told is forgotten, what is shown is asked for again", () => {
  takeEntry(queries, received, "me");
  queries.setQueryData([...KEYS.conversations, "view"], { pages: [] });
  loadAnew(queries);
  expect(told()?.size).toBe(0);
  expect(queries.getQueryState([...KEYS.conversations, "view"])?.isInvalidated).toBe(true);
});
