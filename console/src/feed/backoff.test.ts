import { expect, test } from "vitest";
import { waitBefore } from "./backoff";

test("it doubles, ends at twenty seconds, and never falls below half", () => {
  expect([0, 1, 2, 10].map((attempt) => waitBefore(attempt, () => 1))).toEqual([400, 800, 1_600, 20_000]);
  expect(waitBefore(1, () => 0)).toBe(400);
});
