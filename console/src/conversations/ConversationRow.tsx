import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation } from "../api/client";
import { useHasDraft } from "../composer/drafts";
import { useMe } from "../desk/MeContext";
import { networkName, useBrandName, useBrands } from "../desk/reading";
import type { View } from "../feed/conversations";
import { useTypists } from "../feed/useFeed";
import { useMinute, useWhen } from "../language/when";
import { Avatar } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import css from "./ConversationRow.module.css";
import { nameOf } from "./nameOf";

interface Props {
  conversation: Conversation;
  view: View;
  isChosen: boolean;
  /** One row is in the tab order; j, k and the arrows lead to the others. */
  isReachable: boolean;
  onChoose(id: string): void;
}

export const ConversationRow = memo(function ConversationRow({ conversation, view, isChosen, isReachable, onChoose }: Props) {
  const { t } = useTranslation();
  const when = useWhen();
  const { contact, unread = 0, last_activity_at: at } = conversation;
  return (
    <li>
      <button
        className={css.row}
        data-id={conversation.id}
        data-unread={unread > 0 || undefined}
        aria-current={isChosen ? "true" : undefined}
        tabIndex={isReachable ? 0 : -1}
        onClick={() => onChoose(conversation.id)}
      >
        <Avatar id={conversation.identity_id} name={nameOf(contact)} picture={contact.picture} />
        <span className={css.name}>{nameOf(contact)}</span>
        <time className={css.time} dateTime={at}>
          {when.short(at)}
        </time>
        <Preview conversation={conversation} />
        <span className={css.badge}>
          {unread > 0 && (
            <b role="img" aria-label={t("list.unread", { count: unread })}>
              {unread > 99 ? "99+" : unread}
            </b>
          )}
        </span>
        <About conversation={conversation} view={view} />
      </button>
    </li>
  );
});

function Preview({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const hasDraft = useHasDraft();
  const writes = useTypists(conversation.id).some((one) => one.kind === "contact");
  const { last_message: last } = conversation;
  return (
    <span className={css.preview}>
      {writes && (
        <span className={css.writes} role="img" aria-label={t("list.typing")}>
          <i />
          <i />
          <i />
        </span>
      )}
      {hasDraft(conversation.id) && <span className={css.draft}>{t("list.draft")}: </span>}
      {last?.kind === "note" && <Icon name="lock" size={13} />}
      {last?.kind === "message" && last.direction === "outgoing" && <Icon name="reply" size={13} />}
      {last?.text || (last ? t("messages.attachment") : conversation.subject)}
    </span>
  );
}

function About({ conversation, view }: { conversation: Conversation; view: View }) {
  const { t } = useTranslation();
  const me = useMe();
  const when = useWhen();
  const now = useMinute();
  const brandName = useBrandName();
  const hasBrands = (useBrands().data?.length ?? 0) > 1;
  const { assignee, status, waiting_since: waits, priority } = conversation;
  const isRaised = priority === "high" || priority === "urgent";
  return (
    <span className={css.about}>
      {isRaised && <span className={css.raised}>{t(`priority.${priority}`)}</span>}
      <span className={css.where}>
        {networkName(conversation.network)}
        {hasBrands && view.kind !== "queue" && ` · ${brandName(conversation.brand_id)}`}
      </span>
      {status === "open" && waits && (
        <span className={css.waits} role="img" aria-label={t("list.waits", { time: when.ago(waits, now) })}>
          <Icon name="clock" size={13} />
          {when.ago(waits, now)}
        </span>
      )}
      {view.kind !== "mine" && (
        <span className={css.owner} data-mine={assignee?.id === me.id || undefined}>
          {assignee?.name ?? t("list.nobody")}
        </span>
      )}
    </span>
  );
}
