/** The conversations of a view: pages as they were loaded, with what was told since. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { routing } from "../api/client";
import { must } from "../api/problem";
import { useMe } from "../desk/MeContext";
import { KEYS } from "../feed/cache";
import { shown, type View } from "../feed/conversations";
import { useTold } from "../feed/useFeed";

const PAGE = 50;
const TOO_FEW = 15;

export function useConversations(view: View) {
  const me = useMe();
  const told = useTold();
  const found = useInfiniteQuery({
    queryKey: [...KEYS.conversations, view],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: cursor }) => {
      const { kind, brand, queue, status } = view;
      const query = { view: kind, brand, queue, status, cursor, limit: PAGE };
      return must(await routing.GET("/v1/conversations", { params: { query } }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const pages = found.data?.pages;
  const items = useMemo(() => (pages ? shown(pages, told, view, me.id) : []), [pages, told, view, me.id]);
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = found;
  const runsOut = items.length < TOO_FEW && hasNextPage && !isFetchingNextPage && !isFetchNextPageError;
  useEffect(() => {
    if (runsOut) void fetchNextPage(); // what was loaded has left the view: more is there
  }, [runsOut, fetchNextPage]);
  return { ...found, items };
}
