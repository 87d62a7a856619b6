import fc from "fast-check";
import { expect, test } from "vitest";
import type { Message, MessageState } from "../api/client";
import type { Page } from "./conversations";
import { placeMessage } from "./messages";
import { message } from "./samples";

const none: Page<Message>[] = [{ items: [], next: null }];
const place = (all: Message[], from = none): Message[] => all.reduce(placeMessage, from).flatMap((page) => page.items);

test("a message is there once, and its state never goes back", () => {
  const states = fc.array(fc.constantFrom<MessageState>("pending", "unclear", "sent", "delivered", "read"), { minLength: 1 });
  fc.assert(
    fc.property(states, (told) => {
      const [only, ...others] = place(told.map((state) => message(1, { state })));
      const order = ["pending", "unclear", "sent", "delivered", "read"];
      expect(others).toEqual([]);
      expect(only!.state).toBe(order[Math.max(...told.map((state) => order.indexOf(state)))]);
    }),
  );
});

test("what was delivered can't fail any more, and what has failed stays so, with its reason", () => {
  const failed = message(1, { state: "failed", failure: "too long" });
  expect(place([message(1, { state: "delivered" }), failed])[0]).toMatchObject({ state: "delivered" });
  expect(place([message(1), failed, message(1, { state: "read" })])[0]).toMatchObject({ state: "failed", failure: "too long" });
});

test("messages are newest first, whatever the order they are told in", () => {
  expect(place([message(2), message(1), message(3)]).map((one) => one.number)).toEqual([3, 2, 1]);
});

test("an edit keeps its place; an older text does not come back", () => {
  const incoming = message(4, { direction: "incoming", state: "received" });
  const edited = { ...incoming, number: 0, text: "better", object_version: 3 };
  const found = place([incoming, edited, { ...edited, text: "older", object_version: 2 }]);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ number: 4, text: "better" });
});

test("a change of one that is not loaded is not a message", () => {
  expect(place([message(0)])).toEqual([]);
});
