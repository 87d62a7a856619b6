import { beforeEach, expect, test, vi } from "vitest";
import { ProblemError } from "../api/problem";
import { message } from "../feed/samples";
import { TabStore } from "../store/tabStore";
import { Outbox } from "./outbox";
import { notYetThere, type Unsent } from "./unsent";

const written = { conversation: "a", writing: "replies" as const, text: "Hello", after: 3 };
const refusal = new ProblemError(409, "window-closed", "Closed", "");
const silence = new ProblemError(0, "no-answer", "No answer", "");

let sent: { key: string; text: string }[];
let arrived: number;
let fate: (Error | null)[];
let keys: number;

beforeEach(() => {
  [sent, arrived, fate, keys] = [[], 0, [], 0];
});

function outbox(held: Unsent[] = []): Outbox {
  const store = new TabStore<Unsent[]>("resonanz-test", held);
  const send = async ({ key, text }: Unsent) => {
    sent.push({ key, text });
    const error = fate.shift();
    if (error) throw error;
    return { id: key, status: "done" as const };
  };
  return new Outbox({ send, arrived: () => arrived++ }, store, () => `k${++keys}`);
}

test("what is written is there at once, and gone when it has arrived", async () => {
  const box = outbox();
  box.put(written);
  expect(box.store.get()).toMatchObject([{ key: "k1", state: "sending", text: "Hello" }]);
  await vi.waitFor(() => expect(arrived).toBe(1));
  await vi.waitFor(() => expect(box.store.get()).toEqual([]));
});

test("what was lost is tried with its key, what was refused with a new one", async () => {
  const box = outbox();
  fate = [silence, refusal, null];
  box.put(written);
  await vi.waitFor(() => expect(box.store.get()[0]).toMatchObject({ state: "failed", problem: { slug: "no-answer" } }));
  box.retry(box.store.get()[0]!.key);
  await vi.waitFor(() => expect(box.store.get()[0]).toMatchObject({ problem: { slug: "window-closed" } }));
  box.retry(box.store.get()[0]!.key);
  await vi.waitFor(() => expect(arrived).toBe(1));
  expect(sent[1]!.key).toBe(sent[0]!.key);
  expect(sent[2]!.key).not.toBe(sent[0]!.key);
});

test("a second click on retry sends nothing more", async () => {
  const box = outbox();
  fate = [silence];
  box.put(written);
  await vi.waitFor(() => expect(box.store.get()[0]!.state).toBe("failed"));
  const key = box.store.get()[0]!.key;
  box.retry(key);
  box.retry(key);
  await vi.waitFor(() => expect(arrived).toBe(1));
  expect(sent).toHaveLength(2);
});

test("with a key of its own the same is sent once, however often it is asked for", async () => {
  const box = outbox();
  box.put({ ...written, key: "again-m1" });
  box.put({ ...written, key: "again-m1" });
  await vi.waitFor(() => expect(arrived).toBe(1));
  expect(sent).toHaveLength(1);
});

test("in the order it was written, also when one fails", async () => {
  const box = outbox();
  fate = [refusal];
  for (const text of ["one", "two", "three"]) box.put({ ...written, text });
  await vi.waitFor(() => expect(arrived).toBe(2));
  expect(sent.map((one) => one.text)).toEqual(["one", "two", "three"]);
});

test("after a reload of the page it goes on with what was on its way, with the same key", async () => {
  outbox([{ ...written, key: "before", at: "2026-01-01T00:00:00Z", state: "sending" }]);
  await vi.waitFor(() => expect(sent).toEqual([{ key: "before", text: "Hello" }]));
});

test("a message the feed has brought already is not shown twice; equal texts are told apart by number", () => {
  const one: Unsent = { ...written, key: "k", at: "", state: "sending" };
  const there = message(4, { text: "Hello" });
  expect(notYetThere([one], [there], "me")).toEqual([]);
  expect(notYetThere([one, { ...one, key: "k2" }], [there], "me").map(({ key }) => key)).toEqual(["k2"]);
  expect(notYetThere([one], [message(3, { text: "Hello" })], "me")).toHaveLength(1);
  expect(notYetThere([one], [there], "somebody else")).toHaveLength(1);
  expect(notYetThere([{ ...one, state: "failed" }], [there], "me")).toHaveLength(1);
});
