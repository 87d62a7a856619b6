import { useTranslation } from "react-i18next";
import type { Conversation, Message } from "../api/client";
import { useWhen } from "../language/when";
import { useOutbox } from "../outbox/OutboxContext";
import { Icon } from "../ui/Icon";
import { Attachments } from "./Attachments";
import css from "./Bubble.module.css";
import type { Placed } from "./grouping";
import { safeAddress, SpokenText } from "./SpokenText";

/** One message or note, with who said it and what became of it. */
export function Bubble({ placed, conversation }: { placed: Placed; conversation: Conversation }) {
  const { t } = useTranslation();
  const { message, startsGroup } = placed;
  const isNote = message.kind === "note";
  const isDeleted = !message.text && !message.attachments?.length && message.direction === "incoming";
  const kind = isNote ? "note" : message.direction;
  return (
    <article className={css.bubble} data-kind={kind} data-starts={startsGroup || undefined}>
      {startsGroup && (
        <p className={css.who}>
          {isNote && <Icon name="lock" size={13} />}
          {message.author.name}
          {isNote && <span className={css.inside}>{t("messages.note")}</span>}
        </p>
      )}
      <div className={css.body}>
        {isDeleted ? <p className={css.deleted}>{t("messages.deleted")}</p> : <SpokenText text={message.text} />}
        <Attachments attachments={message.attachments ?? []} />
      </div>
      <Fate placed={placed} conversation={conversation} />
    </article>
  );
}

/** When, and how far it has come; only at the end of what was said in one go. */
function Fate({ placed: { message, endsGroup }, conversation }: { placed: Placed; conversation: Conversation }) {
  const { t } = useTranslation();
  const when = useWhen();
  const isBad = message.state === "failed" || message.state === "unclear";
  const shows = message.direction === "outgoing" && message.kind !== "note";
  const original = safeAddress(message.url);
  if (!endsGroup && !isBad) return null;
  return (
    <>
      <p className={isBad ? css.bad : css.fate}>
        <time dateTime={message.at} title={when.full(message.at)}>
          {when.clock(message.at)}
        </time>
        {shows && ` · ${t(`state.${message.state}`)}`}
        {message.failure && `: ${message.failure}`}
        {shows && <Sign state={message.state} />}
        {original && (
          <a href={original} target="_blank" rel="noopener noreferrer" aria-label={t("messages.original")} title={t("messages.original")}>
            <Icon name="out" size={13} />
          </a>
        )}
      </p>
      {shows && isBad && <SendAgain message={message} after={conversation.messages ?? message.number} />}
    </>
  );
}

function Sign({ state }: { state: Message["state"] }) {
  if (state === "pending") return <Icon name="clock" size={13} />;
  if (state === "sent") return <Icon name="check" size={13} />;
  if (state === "delivered") return <Icon name="checks" size={13} />;
  if (state !== "read") return <Icon name="alert" size={13} />;
  return (
    <span className={css.read}>
      <Icon name="checks" size={13} />
    </span>
  );
}

/** What the network did not take can be sent anew; as a message of its own. */
function SendAgain({ message, after }: { message: Message; after: number }) {
  const { t } = useTranslation();
  const outbox = useOutbox();
  const { conversation_id: conversation, text } = message;
  const key = `again-${message.id}`;
  return (
    <div className={css.again}>
      {message.state === "unclear" && <p>{t("messages.check")}</p>}
      <button onClick={() => outbox.put({ key, conversation, writing: "replies", text, after })}>{t("messages.again")}</button>
    </div>
  );
}
