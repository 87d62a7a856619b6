/** What is looked at is read: told once per newest message, after a moment, not in passing. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { Conversation } from "../api/client";
import { markRead } from "../commands/conversationCommands";
import { takeConversation } from "../feed/cache";

const LOOKED_AT_MS = 700;

const onVisibility = (listener: () => void): (() => void) => {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
};

/** Only for whose it is, or while it is nobody's: a colleague's look must not hide it from its owner. */
export function useMarkRead(conversation: Conversation | undefined, me: string): void {
  const queries = useQueryClient();
  const told = useRef(0);
  const isVisible = useSyncExternalStore(onVisibility, () => document.visibilityState === "visible");
  const { id, unread = 0, messages = 0, assignee } = conversation ?? {};
  const isMine = !assignee || assignee.id === me;
  useEffect(() => {
    if (!id || !unread || !isMine || !isVisible || told.current >= messages) return;
    const timer = setTimeout(() => {
      told.current = messages;
      markRead({ conversation: id, key: crypto.randomUUID() }, messages)
        .then((outcome) => outcome.conversation && takeConversation(queries, outcome.conversation))
        .catch(() => (told.current = 0)); // tried again with the next change; nothing a person must know
    }, LOOKED_AT_MS);
    return () => clearTimeout(timer);
  }, [id, unread, messages, isMine, isVisible, queries]);
}
