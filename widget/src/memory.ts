/** What outlives a reload: the visitor's token, unsent lines, how far was seen. Works without storage too. */

import type { Draft } from "./state";

export interface Kept { token?: string; drafts?: Draft[]; seenSeq?: number }

export class Memory {
  private readonly key: string;
  private fallback: Kept = {};

  constructor(channel: string) { this.key = `resonanz-chat:${channel}`; }

  read(): Kept {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "null") ?? this.fallback;
    } catch {
      return this.fallback;
    }
  }

  write(changes: Kept): void {
    this.fallback = { ...this.read(), ...changes };
    try {
      localStorage.setItem(this.key, JSON.stringify(this.fallback));
    } catch { /* private mode: this page remembers, the next one will not */ }
  }
}
