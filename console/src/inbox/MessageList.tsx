import { useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "../api/client";
import { useMessages } from "./queries";
import { useDay, useWhen } from "./when";

/** What was said, oldest above; stays at the end while one is there. */
export function MessageList({ conversation }: { conversation: string }) {
  const { t } = useTranslation();
  const day = useDay();
  const found = useMessages(conversation);
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const messages = (found.data?.pages.flatMap((page) => page.items) ?? []).toReversed();
  const newest = messages.at(-1)?.id;
  useLayoutEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [newest]);
  const onScroll = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = box.current!;
    atEnd.current = scrollHeight - scrollTop - clientHeight < 80;
  };
  return (
    <div className="messages" ref={box} onScroll={onScroll} role="log" aria-label={t("conversation.messages")} tabIndex={0}>
      {found.hasNextPage && <button className="more" onClick={() => void found.fetchNextPage()}>{t("conversation.older")}</button>}
      {found.isPending && <p className="empty" role="status">{t("loading")}</p>}
      {messages.map((one, index) => (
        <div key={one.id}>
          {day(one.at) !== (index ? day(messages[index - 1]!.at) : "") && <p className="day">{day(one.at)}</p>}
          <Bubble message={one} />
        </div>
      ))}
    </div>
  );
}

function Bubble({ message }: { message: Message }) {
  const { t } = useTranslation();
  const when = useWhen();
  const outgoing = message.direction === "outgoing";
  const kind = message.kind === "note" ? "note" : outgoing ? "outgoing" : "incoming";
  const bad = message.state === "failed" || message.state === "unclear";
  return (
    <article className={`bubble ${kind}`}>
      <p className="who">{kind === "note" && <em>{t("conversation.note")} · </em>}{message.author.name}</p>
      <p className="text">{message.text}</p>
      <p className={bad ? "state bad" : "state"}>
        <time dateTime={message.at} title={when(message.at, true)}>{when(message.at)}</time>
        {outgoing && kind !== "note" && ` · ${t(`message.${message.state}`)}`}
        {message.failure && `: ${message.failure}`}
      </p>
    </article>
  );
}
