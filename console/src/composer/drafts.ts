/** What was begun and not sent, per conversation: still there after looking elsewhere or a reload. */
import { useCallback } from "react";
import { TabStore, useTabStore } from "../store/tabStore";

export type Mode = "reply" | "note";
type Drafts = Record<string, string>;

const store = new TabStore<Drafts>("resonanz-drafts", {});
const keyOf = (conversation: string, mode: Mode): string => `${mode}:${conversation}`;

export function saveDraft(conversation: string, mode: Mode, text: string): void {
  const { [keyOf(conversation, mode)]: _, ...others } = store.get();
  store.set(text ? { ...others, [keyOf(conversation, mode)]: text } : others);
}

export function useDraft(conversation: string, mode: Mode): [string, (text: string) => void] {
  const drafts = useTabStore(store);
  const write = useCallback((text: string) => saveDraft(conversation, mode, text), [conversation, mode]);
  return [drafts[keyOf(conversation, mode)] ?? "", write];
}

export function useHasDraft(): (conversation: string) => boolean {
  const drafts = useTabStore(store);
  return (conversation) => keyOf(conversation, "reply") in drafts || keyOf(conversation, "note") in drafts;
}
