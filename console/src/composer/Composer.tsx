import { type KeyboardEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation } from "../api/client";
import { nameOf } from "../conversations/nameOf";
import { useMinute, useWhen } from "../language/when";
import { useOutbox } from "../outbox/OutboxContext";
import { useShortcuts } from "../shortcuts/useShortcuts";
import { Icon } from "../ui/Icon";
import css from "./Composer.module.css";
import { type Mode, useDraft } from "./drafts";
import { charactersLeft, isWindowClosed, NOTE_LIMIT } from "./limit";
import { useTypingSignal } from "./useTypingSignal";

const MODES: Mode[] = ["reply", "note"];

/** Write a reply or a note; it appears above at once and the field is free for the next. */
export function Composer({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const [mode, setMode] = useState<Mode>("reply");
  const [text, setText] = useDraft(conversation.id, mode);
  const field = useRef<HTMLTextAreaElement>(null);
  const typing = useTypingSignal(conversation.id);
  const outbox = useOutbox();
  const hintId = useId();
  const now = useMinute();
  const isReply = mode === "reply";
  const limit = isReply ? (conversation.reply?.max_length ?? NOTE_LIMIT) : NOTE_LIMIT;
  const left = charactersLeft(text.trim(), limit);
  const isClosed = isReply && isWindowClosed(conversation.reply?.window_until, now);
  const isReady = text.trim() !== "" && left >= 0 && !isClosed;
  const start = (next: Mode): void => {
    setMode(next);
    field.current?.focus();
  };
  useShortcuts({ reply: () => start("reply"), note: () => start("note") });
  const write = (value: string): void => {
    setText(value);
    if (isReply && value) typing.writes();
    else typing.stops();
  };
  const send = (): void => {
    if (!isReady) return;
    typing.stops();
    const writing = isReply ? "replies" : "notes";
    outbox.put({ conversation: conversation.id, writing, text: text.trim(), after: conversation.messages ?? 0 });
    setText("");
    field.current?.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") field.current?.blur();
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      className={css.composer}
      data-mode={mode}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div role="group" aria-label={t("composer.mode")} className={css.modes}>
        {MODES.map((one) => (
          <button key={one} type="button" aria-pressed={mode === one} onClick={() => start(one)}>
            <Icon name={one === "reply" ? "reply" : "lock"} size={14} />
            {t(`composer.${one}`)}
          </button>
        ))}
      </div>
      <div className={css.sheet}>
        <textarea
          ref={field}
          rows={2}
          value={text}
          aria-label={t(`composer.${mode}`)}
          aria-describedby={hintId}
          aria-invalid={left < 0}
          placeholder={isReply ? t("composer.replyHint", { name: nameOf(conversation.contact) }) : t("composer.noteHint")}
          onChange={(event) => write(event.target.value)}
          onBlur={typing.stops}
          onKeyDown={onKey}
        />
        <div className={css.foot}>
          <Hint id={hintId} conversation={conversation} isReply={isReply} isClosed={isClosed} left={left} limit={limit} />
          <kbd className={css.keys}>{t("composer.keys")}</kbd>
          <button className="primary" type="submit" disabled={!isReady}>
            {t(isReply ? "composer.send" : "composer.save")}
          </button>
        </div>
      </div>
    </form>
  );
}

interface HintProps {
  id: string;
  conversation: Conversation;
  isReply: boolean;
  isClosed: boolean;
  left: number;
  limit: number;
}

/** What there is to know before sending; its line is always there. */
function Hint({ id, conversation, isReply, isClosed, left, limit }: HintProps) {
  const { t } = useTranslation();
  const when = useWhen();
  const until = conversation.reply?.window_until;
  const isTight = left < Math.min(300, limit / 4);
  let text = "";
  if (left < 0) text = t("composer.over", { count: -left });
  else if (isClosed) text = t("composer.closed");
  else if (isTight) text = t("composer.left", { count: left });
  else if (isReply && conversation.status === "resolved") text = t("composer.reopens");
  else if (isReply && until) text = t("composer.until", { time: when.full(until) });
  return (
    <p id={id} className={left < 0 || isClosed ? css.bad : css.hint} aria-live="polite">
      {text}
    </p>
  );
}
