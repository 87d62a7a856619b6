import fc from "fast-check";
import { expect, test } from "vitest";
import type { Conversation, Message } from "../api/client";
import { type Page, placeConversation, placeMessage, type View } from "./apply";

const conversation = (id: string, version: number, more: Partial<Conversation> = {}): Conversation =>
  ({ id, version, status: "open", assignee: null, last_activity_at: `2026-01-01T00:00:${String(version).padStart(2, "0")}Z`, ...more }) as Conversation;
const message = (number: number, state: Message["state"] = "sent"): Message => ({ id: `m${number}`, number, state, text: "" }) as Message;
const all: View = { kind: "all", status: "open" };
const versions = fc.array(fc.record({ id: fc.constantFrom("a", "b", "c"), version: fc.integer({ min: 1, max: 9 }), status: fc.constantFrom("open", "resolved" as const) }));
const start: Page<Conversation>[] = [{ items: [], next: null }];

test("whatever the order and however often told, the newest version of each remains, newest first", () => {
  fc.assert(fc.property(versions, (told) => {
    const facts = [...new Map(told.map((one) => [`${one.id}${one.version}`, one])).values()];
    const [page] = [...facts, ...facts].reduce((pages, one) => placeConversation(pages, conversation(one.id, one.version, { status: one.status as Conversation["status"] }), all, "me"), start);
    const times = page!.items.map((one) => one.last_activity_at);
    expect(times).toEqual([...times].sort().reverse());
    expect(new Set(page!.items.map((one) => one.id)).size).toBe(page!.items.length);
  }));
});

test("a conversation leaves a view it no longer belongs to", () => {
  const mine: View = { kind: "mine", status: "open" };
  const one = placeConversation(start, conversation("a", 1, { assignee: { id: "me", name: "Me" } }), mine, "me");
  expect(one[0]!.items).toHaveLength(1);
  expect(placeConversation(one, conversation("a", 2, { assignee: { id: "you", name: "You" } }), mine, "me")[0]!.items).toHaveLength(0);
});

test("one older than all that is loaded waits for its page", () => {
  const loaded: Page<Conversation>[] = [{ items: [conversation("a", 9)], next: "more" }];
  expect(placeConversation(loaded, conversation("b", 1), all, "me")[0]!.items.map((one) => one.id)).toEqual(["a"]);
});

test("a message is there once, and its state never goes back", () => {
  fc.assert(fc.property(fc.array(fc.constantFrom<Message["state"]>("pending", "sent", "delivered", "read"), { minLength: 1 }), (states) => {
    const [page] = states.reduce((pages, state) => placeMessage(pages, message(1, state)), [{ items: [] }] as Page<Message>[]);
    expect(page!.items).toHaveLength(1);
    const order = ["pending", "sent", "delivered", "read"];
    expect(page!.items[0]!.state).toBe(order[Math.max(...states.map((state) => order.indexOf(state)))]);
  }));
});

test("messages are newest first", () => {
  const [page] = [2, 1, 3].reduce((pages, number) => placeMessage(pages, message(number)), [{ items: [] }] as Page<Message>[]);
  expect(page!.items.map((one) => one.number)).toEqual([3, 2, 1]);
});
