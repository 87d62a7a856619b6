import { createContext, useContext } from "react";
import type { Me } from "../api/client";

export const MeContext = createContext<Me | null>(null);

/** Who works here; below the desk somebody always does. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error("useMe outside of the desk");
  return me;
}
