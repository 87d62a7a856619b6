import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation, Me, Status } from "../api/client";
import type { View } from "../feed/apply";
import { useBrandName, useConversations } from "./queries";
import { useShortcuts } from "./shortcuts";
import { useWhen } from "./when";

const STATUSES: Status[] = ["open", "pending", "snoozed", "resolved"];

interface Props { me: Me; view: View; onStatus(status: NonNullable<Status>): void; chosen: string | null; onChoose(id: string): void }

export function ConversationList({ me, view, onStatus, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const found = useConversations(view);
  const list = useRef<HTMLUListElement>(null);
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const step = (by: number): void => {
    const at = items.findIndex((one) => one.id === chosen);
    const next = items[Math.min(Math.max(at + by, 0), items.length - 1)];
    if (!next) return;
    onChoose(next.id);
    list.current?.querySelector<HTMLElement>(`[data-id="${next.id}"]`)?.focus();
  };
  useShortcuts({ j: () => step(1), k: () => step(-1) });
  return (
    <section className="list" aria-label={t("list.label")}>
      <div className="statuses" role="group" aria-label={t("status.label")}>
        {STATUSES.map((status) => (
          <button key={status} aria-pressed={view.status === status} onClick={() => onStatus(status!)}>{t(`status.${status}`)}</button>
        ))}
      </div>
      {found.isPending && <Skeleton />}
      {found.isError && (
        <p className="empty" role="alert">{t("list.failed")} <button onClick={() => void found.refetch()}>{t("again")}</button></p>
      )}
      {found.isSuccess && !items.length && <p className="empty">{view.kind === "mine" ? t("list.emptyMine") : t("list.empty")}</p>}
      <ul ref={list}>
        {items.map((one) => (<Row key={one.id} conversation={one} mine={one.assignee?.id === me.id} chosen={one.id === chosen} onChoose={onChoose} />))}
      </ul>
      {found.hasNextPage && <button className="more" disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t("list.more")}</button>}
    </section>
  );
}

function Row({ conversation, mine, chosen, onChoose }: { conversation: Conversation; mine: boolean; chosen: boolean; onChoose(id: string): void }) {
  const { t } = useTranslation();
  const when = useWhen();
  const brandName = useBrandName();
  const { contact, last_message: last, unread = 0 } = conversation;
  return (
    <li>
      <button className="row" data-id={conversation.id} aria-current={chosen ? "true" : undefined} onClick={() => onChoose(conversation.id)}>
        <span className="top"><strong>{contact.name ?? contact.handle ?? contact.id}</strong><time dateTime={conversation.last_activity_at}>{when(conversation.last_activity_at)}</time></span>
        <span className="preview">{last?.direction === "outgoing" ? `${last.author_name}: ` : ""}{last?.text}</span>
        <span className="bottom">
          <span className="tag">{brandName(conversation.brand_id)} · {conversation.network}</span>
          <span className={mine ? "owner mine" : "owner"}>{conversation.assignee?.name ?? t("list.nobody")}</span>
          {unread > 0 && <span className="badge" aria-label={t("list.unread", { count: unread })}>{unread}</span>}
        </span>
      </button>
    </li>
  );
}

function Skeleton() {
  return <ul aria-hidden="true">{Array.from({ length: 6 }, (_, i) => (<li key={i}><span className="row skeleton" /></li>))}</ul>;
}
