/** What lies over the rest where the window is too narrow for all: it takes the focus and gives it back. */
import { type RefObject, useEffect, useRef, useState } from "react";

export type Drawer = "views" | "contact" | null;

interface Drawers {
  drawer: Drawer;
  setDrawer(next: Drawer | ((held: Drawer) => Drawer)): void;
  views: RefObject<HTMLDivElement | null>;
  contact: RefObject<HTMLElement | null>;
}

export function useDrawers(): Drawers {
  const [drawer, setDrawer] = useState<Drawer>(null);
  const views = useRef<HTMLDivElement>(null);
  const contact = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!drawer) return;
    const opener = document.activeElement;
    (drawer === "views" ? views : contact).current?.focus();
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !event.defaultPrevented) setDrawer(null);
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, [drawer]);
  return { drawer, setDrawer, views, contact };
}
