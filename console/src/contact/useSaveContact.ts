/** Write down what is known of a contact, if nobody else has meanwhile. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Contact, type ContactChange, type ContactOutcome, crm } from "../api/client";
import { asProblem, type ProblemError } from "../api/problem";
import { carryOut } from "../commands/carryOut";
import { outcomeAt } from "../commands/conversationCommands";
import { KEYS } from "../feed/cache";

const MEANWHILE = [409, 412];

export function useSaveContact(contact: Contact, conversation: string) {
  const queries = useQueryClient();
  const queryKey = [...KEYS.contact, conversation];
  return useMutation<ContactOutcome, ProblemError, ContactChange>({
    mutationFn: (body) => {
      const header = { "if-match": `"${contact.version}"`, "idempotency-key": crypto.randomUUID() };
      const params = { path: { id: contact.id }, header };
      const send = () => crm.PATCH("/v1/contacts/{id}", { params, body });
      return carryOut(send, outcomeAt<ContactOutcome>).catch((error: unknown) => Promise.reject(asProblem(error)));
    },
    onSuccess: ({ contact: saved }) => {
      // the summary has no identities: they stay as they were
      queries.setQueryData<Contact>(queryKey, (held) => held && saved && saved.version > held.version ? { ...held, ...saved, note: held.note } : held);
      return queries.invalidateQueries({ queryKey });
    },
    onError: (problem) => {
      if (MEANWHILE.includes(problem.status)) void queries.invalidateQueries({ queryKey });
    },
  });
}
