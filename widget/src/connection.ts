/** Keeps the widget in step with the server: a WebSocket, or long polling where none gets through. */

import { Api, Refused } from "./api";
import type { Memory } from "./memory";
import { type Action, type Draft, type State, toSend } from "./state";

const PING_MS = 25_000;
const SILENCE_MS = 60_000;
const LONGEST_WAIT_MS = 30_000;
const SOCKET_FAILURES_BEFORE_POLLING = 2;
const POLL_SECONDS = 20;
const TRY_SOCKET_AGAIN_MS = 120_000;
const LATER_MS = 5_000;

export class Connection {
  private socket: WebSocket | null = null;
  private polling: AbortController | null = null;
  private attempts = 0;
  private failures = 0;
  private heard = 0;
  private timer = 0;
  private heartbeat = 0;
  private started = false;
  /** The one line that is on its way: the next one waits, so that order holds whatever fails. */
  private inFlight: string | null = null;

  constructor(
    private readonly api: Api, private readonly memory: Memory,
    private readonly state: () => State, private readonly dispatch: (action: Action) => void,
  ) {}

  start(): void {
    if (this.started) return;
    this.started = true;
    addEventListener("online", () => this.again(0));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && !this.alive()) this.again(0);
    });
    void this.connect();
  }

  /** Send what is to be sent: one line at a time, the next when this one was accepted or refused. */
  send(): void {
    this.start();
    const draft = toSend(this.state())[0];
    if (!draft || this.inFlight) return;
    if (this.socket?.readyState === WebSocket.OPEN && this.state().connection === "live") {
      this.inFlight = draft.client_id;
      this.post({ type: "message", ...plain(draft) });
    } else if (this.polling) {
      this.inFlight = draft.client_id;
      void this.say(draft);
    }
  }

  private settled(client_id: string | null): void {
    if (client_id !== null && client_id === this.inFlight) this.inFlight = null;
    this.send();
  }

  /** Typing, ack and seen: worth telling now or not at all. */
  signal(signal: { typing?: boolean; ack?: number; seen?: number }): void {
    if (this.socket?.readyState === WebSocket.OPEN) {
      for (const [type, value] of Object.entries(signal)) this.post(type === "typing" ? { type, typing: value } : { type, seq: value });
    } else if (this.polling) {
      const token = this.memory.read().token;
      if (token) this.api.signal(token, signal).catch(() => undefined);
    }
  }

  private alive(): boolean { return this.socket?.readyState === WebSocket.OPEN && Date.now() - this.heard < SILENCE_MS; }

  private async connect(): Promise<void> {
    this.stop();
    let token: string;
    try {
      token = await this.token();
    } catch {
      this.again();
      return;
    }
    if (this.failures >= SOCKET_FAILURES_BEFORE_POLLING) void this.poll(token);
    else this.open(token);
  }

  private async token(): Promise<string> {
    const kept = this.memory.read().token;
    if (kept) return kept;
    const token = await this.api.becomeVisitor();
    this.memory.write({ token });
    return token;
  }

  private open(token: string): void {
    const socket = new WebSocket(this.api.socketUrl);
    this.socket = socket;
    let welcomed = false;
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token, after: this.state().seq }));
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      this.heard = Date.now();
      const frame = JSON.parse(event.data as string);
      if (frame.type === "welcome") {
        welcomed = true;
        this.attempts = this.failures = 0;
      }
      this.take(frame);
    };
    socket.onclose = (event) => {
      if (socket !== this.socket) return;
      if (event.code === 4401) this.memory.write({ token: undefined });
      if (!welcomed && event.code !== 4401) this.failures += 1;
      this.again();
    };
    this.heartbeat = window.setInterval(() => {
      if (welcomed && !this.alive()) socket.close();
      else if (socket.readyState === WebSocket.OPEN) this.post({ type: "ping" });
    }, PING_MS);
  }

  private take(frame: Record<string, any>): void {
    switch (frame.type) {
      case "welcome":
        this.dispatch({ type: "welcome", open: frame.open, read_seq: frame.read_seq, seq: frame.seq });
        this.inFlight = null;
        this.send();
        break;
      case "line":
        this.dispatch({ type: "line", line: frame.line });
        this.settled(frame.line.client_id);
        // A number is missing: what came between is on its way nowhere, so ask again from where we are.
        if (frame.line.seq > this.state().seq) this.again(0);
        break;
      case "problem":
        if (frame.client_id) this.refused(frame.client_id, frame.problem);
        break;
      case "accepted":
        this.dispatch(frame as Action);
        this.settled(frame.client_id);
        break;
      case "read": case "typing": case "open":
        this.dispatch(frame as Action);
        break;
    }
  }

  /** Refused for good: the next line's turn. Refused for now: this one again, the others wait. */
  private refused(client_id: string, problem: { status: number; detail?: string; title: string }): void {
    if (problem.status === 429 || problem.status >= 500) {
      setTimeout(() => this.settled(client_id), LATER_MS);
      return;
    }
    this.dispatch({ type: "refused", client_id, failure: problem.detail || problem.title });
    this.settled(client_id);
  }

  private async poll(token: string): Promise<void> {
    const polling = (this.polling = new AbortController());
    const until = Date.now() + TRY_SOCKET_AGAIN_MS;
    let wait = 0;
    try {
      while (Date.now() < until && !polling.signal.aborted) {
        const found = await this.api.lines(token, this.state().seq, wait, polling.signal);
        this.attempts = 0;
        if (wait === 0) {
          const seq = Math.max(this.state().seq, found.lines.at(-1)?.seq ?? 0);
          this.dispatch({ type: "welcome", open: found.open, read_seq: found.read_seq, seq });
          this.inFlight = null;
          this.send();
        }
        this.dispatch({ type: "read", seq: found.read_seq });
        for (const line of found.lines) this.dispatch({ type: "line", line });
        wait = POLL_SECONDS;
      }
      this.failures = 0;
    } catch (error) {
      if (polling.signal.aborted) return;
      if (error instanceof Refused && error.status === 401) this.memory.write({ token: undefined });
    }
    if (polling === this.polling) this.again();
  }

  private async say(draft: Draft): Promise<void> {
    const token = this.memory.read().token;
    if (!token) return;
    try {
      await this.api.say(token, draft);
      this.dispatch({ type: "accepted", client_id: draft.client_id });
      this.settled(draft.client_id);
    } catch (error) {
      const problem = error instanceof Refused ? { status: error.status, title: error.message } : { status: 503, title: "" };
      this.refused(draft.client_id, problem);
    }
  }

  private post(frame: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  /** Connect again, a little later each time, never all visitors at once. */
  private again(delay?: number): void {
    this.stop();
    this.dispatch({ type: "connection", connection: "waiting" });
    const longest = Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.attempts++);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.connect(), delay ?? longest * (0.5 + Math.random() / 2));
  }

  private stop(): void {
    clearInterval(this.heartbeat);
    this.polling?.abort();
    this.polling = null;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}

function plain(draft: Draft): { client_id: string; text: string; email?: string } {
  return { client_id: draft.client_id, text: draft.text, email: draft.email };
}
