/** A value that outlives a reload of this tab, and that components follow. */
import { useSyncExternalStore } from "react";

export class TabStore<T> {
  private readonly listeners = new Set<() => void>();
  private value: T;

  /** @param key where it lies in sessionStorage; signing out removes all that begin with `resonanz-`. */
  constructor(
    private readonly key: `resonanz-${string}`,
    empty: T,
  ) {
    this.value = read(key) ?? empty;
  }

  readonly get = (): T => this.value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(value: T): void {
    this.value = value;
    try {
      sessionStorage.setItem(this.key, JSON.stringify(value));
    } catch {
      // full or forbidden: it lives as long as the page
    }
    this.listeners.forEach((listener) => listener());
  }
}

function read<T>(key: string): T | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem(key) ?? "null") as T | null) ?? undefined;
  } catch {
    return undefined;
  }
}

export const useTabStore = <T>(store: TabStore<T>): T => useSyncExternalStore(store.subscribe, store.get);
