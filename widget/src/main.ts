/** `<script src="…/livechat/widget.js" data-channel="…" async>`: a live chat on any page. */

import { Api } from "./api";
import { Connection } from "./connection";
import { Memory } from "./memory";
import { type Action, type Draft, empty, reduce, type State } from "./state";
import { languageOf } from "./texts";
import { View } from "./view";

const script = document.currentScript as HTMLScriptElement | null;

async function begin(script: HTMLScriptElement): Promise<void> {
  const channel = script.dataset["channel"];
  if (!channel) throw new Error("Resonanz chat: data-channel is missing");
  const api = new Api(script.dataset["base"] ?? new URL(script.src).origin, channel);
  const language = languageOf(script.dataset["language"], document.documentElement.lang, navigator.language);
  const memory = new Memory(channel);
  const kept = memory.read();
  const config = await api.config();
  let state: State = { ...empty, open: config.open, drafts: kept.drafts ?? [], seenSeq: kept.seenSeq ?? 0 };

  const dispatch = (action: Action): void => {
    const before = state;
    state = reduce(state, action);
    if (state.drafts !== before.drafts) memory.write({ drafts: state.drafts });
    if (action.type === "line" && state !== before && action.line.direction === "outgoing") connection.signal({ ack: state.seq });
    if (view.isOpen) see();
    view.render(state);
  };

  const see = (): void => {
    const newest = state.lines.filter((line) => line.direction === "outgoing").at(-1)?.seq ?? 0;
    if (newest <= state.seenSeq || document.visibilityState !== "visible") return;
    state = reduce(state, { type: "seen", seq: newest });
    memory.write({ seenSeq: newest });
    connection.signal({ seen: newest });
  };

  const view = new View(language, config, {
    onOpen: () => { connection.start(); see(); view.render(state); },
    onClose: () => view.render(state),
    onSay: (text, email) => {
      const draft: Draft = { client_id: newId(), text, email, at: new Date().toISOString(), state: "sending" };
      dispatch({ type: "written", draft });
      connection.send();
    },
    onRetry: (client_id) => {
      dispatch({ type: "retried", client_id });
      connection.send();
    },
    onTyping: (typing) => connection.signal({ typing }),
  });
  const connection = new Connection(api, memory, () => state, dispatch);
  document.addEventListener("visibilitychange", () => { if (view.isOpen) see(); });
  view.render(state);
  if (kept.token) connection.start();
  if (script.dataset["open"] === "true") view.open();
}

function newId(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

if (script) {
  const start = (): void => void begin(script).catch((error: unknown) => console.warn("Resonanz chat:", error));
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
}
