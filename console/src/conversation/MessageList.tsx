import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation } from "../api/client";
import { useMe } from "../desk/MeContext";
import { dayNumber, useMinute, useWhen } from "../language/when";
import { useUnsent } from "../outbox/OutboxContext";
import { notYetThere } from "../outbox/unsent";
import { Blank } from "../ui/Blank";
import { Icon } from "../ui/Icon";
import { Bubble } from "./Bubble";
import { byDay, firstUnread } from "./grouping";
import css from "./MessageList.module.css";
import { UnsentBubble } from "./UnsentBubble";
import { useMessages } from "./useMessages";
import { useStickToEnd } from "./useStickToEnd";

/** What was said, oldest above; stays at the end while one is there. */
export function MessageList({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const me = useMe();
  const when = useWhen();
  const now = useMinute();
  const { messages, ...found } = useMessages(conversation.id);
  const unsent = notYetThere(useUnsent(conversation.id), messages, me.id);
  const unreadFrom = useUnreadMark(found.isSuccess ? firstUnread(messages, conversation.unread ?? 0) : undefined);
  const older = (): void => void (found.hasNextPage && !found.isFetchingNextPage && found.fetchNextPage());
  const { box, content, isAtEnd, toEnd, onScroll } = useStickToEnd(messages[0]?.id, older);
  return (
    <>
      <div className={css.box} ref={box} onScroll={onScroll} role="log" aria-label={t("messages.label")} tabIndex={0}>
        <div className={css.content} ref={content}>
          {found.hasNextPage && (
            <button className={css.older} aria-busy={found.isFetchingNextPage} onClick={older}>
              {found.isFetchingNextPage ? t("app.loading") : t("messages.older")}
            </button>
          )}
          {found.isPending && <Bones />}
          {found.isError && !messages.length && (
            <Blank icon="alert" failed title={t("messages.failed")} why={t("problems.no-answer")}>
              <button onClick={() => void found.refetch()}>{t("app.again")}</button>
            </Blank>
          )}
          {found.isSuccess && !messages.length && !unsent.length && <Blank icon="chat" title={t("messages.empty")} />}
          {byDay(messages).map((day) => (
            <section key={dayNumber(new Date(day.at))} className={css.day}>
              <h3>{when.day(day.at, now)}</h3>
              {day.placed.map((one) => (
                <Fragment key={one.message.id}>
                  {one.message.id === unreadFrom && <p className={css.new}>{t("messages.new")}</p>}
                  <Bubble placed={one} conversation={conversation} />
                </Fragment>
              ))}
            </section>
          ))}
          {unsent.map((one) => (
            <UnsentBubble key={one.key} unsent={one} />
          ))}
        </div>
      </div>
      {!isAtEnd && (
        <button className={css.newest} onClick={toEnd}>
          <Icon name="down" size={15} />
          {t("messages.newest")}
        </button>
      )}
    </>
  );
}

/** Where the unread began when the conversation was opened; it stays there while one reads. */
function useUnreadMark(found: string | null | undefined): string | null {
  const [mark, setMark] = useState<string | null>();
  if (mark === undefined && found !== undefined) setMark(found);
  return mark ?? null;
}

function Bones() {
  return (
    <div aria-hidden="true" className={css.bones}>
      {[46, 58, 34, 62].map((width, index) => (
        <span key={index} className="bone" style={{ width: `${width}%`, marginLeft: index % 2 ? "auto" : 0 }} />
      ))}
    </div>
  );
}
