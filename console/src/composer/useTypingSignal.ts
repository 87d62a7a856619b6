/** Tell that one is writing, at most every few seconds, and that one has stopped. */
import { useCallback, useEffect, useRef } from "react";
import { routing } from "../api/client";

const AGAIN_MS = 3_000;
const STOPPED_MS = 5_000;

export interface TypingSignal {
  writes(): void;
  stops(): void;
}

export function useTypingSignal(id: string): TypingSignal {
  const told = useRef(0);
  const stopping = useRef<ReturnType<typeof setTimeout>>(undefined);
  const tell = useCallback(
    (typing: boolean): void => {
      told.current = typing ? Date.now() : 0;
      const body = { typing };
      void routing.POST("/v1/conversations/{id}/typing", { params: { path: { id } }, body }).catch(() => undefined);
    },
    [id],
  );
  const stops = useCallback((): void => {
    clearTimeout(stopping.current);
    if (told.current) tell(false);
  }, [tell]);
  const writes = useCallback((): void => {
    clearTimeout(stopping.current);
    stopping.current = setTimeout(stops, STOPPED_MS);
    if (Date.now() - told.current >= AGAIN_MS) tell(true);
  }, [stops, tell]);
  useEffect(() => stops, [stops]);
  return { writes, stops };
}
