import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { routing } from "../api/client";
import { must } from "../api/problem";
import { KEYS } from "../feed/cache";

const PAGE = 50;

/** Messages of a conversation, oldest first; older ones are loaded as one goes up. */
export function useMessages(id: string) {
  const found = useInfiniteQuery({
    queryKey: [...KEYS.messages, id],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: cursor }) => {
      const params = { path: { id }, query: { cursor, limit: PAGE } };
      return must(await routing.GET("/v1/conversations/{id}/messages", { params }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const pages = found.data?.pages;
  const messages = useMemo(() => (pages ?? []).flatMap((page) => page.items).reverse(), [pages]);
  return { ...found, messages };
}
