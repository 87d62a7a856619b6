/** The agents' feed: a WebSocket that comes back with the last number it saw, so nothing is missed. */
import { currentToken, renewedToken } from "../auth/session";
import type { Entry } from "./apply";

export type Liveness = "connecting" | "live" | "waiting";

interface Frame { type: "welcome" | "entry" | "reset" | "ping"; number: number; entry: Entry }

const LONGEST_WAIT_MS = 15_000;
const SILENCE_MS = 45_000;
const REMEMBERED = 2_000;

export function openFeed(handlers: { onEntry(entry: Entry): void; onReset(): void; onLiveness(liveness: Liveness): void }): () => void {
  let after: number | null = null;
  let attempts = 0;
  let socket: WebSocket | null = null;
  let timer = 0;
  let silence = 0;
  let closed = false;
  const seen: string[] = [];

  const heard = (): void => {
    clearTimeout(silence);
    silence = window.setTimeout(() => socket?.close(), SILENCE_MS);
  };
  const take = (frame: Frame): void => {
    heard();
    if (frame.type === "welcome") {
      attempts = 0;
      after ??= frame.number;
      handlers.onLiveness("live");
    } else if (frame.type === "reset") {
      after = frame.number;
      handlers.onReset();
    } else if (frame.type === "entry") {
      if (!frame.entry.ephemeral) after = Math.max(after ?? -1, frame.number);
      if (seen.includes(frame.entry.id)) return;
      seen.push(frame.entry.id);
      if (seen.length > REMEMBERED) seen.shift();
      handlers.onEntry(frame.entry);
    }
  };
  const connect = async (renew = false): Promise<void> => {
    const token = await (renew ? renewedToken() : currentToken()).catch(() => null);
    if (closed) return;
    if (!token) return again();
    const opened = (socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/notify/v1/feed`));
    opened.onopen = () => opened.send(JSON.stringify({ type: "hello", token, after }));
    opened.onmessage = (event) => take(JSON.parse(event.data as string) as Frame);
    opened.onclose = (event) => {
      if (opened === socket) again(event.code === 4401);
    };
    heard();
  };
  const again = (renew = false): void => {
    clearTimeout(silence);
    if (closed) return;
    handlers.onLiveness("waiting");
    const longest = Math.min(LONGEST_WAIT_MS, 300 * 2 ** attempts++);
    timer = window.setTimeout(() => void connect(renew), longest * (0.5 + Math.random() / 2));
  };
  const online = (): void => {
    if (socket?.readyState === WebSocket.OPEN) return;
    clearTimeout(timer);
    void connect();
  };

  addEventListener("online", online);
  void connect();
  return () => {
    closed = true;
    removeEventListener("online", online);
    clearTimeout(timer);
    clearTimeout(silence);
    socket?.close();
  };
}
