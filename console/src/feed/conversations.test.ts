import fc from "fast-check";
import { expect, test } from "vitest";
import type { Conversation } from "../api/client";
import { type Page, shown, tell, type Told, type View } from "./conversations";
import { conversation } from "./samples";

const ALL: View = { kind: "all", status: "open" };
const MINE: View = { kind: "mine", status: "open" };
const me = { id: "me", name: "Me" };
const page = (items: Conversation[], next: string | null = null): Page<Conversation>[] => [{ items, next }];
const toldOf = (all: Conversation[]): Told => all.reduce<Told>(tell, new Map());
const ids = (found: Conversation[]): string[] => found.map((one) => one.id);

const history = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom("a", "b", "c", "d"),
    version: fc.integer({ min: 1, max: 12 }),
    status: fc.constantFrom("open" as const, "resolved" as const),
    assignee: fc.constantFrom(null, me),
  }),
  { selector: ({ id, version }) => `${id}${version}`, maxLength: 20 },
);

test("whatever comes first, page or feed, and however often: the newest version counts, newest first", () => {
  fc.assert(
    fc.property(history, fc.func(fc.boolean()), fc.constantFrom(ALL, MINE), (versions, isOnPage, view) => {
      const facts = versions.map(({ id, version, ...more }) => conversation(id, version, more));
      const known = [...facts, ...facts].filter((one) => !isOnPage(one));
      const found = shown(page(facts.filter((one) => isOnPage(one))), toldOf(known), view, "me");
      const newest = new Map(facts.sort((a, b) => a.version! - b.version!).map((one) => [one.id, one]));
      const wanted = [...newest.values()].filter((one) => one.status === "open" && (view === ALL || one.assignee));
      expect(found.map((one) => `${one.id}${one.version}`).sort()).toEqual(wanted.map((one) => `${one.id}${one.version}`).sort());
      expect(found.map((one) => one.last_activity_at)).toEqual(found.map((one) => one.last_activity_at).sort().reverse());
    }),
  );
});

test("an older version changes nothing, not even the map", () => {
  const told = toldOf([conversation("a", 5)]);
  expect(tell(told, conversation("a", 4))).toBe(told);
  expect(tell(told, conversation("a", 5))).toBe(told);
});

test("a conversation leaves the view it no longer belongs to, and enters where it does", () => {
  const pages = page([conversation("a", 1, { assignee: me })]);
  const told = toldOf([conversation("a", 2, { assignee: { id: "you", name: "You" } }), conversation("b", 3, { assignee: me })]);
  expect(ids(shown(pages, told, MINE, "me"))).toEqual(["b"]);
});

test("a queue is of one brand", () => {
  const view: View = { kind: "queue", brand: "b", queue: "service", status: "open" };
  const told = toldOf([conversation("a", 1), conversation("b", 2, { brand_id: "other" }), conversation("c", 3, { queue_id: "billing" })]);
  expect(ids(shown(page([]), told, view, "me"))).toEqual(["a"]);
});

test("one older than all that is loaded waits for its page", () => {
  const told = toldOf([conversation("b", 1)]);
  expect(ids(shown(page([conversation("a", 9)], "more"), told, ALL, "me"))).toEqual(["a"]);
  expect(ids(shown(page([conversation("a", 9)]), told, ALL, "me"))).toEqual(["a", "b"]);
});

test("a whole second comes before its fractions", () => {
  const whole = conversation("whole", 1, { last_activity_at: "2026-01-01T00:00:01Z" });
  const later = conversation("later", 1, { last_activity_at: "2026-01-01T00:00:01.500Z" });
  expect(ids(shown(page([whole, later]), new Map(), ALL, "me"))).toEqual(["later", "whole"]);
});
