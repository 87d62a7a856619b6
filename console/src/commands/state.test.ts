import { expect, test } from "vitest";
import { ProblemError } from "../api/problem";
import { IDLE, step } from "./state";

const problem = new ProblemError(409, "already-assigned", "Somebody else has it", "");

test("one command at a time", () => {
  const busy = step(IDLE, { type: "given", verb: "claim" });
  expect(busy).toMatchObject({ busy: "claim" });
  expect(step(busy, { type: "given", verb: "resolve" })).toBe(busy);
  expect(step(busy, { type: "done" })).toEqual({ busy: null, done: "claim", problem: null });
});

test("a refusal stays in sight until it is dismissed or the next command is given", () => {
  const refused = step(step(IDLE, { type: "given", verb: "claim" }), { type: "refused", problem });
  expect(refused).toEqual({ busy: null, done: null, problem });
  expect(step(refused, { type: "dismissed" }).problem).toBeNull();
  expect(step(refused, { type: "given", verb: "resolve" }).problem).toBeNull();
});
