/** Where one is, in the address: reloading or sharing it leads to the same view and conversation. */
import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { Status } from "../api/client";
import type { View } from "../feed/conversations";

export interface Place {
  view: View;
  conversation: string | null;
}

export const STATUSES: Status[] = ["open", "pending", "snoozed", "resolved"];

export function readPlace(search: string): Place {
  const said = new URLSearchParams(search);
  const status = STATUSES.find((one) => one === said.get("status")) ?? "open";
  const [brand, queue] = [said.get("brand"), said.get("queue")];
  const conversation = said.get("conversation");
  if (said.get("view") === "queue" && brand && queue) return { view: { kind: "queue", brand, queue, status }, conversation };
  return { view: { kind: said.get("view") === "all" ? "all" : "mine", status }, conversation };
}

export function writePlace({ view, conversation }: Place): string {
  const said = new URLSearchParams({ view: view.kind });
  if (view.brand) said.set("brand", view.brand);
  if (view.queue) said.set("queue", view.queue);
  if (view.status !== "open") said.set("status", view.status);
  if (conversation) said.set("conversation", conversation);
  return `?${said}`;
}

const MOVED = "resonanz-moved";

function subscribe(listener: () => void): () => void {
  addEventListener("popstate", listener);
  addEventListener(MOVED, listener);
  return () => {
    removeEventListener("popstate", listener);
    removeEventListener(MOVED, listener);
  };
}

/** Where one is, and a way to go elsewhere; going from one conversation to the next is no step back. */
export function usePlace(): [Place, (to: Partial<Place>) => void] {
  const search = useSyncExternalStore(subscribe, () => location.search);
  const place = useMemo(() => readPlace(search), [search]);
  const go = useCallback((to: Partial<Place>): void => {
    const before = readPlace(location.search);
    const address = writePlace({ ...before, ...to });
    if (address === location.search) return;
    const skims = before.conversation && to.conversation && !to.view;
    history[skims ? "replaceState" : "pushState"](null, "", `/${address}`);
    dispatchEvent(new Event(MOVED));
  }, []);
  return [place, go];
}
