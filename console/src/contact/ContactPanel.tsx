import { useTranslation } from "react-i18next";
import { asProblem } from "../api/problem";
import type { Contact } from "../api/client";
import { networkName } from "../desk/reading";
import { useProblemText } from "../language/useProblemText";
import { useWhen } from "../language/when";
import { Avatar } from "../ui/Avatar";
import { Blank } from "../ui/Blank";
import { Icon } from "../ui/Icon";
import { ContactForm } from "./ContactForm";
import css from "./ContactPanel.module.css";
import { Timeline } from "./Timeline";
import { useContact } from "./useContact";

interface Props {
  conversation: string;
  onVisit(conversation: string): void;
  onClose(): void;
}

/** Who is writing, on which channels, and what happened before. */
export function ContactPanel({ conversation, onVisit, onClose }: Props) {
  const { t } = useTranslation();
  const { data: contact, error, failureCount, refetch } = useContact(conversation);
  const problemText = useProblemText();
  return (
    <div className={css.panel} data-scrolls>
      <header className={css.top}>
        <h2>{t("contact.label")}</h2>
        <button className={`icon ${css.close}`} onClick={onClose} aria-label={t("app.close")}>
          <Icon name="close" />
        </button>
      </header>
      {contact && (
        <>
          <Face contact={contact} />
          <ContactForm contact={contact} conversation={conversation} />
          <Identities contact={contact} />
          <Timeline contact={contact.id} conversation={conversation} onVisit={onVisit} />
        </>
      )}
      {!contact && error && (
        <Blank icon="alert" failed title={t("contact.failed")} why={problemText(asProblem(error))}>
          <button onClick={() => void refetch()}>{t("app.again")}</button>
        </Blank>
      )}
      {!contact && !error && <Bones text={failureCount > 1 ? t("contact.wait") : t("app.loading")} />}
    </div>
  );
}

function Face({ contact }: { contact: Contact }) {
  const name = contact.name || contact.identities[0]?.name || contact.identities[0]?.handle || contact.email || "?";
  return (
    <div className={css.face}>
      <Avatar id={contact.identities[0]?.id ?? contact.id} name={name} picture={contact.picture} size={44} />
      <p>{name}</p>
    </div>
  );
}

function Identities({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const when = useWhen();
  return (
    <section aria-labelledby="identities" className={css.section}>
      <h3 id="identities">{t("contact.identities")}</h3>
      <ul>
        {contact.identities.map((one) => (
          <li key={one.id} className={css.identity}>
            <Icon name={one.network === "livechat" ? "chat" : "plug"} size={16} />
            <div>
              <p>
                <strong>{networkName(one.network)}</strong> {one.handle ?? one.name}
              </p>
              <small>
                {t("contact.messages", { count: one.messages ?? 0 })} · {t("contact.since", { date: when.short(one.first_seen_at) })}
              </small>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Bones({ text }: { text: string }) {
  return (
    <div className={css.bones} role="status">
      <span className="unseen">{text}</span>
      {[44, 30, 30, 30, 52, 90].map((height, index) => (
        <span key={index} className="bone" style={{ height }} />
      ))}
    </div>
  );
}
