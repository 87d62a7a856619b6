import { useTranslation } from "react-i18next";
import type { Conversation } from "../api/client";
import type { Commands } from "../commands/useCommands";
import { nameOf } from "../conversations/nameOf";
import { useMe } from "../desk/MeContext";
import { networkName, useBrandName } from "../desk/reading";
import { Avatar } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import { AssignMenu } from "./AssignMenu";
import css from "./ConversationHeader.module.css";
import { StatusMenu } from "./StatusMenu";

interface Props {
  conversation: Conversation | undefined;
  commands: Commands;
  onBack(): void;
  onContact(): void;
}

/** Who it is, how it stands, and what can be done with it; as high while loading. */
export function ConversationHeader({ conversation, commands, onBack, onContact }: Props) {
  const { t } = useTranslation();
  return (
    <header className={css.header}>
      <button className={`icon ${css.back}`} onClick={onBack} aria-label={t("conversation.back")}>
        <Icon name="back" />
      </button>
      {conversation ? (
        <>
          <About conversation={conversation} />
          <Actions conversation={conversation} commands={commands} />
        </>
      ) : (
        <span className={`bone ${css.bone}`} role="status" aria-label={t("app.loading")} />
      )}
      <button className={`icon ${css.contact}`} onClick={onContact} aria-label={t("contact.show")} title={`${t("contact.show")} (i)`}>
        <Icon name="person" />
      </button>
    </header>
  );
}

function About({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const brandName = useBrandName();
  const { contact, assignee, status = "open" } = conversation;
  return (
    <div className={css.about}>
      <Avatar id={conversation.identity_id} name={nameOf(contact)} picture={contact.picture} />
      <div className={css.lines}>
        <h2 title={conversation.subject ?? undefined}>
          {nameOf(contact)}
          {conversation.subject && <span className={css.subject}>{conversation.subject}</span>}
        </h2>
        <p className={css.line} role="status">
          <span className={css.status} data-status={status}>
            {t(`status.${status}`)}
          </span>
          <span>{assignee ? t("conversation.owner", { name: assignee.name }) : t("conversation.unowned")}</span>
          <span className={css.where}>
            {brandName(conversation.brand_id)} · {networkName(conversation.network)}
          </span>
        </p>
      </div>
    </div>
  );
}

function Actions({ conversation, commands }: { conversation: Conversation; commands: Commands }) {
  const { t } = useTranslation();
  const me = useMe();
  const { busy, run } = commands;
  const { assignee, status } = conversation;
  const isMine = assignee?.id === me.id;
  const isResolved = status === "resolved";
  return (
    <div className={css.actions}>
      {!assignee && (
        <button className="primary" title={`${t("conversation.claim")} (c)`} aria-busy={busy === "claim"} onClick={() => run("claim")}>
          {t("conversation.claim")}
        </button>
      )}
      {isMine && (
        <button aria-busy={busy === "unassign"} onClick={() => run("unassign")}>
          {t("conversation.unassign")}
        </button>
      )}
      {assignee && !isMine && (
        <button aria-busy={busy === "assign"} onClick={() => run("assign", me.id)}>
          {t("conversation.take")}
        </button>
      )}
      <AssignMenu conversation={conversation} onAssign={(agent) => run("assign", agent)} />
      <StatusMenu status={status ?? "open"} onStatus={run} />
      <button
        className={isMine && !isResolved ? "primary" : undefined}
        title={`${t(isResolved ? "conversation.reopen" : "conversation.resolve")} (e)`}
        aria-busy={busy === "resolve" || busy === "reopen"}
        onClick={() => run(isResolved ? "reopen" : "resolve")}
      >
        <Icon name={isResolved ? "reply" : "check"} size={16} />
        {t(isResolved ? "conversation.reopen" : "conversation.resolve")}
      </button>
    </div>
  );
}
