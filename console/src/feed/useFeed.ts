/** Brings the feed into the query cache, and what is only true now into state. */
import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Agent, Conversation, Message } from "../api/client";
import { type Entry, type Page, placeConversation, placeMessage, type View } from "./apply";
import { type Liveness, openFeed } from "./connection";

export interface Typist { conversation: string; name: string | null; kind: "contact" | "agent"; id: string }

const TYPING_MS = 6_000;

export function useFeed(me: string): { liveness: Liveness; typists: Typist[] } {
  const queries = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>("connecting");
  const [typists, setTypists] = useState<Typist[]>([]);

  useEffect(() => {
    const timers = new Map<string, number>();
    const onTyping = (data: Entry["data"]): void => {
      const { who, conversation_id, typing } = data;
      if (!who || !conversation_id || who.id === me) return;
      const key = `${conversation_id}:${who.id}`;
      const stop = (): void => setTypists((held) => held.filter((one) => `${one.conversation}:${one.id}` !== key));
      clearTimeout(timers.get(key));
      stop();
      if (!typing) return;
      setTypists((held) => [...held, { conversation: conversation_id, name: who.name, kind: who.kind, id: who.id }]);
      timers.set(key, window.setTimeout(stop, TYPING_MS));
    };
    const onEntry = (entry: Entry): void => {
      if (entry.type === "typing") return onTyping(entry.data);
      if (entry.type === "agent.presence_changed") {
        const changed = entry.data as Agent;
        queries.setQueryData<Agent[]>(["agents"], (held) => held && [...held.filter((one) => one.id !== changed.id), changed]);
        return;
      }
      if (entry.type === "contact.changed") {
        void queries.invalidateQueries({ queryKey: ["contact"] });
        return;
      }
      if (entry.data.conversation) takeConversation(queries, entry.data.conversation, me);
      if (entry.data.message) takeMessage(queries, entry.data.message);
      if (entry.data.conversation) void queries.invalidateQueries({ queryKey: ["timeline"] });
      if (entry.type === "conversation.assigned" || entry.type === "conversation.unassigned") void queries.invalidateQueries({ queryKey: ["agents"] });
    };
    const onReset = (): void => void queries.invalidateQueries();
    const close = openFeed({ onEntry, onReset, onLiveness: setLiveness });
    return () => {
      close();
      timers.forEach((timer) => clearTimeout(timer));
    };
  }, [queries, me]);
  return { liveness, typists };
}

type Queries = ReturnType<typeof useQueryClient>;

export function takeConversation(queries: Queries, changed: Conversation, me: string): void {
  for (const [key] of queries.getQueriesData({ queryKey: ["conversations"] })) {
    queries.setQueryData<InfiniteData<Page<Conversation>>>(key, (held) => held && { ...held, pages: placeConversation(held.pages, changed, key[1] as View, me) });
  }
  queries.setQueryData<Conversation>(["conversation", changed.id], (held) => (held && (held.version ?? 0) >= (changed.version ?? 0) ? held : changed));
}

export function takeMessage(queries: Queries, changed: Message): void {
  queries.setQueryData<InfiniteData<Page<Message>>>(["messages", changed.conversation_id], (held) => held && { ...held, pages: placeMessage(held.pages, changed) });
}
