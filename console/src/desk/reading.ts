/** What several parts of the desk read. */
import { useQuery } from "@tanstack/react-query";
import { type Brand, routing } from "../api/client";
import { must } from "../api/problem";
import { KEYS } from "../feed/cache";

export const useBrands = () =>
  useQuery({ queryKey: KEYS.brands, queryFn: async () => must(await routing.GET("/v1/brands")).items });

export const useAgents = () =>
  useQuery({ queryKey: KEYS.agents, queryFn: async () => must(await routing.GET("/v1/agents")).items });

const nameIn = (brands: Brand[] | undefined, id: string): string => brands?.find((one) => one.id === id)?.name ?? id;

/** Name of a brand, its id until it is known. */
export function useBrandName(): (id: string) => string {
  const brands = useBrands().data;
  return (id) => nameIn(brands, id);
}

/** How a network is called; its own id where nobody has given it a name. */
export const networkName = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1);
