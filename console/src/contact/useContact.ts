import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { crm } from "../api/client";
import { must, ProblemError } from "../api/problem";
import { KEYS } from "../feed/cache";

const TRIES = 12;
const isNotThereYet = (error: Error): boolean => error instanceof ProblemError && error.status === 404;

/** Who is behind a conversation; crm learns of a new one a moment later, so it is asked again. */
export const useContact = (conversation: string) =>
  useQuery({
    queryKey: [...KEYS.contact, conversation],
    retry: (count, error) => (isNotThereYet(error) ? count < TRIES : count < 3),
    retryDelay: (count) => Math.min(400 * 1.4 ** count, 5_000),
    queryFn: async () => must(await crm.GET("/v1/conversations/{id}/contact", { params: { path: { id: conversation } } })),
  });

export const useTimeline = (contact: string) =>
  useInfiniteQuery({
    queryKey: [...KEYS.timeline, contact],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: cursor }) => {
      const params = { path: { id: contact }, query: { cursor, limit: 25 } };
      return must(await crm.GET("/v1/contacts/{id}/timeline", { params }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
