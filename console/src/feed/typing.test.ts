import { expect, test } from "vitest";
import { stillTyping, withoutAuthor, withTyping } from "./typing";

const who = { kind: "contact" as const, id: "v", name: null };
const writes = { conversation_id: "a", who, typing: true };

test("typing ends by itself, unless it is told again", () => {
  let typists = withTyping([], writes, 0);
  typists = withTyping(typists, writes, 4_000);
  expect(typists).toHaveLength(1);
  expect(stillTyping(typists, 9_000)).toHaveLength(1);
  expect(stillTyping(typists, 10_000)).toEqual([]);
});

test("typing ends when it is said, and with the message", () => {
  const typists = withTyping(withTyping([], writes, 0), { ...writes, conversation_id: "b" }, 0);
  expect(withTyping(typists, { ...writes, typing: false }, 1).map((one) => one.conversation)).toEqual(["b"]);
  expect(withoutAuthor(typists, "b", "v").map((one) => one.conversation)).toEqual(["a"]);
});

test("where nothing ends nothing changes, so nothing is drawn again", () => {
  const typists = withTyping([], writes, 0);
  expect(stillTyping(typists, 1)).toBe(typists);
  expect(withoutAuthor(typists, "a", "somebody else")).toBe(typists);
});
