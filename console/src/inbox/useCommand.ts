/** Give a command, take its outcome into what is shown, say what went wrong. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { ProblemError } from "../api/client";
import { give, type Outcome, type Verb } from "../api/commands";
import { takeConversation, takeMessage } from "../feed/useFeed";

export interface Command {
  run(verb: Verb, body?: object, key?: string): Promise<Outcome | null>;
  busy: boolean;
  problem: string | null;
  clear(): void;
}

export function useCommand(conversation: string, me: string): Command {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const run = useCallback(async (verb: Verb, body?: object, key?: string) => {
    setBusy(true);
    setProblem(null);
    try {
      const outcome = await give(conversation, verb, body, key);
      if (outcome.conversation) takeConversation(queries, outcome.conversation, me);
      if (outcome.message) takeMessage(queries, outcome.message);
      return outcome;
    } catch (error) {
      setProblem(error instanceof ProblemError ? `${error.message}. ${error.detail}` : String(error));
      void queries.invalidateQueries({ queryKey: ["conversation", conversation] });
      return null;
    } finally {
      setBusy(false);
    }
  }, [conversation, me, queries]);
  return { run, busy, problem, clear: useCallback(() => setProblem(null), []) };
}
