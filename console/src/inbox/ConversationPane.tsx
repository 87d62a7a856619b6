import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation, Me } from "../api/client";
import type { Typist } from "../feed/useFeed";
import { Composer } from "./Composer";
import { MessageList } from "./MessageList";
import { useAgents, useBrandName, useConversation } from "./queries";
import { useShortcuts } from "./shortcuts";
import { type Command, useCommand } from "./useCommand";

/** One conversation: who has it, what was said, and the answer. */
export function ConversationPane({ id, me, typists }: { id: string; me: Me; typists: Typist[] }) {
  const { t } = useTranslation();
  const found = useConversation(id);
  const command = useCommand(id, me.id);
  const conversation = found.data;
  useMarkRead(conversation);
  useShortcuts({
    c: () => void command.run("claim"),
    e: () => conversation && void command.run(conversation.status === "resolved" ? "reopen" : "resolve"),
  });
  if (found.isError) return <p className="empty" role="alert">{t("conversation.failed")} <button onClick={() => void found.refetch()}>{t("again")}</button></p>;
  if (!conversation) return <p className="empty" role="status">{t("loading")}</p>;
  return (
    <>
      <Header conversation={conversation} me={me} command={command} />
      {command.problem && <p className="problem" role="alert">{command.problem} <button onClick={command.clear}>✕</button></p>}
      <MessageList conversation={id} />
      <p className="typing" role="status">
        {typists.map((one) => t("conversation.typing", { name: one.name ?? t("conversation.visitor") })).join(" ")}
      </p>
      <Composer conversation={conversation} me={me} />
    </>
  );
}

function Header({ conversation, me, command }: { conversation: Conversation; me: Me; command: Command }) {
  const { t } = useTranslation();
  const brandName = useBrandName();
  const agents = useAgents().data ?? [];
  const { contact, assignee, status } = conversation;
  const others = agents.filter((one) => one.id !== assignee?.id);
  return (
    <header className="head">
      <div>
        <h2>{contact.name ?? contact.handle ?? contact.id}</h2>
        <p>{brandName(conversation.brand_id)} · {conversation.network} · {t(`status.${status}`)} · {assignee ? t("conversation.owner", { name: assignee.name }) : t("list.nobody")}</p>
      </div>
      <div className="actions">
        {!assignee && <button className="primary" disabled={command.busy} onClick={() => void command.run("claim")}>{t("conversation.claim")}</button>}
        {assignee?.id === me.id && <button disabled={command.busy} onClick={() => void command.run("unassign")}>{t("conversation.unassign")}</button>}
        <select aria-label={t("conversation.assign")} value="" onChange={(event) => void command.run("assign", { agent_id: event.target.value })}>
          <option value="" disabled>{t("conversation.assign")}</option>
          {others.map((one) => (<option key={one.id} value={one.id}>{one.name}</option>))}
        </select>
        {status === "open" && <button disabled={command.busy} onClick={() => void command.run("snooze")}>{t("conversation.snooze")}</button>}
        <button disabled={command.busy} onClick={() => void command.run(status === "resolved" || status === "snoozed" ? "reopen" : "resolve")}>
          {t(status === "resolved" || status === "snoozed" ? "conversation.reopen" : "conversation.resolve")}
        </button>
      </div>
    </header>
  );
}

/** What is looked at is read: said once per newest message, and only by who has it or while nobody has. */
function useMarkRead(conversation: Conversation | undefined): void {
  const told = useRef(0);
  const command = useCommand(conversation?.id ?? "", "");
  const { unread = 0, messages = 0 } = conversation ?? {};
  useEffect(() => {
    if (!unread || document.visibilityState !== "visible" || told.current >= messages) return;
    told.current = messages;
    void command.run("read", { up_to: messages });
  }, [unread, messages, command]);
}
