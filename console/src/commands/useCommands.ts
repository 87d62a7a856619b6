/** Give a command, take its outcome into what is shown, keep in sight what was refused. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useReducer, useRef } from "react";
import { asProblem } from "../api/problem";
import { KEYS, takeConversation, takeMessage } from "../feed/cache";
import { give, type Verb } from "./conversationCommands";
import { type CommandState, IDLE, step } from "./state";

export interface Commands extends CommandState {
  run(verb: Verb, agent?: string): void;
  dismiss(): void;
}

export function useCommands(conversation: string): Commands {
  const queries = useQueryClient();
  const [state, tell] = useReducer(step, IDLE);
  const running = useRef(false);
  const run = useCallback(
    (verb: Verb, agent?: string): void => {
      if (running.current) return;
      running.current = true;
      tell({ type: "given", verb });
      give({ conversation, key: crypto.randomUUID() }, verb, agent)
        .then((outcome) => {
          if (outcome.conversation) takeConversation(queries, outcome.conversation);
          if (outcome.message) takeMessage(queries, outcome.message);
          tell({ type: "done" });
        })
        .catch((error: unknown) => {
          tell({ type: "refused", problem: asProblem(error) });
          void queries.invalidateQueries({ queryKey: [...KEYS.conversation, conversation] });
        })
        .finally(() => (running.current = false));
    },
    [conversation, queries],
  );
  return { ...state, run, dismiss: useCallback(() => tell({ type: "dismissed" }), []) };
}
