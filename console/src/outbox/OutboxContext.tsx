import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { write } from "../commands/conversationCommands";
import { takeConversation, takeMessage } from "../feed/cache";
import { useTabStore } from "../store/tabStore";
import { Outbox } from "./outbox";
import type { Unsent } from "./unsent";

const OutboxContext = createContext<Outbox | null>(null);

export function OutboxProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [outbox] = useState(
    () =>
      new Outbox({
        send: (one) => write(one, one.writing, one.text),
        arrived: ({ conversation, message }) => {
          if (conversation) takeConversation(queries, conversation);
          if (message) takeMessage(queries, message);
        },
      }),
  );
  return <OutboxContext value={outbox}>{children}</OutboxContext>;
}

export function useOutbox(): Outbox {
  const outbox = useContext(OutboxContext);
  if (!outbox) throw new Error("useOutbox outside of OutboxProvider");
  return outbox;
}

export function useUnsent(conversation: string): Unsent[] {
  const unsent = useTabStore(useOutbox().store);
  return useMemo(() => unsent.filter((one) => one.conversation === conversation), [unsent, conversation]);
}
