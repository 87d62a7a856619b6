import { useTranslation } from "react-i18next";
import { saveDraft } from "../composer/drafts";
import { useMe } from "../desk/MeContext";
import { useProblemText } from "../language/useProblemText";
import { useOutbox } from "../outbox/OutboxContext";
import type { Unsent } from "../outbox/unsent";
import { Icon } from "../ui/Icon";
import css from "./Bubble.module.css";
import { SpokenText } from "./SpokenText";

/** What was written and is on its way; or did not get there, why, and what can be done. */
export function UnsentBubble({ unsent }: { unsent: Unsent }) {
  const { t } = useTranslation();
  const me = useMe();
  const outbox = useOutbox();
  const problemText = useProblemText();
  const { key, conversation, text, problem } = unsent;
  const isNote = unsent.writing === "notes";
  const edit = (): void => {
    saveDraft(conversation, isNote ? "note" : "reply", text);
    outbox.discard(key);
  };
  return (
    <article className={css.bubble} data-kind={isNote ? "note" : "outgoing"} data-starts data-unsent>
      <p className={css.who}>
        {isNote && <Icon name="lock" size={13} />}
        {me.name}
        {isNote && <span className={css.inside}>{t("messages.note")}</span>}
      </p>
      <div className={css.body}>
        <SpokenText text={text} />
      </div>
      {!problem && (
        <p className={css.fate}>
          {t("state.pending")} <Icon name="clock" size={13} />
        </p>
      )}
      {problem && (
        <div className={css.again} role="alert">
          <p className={css.bad}>
            <Icon name="alert" size={13} /> {t("state.failed")}: {problemText(problem)}
          </p>
          <button onClick={() => outbox.retry(key)}>{t("messages.again")}</button>
          <button onClick={edit}>{t("messages.edit")}</button>
          <button onClick={() => outbox.discard(key)}>{t("messages.discard")}</button>
        </div>
      )}
    </article>
  );
}
