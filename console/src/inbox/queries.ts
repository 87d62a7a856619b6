/** What the desk reads. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { crm, must, routing } from "../api/client";
import type { View } from "../feed/apply";

const PAGE = 50;

export const useBrands = () =>
  useQuery({ queryKey: ["brands"], queryFn: async () => must(await routing.GET("/v1/brands")).items });

/** Name of a brand, its id until it is known. */
export function useBrandName(): (id: string) => string {
  const brands = useBrands().data;
  return (id) => brands?.find((one) => one.id === id)?.name ?? id;
}

export const useAgents = () =>
  useQuery({ queryKey: ["agents"], queryFn: async () => must(await routing.GET("/v1/agents")).items });

export const useConversations = (view: View) =>
  useInfiniteQuery({
    queryKey: ["conversations", view],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam }) => {
      const { kind, brand, queue, status } = view;
      return must(await routing.GET("/v1/conversations", { params: { query: { view: kind, brand, queue, status, cursor: pageParam, limit: PAGE } } }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const useConversation = (id: string) =>
  useQuery({ queryKey: ["conversation", id], queryFn: async () => must(await routing.GET("/v1/conversations/{id}", { params: { path: { id } } })) });

export const useMessages = (id: string) =>
  useInfiniteQuery({
    queryKey: ["messages", id],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam }) =>
      must(await routing.GET("/v1/conversations/{id}/messages", { params: { path: { id }, query: { cursor: pageParam, limit: PAGE } } })),
    getNextPageParam: (page) => page.next ?? undefined,
  });

/** The contact appears a moment after the first message: ask again until it is there. */
export const useContact = (conversation: string) =>
  useQuery({
    queryKey: ["contact", conversation], retry: 10, retryDelay: 500,
    queryFn: async () => must(await crm.GET("/v1/conversations/{id}/contact", { params: { path: { id: conversation } } })),
  });

export const useTimeline = (contact: string | undefined) =>
  useQuery({
    queryKey: ["timeline", contact], enabled: Boolean(contact),
    queryFn: async () => must(await crm.GET("/v1/contacts/{id}/timeline", { params: { path: { id: contact ?? "" }, query: { limit: 30 } } })).items,
  });
