import fc from "fast-check";
import { expect, test } from "vitest";
import { textOn } from "./colors";
import { type Action, empty, type Line, reduce, type State, toSend, unseen } from "./state";
import { texts } from "./texts";

const line = (seq: number, client_id: string | null = null): Line => ({
  seq, id: `l${seq}`, client_id, direction: client_id ? "incoming" : "outgoing", text: `text ${seq}`, author: null, at: "2026-01-01T00:00:00Z",
});
const run = (actions: Action[], from: State = empty): State => actions.reduce(reduce, from);

test("lines in any order, some twice, are shown once and in order", () => {
  fc.assert(fc.property(fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 8 }), fc.array(fc.integer({ min: 1, max: 8 })), (order, again) => {
    const state = run([...order, ...again].map((seq) => ({ type: "line", line: line(seq) })));
    expect(state.lines.map((one) => one.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(state.seq).toBe(8);
  }));
});

test("the resume point never passes a gap", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 20 })), (seqs) => {
    const state = run(seqs.map((seq) => ({ type: "line", line: line(seq) })));
    const missing = Array.from({ length: 21 }, (_, i) => i + 1).find((seq) => !seqs.includes(seq))!;
    expect(state.seq).toBe(missing - 1);
  }));
});

test("a draft becomes its line, whether accepted comes before, after or never", () => {
  const written: Action = { type: "written", draft: { client_id: "a", text: "x", at: "", state: "sending" } };
  for (const rest of [[{ type: "accepted", client_id: "a" }, { type: "line", line: line(1, "a") }], [{ type: "line", line: line(1, "a") }, { type: "accepted", client_id: "a" }], [{ type: "line", line: line(1, "a") }]] as Action[][]) {
    const state = run([written, ...rest]);
    expect(state.drafts).toEqual([]);
    expect(state.lines).toHaveLength(1);
  }
});

test("only what was neither accepted nor refused is sent again", () => {
  const state = run(["a", "b", "c"].map((client_id) => ({ type: "written", draft: { client_id, text: "x", at: "", state: "sending" } }) as Action));
  const after = run([{ type: "accepted", client_id: "a" }, { type: "refused", client_id: "b", failure: "no" }], state);
  expect(toSend(after).map((one) => one.client_id)).toEqual(["c"]);
  expect(toSend(reduce(after, { type: "retried", client_id: "b" }))).toHaveLength(2);
});

test("read and seen only move forward", () => {
  fc.assert(fc.property(fc.array(fc.nat(100)), (seqs) => {
    const state = run(seqs.flatMap((seq) => [{ type: "read", seq }, { type: "seen", seq }] as Action[]));
    expect(state.readSeq).toBe(Math.max(0, ...seqs));
    expect(state.seenSeq).toBe(Math.max(0, ...seqs));
  }));
});

test("unseen counts the agents' lines behind the last seen one", () => {
  const state = run([{ type: "line", line: line(1) }, { type: "line", line: line(2, "a") }, { type: "line", line: line(3) }, { type: "seen", seq: 1 }]);
  expect(unseen(state)).toBe(1);
});

test("a server that knows fewer lines has begun anew", () => {
  const state = run([{ type: "line", line: line(1) }, { type: "welcome", open: true, read_seq: 0, seq: 0 }]);
  expect(state.lines).toEqual([]);
});

test("text on a brand's colour is readable", () => {
  expect([textOn("#ffffff"), textOn("#000000"), textOn("#ffd400"), textOn("#2456c4")]).toEqual(["#111111", "#ffffff", "#111111", "#ffffff"]);
});

test("both languages say everything", () => {
  expect(Object.keys(texts.de)).toEqual(Object.keys(texts.en));
});
