import { expect, test } from "vitest";
import { stepFrom } from "./step";

const ids = ["a", "b", "c"];

test("up and down, and no further than the ends", () => {
  expect(stepFrom(ids, "a", 0, 1)).toBe(1);
  expect(stepFrom(ids, "c", 2, 1)).toBe(2);
  expect(stepFrom(ids, "a", 0, -1)).toBe(0);
});

test("with nothing chosen it begins at the top", () => {
  expect(stepFrom(ids, null, -1, 1)).toBe(0);
});

test("when the chosen one has left the list, it goes on from its place", () => {
  expect(stepFrom(ids, "gone", 1, 1)).toBe(1);
  expect(stepFrom(ids, "gone", 1, -1)).toBe(0);
  expect(stepFrom(ids, "gone", 9, 1)).toBe(2);
});
