import { expect, test } from "vitest";
import type { Answer } from "../api/problem";
import { carryOut, type Patience } from "./carryOut";

type Outcome = { id: string; status: "done" | "pending" | "refused"; problem?: { [key: string]: unknown } };
const patience: Patience = { attempts: 3, polls: 4, pause: async () => undefined };

const done: Outcome = { id: "1", status: "done" };
const ok = (data: Outcome, status = 200): Answer<Outcome> => ({
  data,
  response: new Response(null, { status, headers: status === 202 ? { location: "/commands/1" } : {} }),
});
const not = (status: number, slug: string): Answer<Outcome> => ({
  error: { type: `urn:resonanz:problem:${slug}`, title: slug, status, detail: "do this" },
  response: new Response(null, { status }),
});

/** Gives these answers in turn; what is an error is thrown. */
function answers(...all: (Answer<Outcome> | Error)[]) {
  let asked = 0;
  const next = async (): Promise<Answer<Outcome>> => {
    const answer = all[Math.min(asked++, all.length - 1)]!;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { next, asked: () => asked };
}
const never = async (): Promise<Answer<Outcome>> => Promise.reject(new Error("not to be asked"));

test("done at once", async () => {
  expect(await carryOut(answers(ok(done)).next, never, patience)).toEqual(done);
});

test("a lost answer and a failing service are tried again, a refusal is not", async () => {
  const lost = answers(new TypeError("network"), not(503, "unavailable"), ok(done));
  expect(await carryOut(lost.next, never, patience)).toEqual(done);
  const refused = answers(not(409, "already-assigned"));
  await expect(carryOut(refused.next, never, patience)).rejects.toMatchObject({ status: 409, slug: "already-assigned", detail: "do this" });
  expect(refused.asked()).toBe(1);
});

test("in the end it says that nobody answered", async () => {
  const lost = answers(new TypeError("network"));
  await expect(carryOut(lost.next, never, patience)).rejects.toMatchObject({ status: 0, isUndecided: true });
  expect(lost.asked()).toBe(3);
});

test("after a 202 it asks at the Location until it is decided", async () => {
  const places: string[] = [];
  const polls = answers(ok({ id: "1", status: "pending" }), new TypeError("network"), not(502, "gateway"), ok(done));
  const look = (place: string) => {
    places.push(place);
    return polls.next();
  };
  expect(await carryOut(answers(ok({ id: "1", status: "pending" }, 202)).next, look, patience)).toEqual(done);
  expect(places).toEqual(Array(4).fill("/commands/1"));
});

test("what is refused after a 202 is a problem like any other", async () => {
  const problem = { type: "urn:resonanz:problem:window-closed", title: "Closed", status: 409 };
  const look = answers(ok({ id: "1", status: "refused", problem })).next;
  const sent = carryOut(answers(ok({ id: "1", status: "pending" }, 202)).next, look, patience);
  await expect(sent).rejects.toMatchObject({ status: 409, slug: "window-closed" });
});

test("what is never decided does not wait for ever", async () => {
  const look = answers(ok({ id: "1", status: "pending" })).next;
  const sent = carryOut(answers(ok({ id: "1", status: "pending" }, 202)).next, look, patience);
  await expect(sent).rejects.toMatchObject({ slug: "no-outcome", isUndecided: true });
});
