import { useTranslation } from "react-i18next";
import type { TimelineEntry } from "../api/client";
import en from "../language/en.json";
import { useWhen } from "../language/when";
import { Icon, type IconName } from "../ui/Icon";
import css from "./Timeline.module.css";
import { useTimeline } from "./useContact";

type Kind = keyof typeof en.timeline.kinds;
const kindOf = (entry: TimelineEntry): Kind | null => {
  const key = entry.kind.replaceAll(".", "_");
  return key in en.timeline.kinds ? (key as Kind) : null;
};
const ICONS: Partial<Record<Kind, IconName>> = {
  message_received: "chat",
  message_replied: "reply",
  note_added: "lock",
  conversation_assigned: "mine",
  conversation_status_changed: "status",
};

interface Props {
  contact: string;
  conversation: string;
  onVisit(conversation: string): void;
}

/** What happened with a contact over all conversations; those elsewhere can be opened. */
export function Timeline({ contact, conversation, onVisit }: Props) {
  const { t } = useTranslation();
  const found = useTimeline(contact);
  const entries = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-labelledby="timeline" className={css.timeline}>
      <h3 id="timeline">{t("timeline.label")}</h3>
      {found.isPending && <span className={`bone ${css.bone}`} />}
      {found.isError && (
        <p role="alert">
          {t("timeline.failed")} <button onClick={() => void found.refetch()}>{t("app.again")}</button>
        </p>
      )}
      {found.isSuccess && !entries.length && <p className={css.empty}>{t("timeline.empty")}</p>}
      <ol>
        {entries.map((one) => (
          <li key={one.id}>
            {one.conversation_id === conversation ? (
              <div className={css.entry}>
                <Happened entry={one} />
              </div>
            ) : (
              <button className={css.entry} onClick={() => onVisit(one.conversation_id)}>
                <Happened entry={one} />
              </button>
            )}
          </li>
        ))}
      </ol>
      {found.hasNextPage && (
        <button className="plain" aria-busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("timeline.more")}
        </button>
      )}
    </section>
  );
}

function Happened({ entry }: { entry: TimelineEntry }) {
  const { t } = useTranslation();
  const when = useWhen();
  const kind = kindOf(entry);
  const status = entry.text as "open" | "pending" | "snoozed" | "resolved";
  let text = entry.text;
  if (kind === "conversation_status_changed") text = t(`status.${status}`);
  if (kind === "message_received" && !text) text = t("messages.deleted");
  return (
    <>
      <span className={css.sign}>
        <Icon name={(kind && ICONS[kind]) ?? "clock"} size={14} />
      </span>
      <span className={css.what}>
        <span className={css.text}>
          <strong>{entry.author_name}</strong> {kind && t(`timeline.kinds.${kind}`)} {text}
        </span>
        <small>
          <time dateTime={entry.at}>{when.full(entry.at)}</time>
        </small>
      </span>
    </>
  );
}
