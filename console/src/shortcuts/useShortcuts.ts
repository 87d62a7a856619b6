/** Single keys for what is done all day; never while somebody writes, and only if they are wanted. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { type Action, actionOf } from "./keys";

const KEY = "resonanz-shortcuts";
const listeners = new Set<() => void>();

export const areOn = (): boolean => localStorage.getItem(KEY) !== "off";

export function turn(on: boolean): void {
  localStorage.setItem(KEY, on ? "on" : "off");
  listeners.forEach((listener) => listener());
}

export const useAreOn = (): boolean =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, areOn);

export function useShortcuts(actions: Partial<Record<Action, () => void>>): void {
  const current = useRef(actions);
  useEffect(() => {
    current.current = actions;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const action = areOn() || event.key === "?" ? actionOf(event) : null;
      const act = action && current.current[action];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
