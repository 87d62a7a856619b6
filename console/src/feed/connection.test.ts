import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FeedConnection, type Liveness } from "./connection";
import type { Entry, Frame } from "./entry";

class Socket {
  sent: string[] = [];
  isOpen = true;
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number }) => void;
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.isOpen = false;
  }
  says(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  breaks(code = 1006): void {
    this.onclose?.({ code });
  }
  get hello(): unknown {
    return JSON.parse(this.sent[0]!);
  }
}

const entry = (id: string, ephemeral = false) => ({ id, type: "note.added", ephemeral, data: {} }) as unknown as Entry;

let sockets: Socket[];
let token: (renew: boolean) => Promise<string | null>;
let told: { entries: string[]; resets: number; returns: number; liveness: Liveness[] };
let feed: FeedConnection;

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const newest = (): Socket => sockets.at(-1)!;

async function open(): Promise<void> {
  feed = new FeedConnection(
    {
      address: "ws://desk/feed",
      token: (renew) => token(renew),
      open: () => {
        sockets.push(new Socket());
        return newest() as unknown as WebSocket;
      },
    },
    {
      onEntry: (one) => told.entries.push(one.id),
      onReset: () => told.resets++,
      onReturn: () => told.returns++,
      onLiveness: (liveness) => told.liveness.push(liveness),
    },
  );
  await settle();
  newest().onopen?.();
}

async function comesBack(): Promise<void> {
  await vi.advanceTimersByTimeAsync(20_000);
  newest().onopen?.();
}

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  told = { entries: [], resets: 0, returns: 0, liveness: [] };
  token = async () => "token";
});
afterEach(() => {
  feed.close();
  vi.useRealTimers();
});

test("it says hello without a number first, then goes on behind the last it saw", async () => {
  await open();
  expect(newest().hello).toEqual({ type: "hello", token: "token", after: null });
  newest().says({ type: "welcome", number: 7 });
  newest().says({ type: "entry", number: 9, entry: entry("a") });
  newest().breaks();
  expect(told.liveness).toEqual(["live", "waiting"]);
  await comesBack();
  expect(newest().hello).toMatchObject({ after: 9 });
  newest().says({ type: "welcome", number: 9 });
  expect(told.returns).toBe(1);
});

test("nothing seen yet: it resumes from the welcome, so what comes meanwhile is not lost", async () => {
  await open();
  newest().says({ type: "welcome", number: 7 });
  newest().breaks();
  await comesBack();
  expect(newest().hello).toMatchObject({ after: 7 });
});

test("an entry told twice is taken once, and what is only true now moves no number", async () => {
  await open();
  newest().says({ type: "welcome", number: 0 });
  newest().says({ type: "entry", number: 1, entry: entry("a") });
  newest().says({ type: "entry", number: 2, entry: entry("a") });
  newest().says({ type: "entry", number: 3, entry: entry("typing", true) });
  expect(told.entries).toEqual(["a", "typing"]);
  newest().breaks();
  await comesBack();
  expect(newest().hello).toMatchObject({ after: 2 });
});

test("too far behind: it says so once and goes on from there", async () => {
  await open();
  newest().says({ type: "reset", number: 500 });
  expect(told.resets).toBe(1);
  newest().breaks();
  await comesBack();
  expect(newest().hello).toMatchObject({ after: 500 });
});

test("a refused token is renewed; without anybody signed in it stays quiet", async () => {
  const asked: boolean[] = [];
  token = async (renew) => {
    asked.push(renew);
    return renew ? null : "old";
  };
  await open();
  newest().breaks(4401);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual([false, true]);
  expect(sockets).toHaveLength(1);
});

test("a line that says nothing is dead", async () => {
  await open();
  newest().says({ type: "welcome", number: 0 });
  await vi.advanceTimersByTimeAsync(40_000);
  newest().says({ type: "ping" });
  await vi.advanceTimersByTimeAsync(40_000);
  expect(newest().isOpen).toBe(true);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sockets[0]!.isOpen).toBe(false);
  expect(sockets.length).toBe(2);
});

test("what an old line says late is not heard", async () => {
  await open();
  const old = newest();
  old.breaks();
  await comesBack();
  old.says({ type: "entry", number: 5, entry: entry("late") });
  expect(told.entries).toEqual([]);
});

test("it waits longer each time, hurries when the computer is online again, and stops when closed", async () => {
  await open();
  for (let n = 0; n < 4; n++) {
    newest().breaks();
    await vi.advanceTimersByTimeAsync(20_000);
  }
  newest().breaks();
  const before = sockets.length;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(sockets).toHaveLength(before);
  feed.hurry();
  await settle();
  expect(sockets).toHaveLength(before + 1);
  feed.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sockets).toHaveLength(before + 1);
});
