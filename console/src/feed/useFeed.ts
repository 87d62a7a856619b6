/** Opens the feed while the desk is open, and ends what is only true for seconds. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { currentToken, renewedToken } from "../auth/session";
import { KEYS, loadAnew, setTypists, takeEntry } from "./cache";
import { FeedConnection, type Line, type Liveness } from "./connection";
import type { Told } from "./conversations";
import { stillTyping, type Typist } from "./typing";

const LINE: Line = {
  address: `${location.origin.replace(/^http/, "ws")}/api/notify/v1/feed`,
  token: (renew) => (renew ? renewedToken() : currentToken()),
  open: (address) => new WebSocket(address),
};

export function useFeed(me: string): Liveness {
  const queries = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>("connecting");
  useEffect(() => {
    const feed = new FeedConnection(LINE, {
      onEntry: (entry) => takeEntry(queries, entry, me),
      onReset: () => loadAnew(queries),
      onReturn: () => void queries.invalidateQueries({ queryKey: KEYS.agents }),
      onLiveness: setLiveness,
    });
    const hurry = (): void => feed.hurry();
    addEventListener("online", hurry);
    const ticking = setInterval(() => setTypists(queries, (held) => stillTyping(held, Date.now())), 1_000);
    return () => {
      clearInterval(ticking);
      removeEventListener("online", hurry);
      feed.close();
    };
  }, [queries, me]);
  return liveness;
}

const held = <T>(empty: T) => ({ queryFn: () => empty, initialData: empty, staleTime: Infinity, gcTime: Infinity });

export const useTold = (): Told =>
  useQuery({ queryKey: KEYS.told, ...held<Told>(new Map()) }).data;

/** Others who are writing in a conversation just now. */
export function useTypists(conversation: string): Typist[] {
  const typists = useQuery({ queryKey: KEYS.typists, ...held<Typist[]>([]) }).data;
  return useMemo(() => typists.filter((one) => one.conversation === conversation), [typists, conversation]);
}

