/** One conversation in its newest known version, wherever that came from. */
import { type InfiniteData, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Conversation, routing } from "../api/client";
import { must } from "../api/problem";
import { KEYS } from "../feed/cache";
import { newer, type Page } from "../feed/conversations";
import { useTold } from "../feed/useFeed";

export function useConversation(id: string) {
  const queries = useQueryClient();
  const told = useTold();
  const found = useQuery({
    queryKey: [...KEYS.conversation, id],
    queryFn: async () => must(await routing.GET("/v1/conversations/{id}", { params: { path: { id } } })),
    placeholderData: () => {
      const lists = queries.getQueriesData<InfiniteData<Page<Conversation>>>({ queryKey: KEYS.conversations });
      const items = lists.flatMap(([, list]) => list?.pages.flatMap((page) => page.items) ?? []);
      return items.filter((one) => one.id === id).reduce<Conversation | undefined>((a, b) => newer(a, b), undefined);
    },
  });
  return { ...found, conversation: newer(found.data, told.get(id)) };
}
