/** The live chat's REST side: becoming a visitor, and all the rest where no WebSocket gets through. */

import type { Draft, Line } from "./state";

export interface Config {
  title: string;
  color: string;
  greeting: { de: string; en: string };
  offline: { de: string; en: string };
  open: boolean;
}

export interface Lines { lines: Line[]; open: boolean; read_seq: number }

/** The server has refused: the same again would be refused again. */
export class Refused extends Error {
  constructor(readonly status: number, message: string) { super(message); }
}

export class Api {
  private readonly base: string;

  constructor(origin: string, channel: string) {
    this.base = `${origin}/api/ingest/v1/livechat/${encodeURIComponent(channel)}`;
  }

  get socketUrl(): string { return `${this.base.replace(/^http/, "ws")}/socket`; }

  config(): Promise<Config> { return this.ask("/config"); }

  async becomeVisitor(): Promise<string> {
    return (await this.ask<{ token: string }>("/visitors", { method: "POST" })).token;
  }

  lines(token: string, after: number, wait: number, signal: AbortSignal): Promise<Lines> {
    return this.ask(`/lines?after=${after}&wait=${wait}`, { token, signal });
  }

  async say(token: string, draft: Draft): Promise<void> {
    const { client_id, text, email } = draft;
    await this.ask("/lines", { method: "POST", token, body: { client_id, text, email } });
  }

  async signal(token: string, body: object): Promise<void> { await this.ask("/signals", { method: "POST", token, body }); }

  private async ask<T>(path: string, options: { method?: string; body?: object; token?: string; signal?: AbortSignal } = {}): Promise<T> {
    const headers: Record<string, string> = {};
    if (options.body) headers["content-type"] = "application/json";
    if (options.token) headers["authorization"] = `Bearer ${options.token}`;
    const answer = await fetch(this.base + path, {
      method: options.method ?? "GET", headers, signal: options.signal ?? null,
      body: options.body ? JSON.stringify(options.body) : null, credentials: "omit",
    });
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
      const problem = await answer.json().catch(() => ({}));
      throw new Refused(answer.status, problem.detail || problem.title || String(answer.status));
    }
    if (!answer.ok) throw new Error(String(answer.status));
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }
}
