import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Contact, crm, ProblemError, must, type TimelineEntry } from "../api/client";
import { useContact, useTimeline } from "./queries";
import { useWhen } from "./when";

const FIELDS = ["name", "email", "phone", "note"] as const;

/** Who is writing, on which channels, and what happened before. */
export function ContactPanel({ conversation }: { conversation: string }) {
  const { t } = useTranslation();
  const when = useWhen();
  const contact = useContact(conversation).data;
  const timeline = useTimeline(contact?.id).data ?? [];
  if (!contact) return <p className="empty" role="status">{t("contact.wait")}</p>;
  return (
    <>
      <ContactForm key={contact.version} contact={contact} conversation={conversation} />
      <h3>{t("contact.identities")}</h3>
      <ul className="identities">
        {contact.identities.map((one) => (
          <li key={one.id}>
            <strong>{one.network}</strong> {one.handle ?? one.name}
            <small>{t("contact.messages", { count: one.messages ?? 0 })} · {t("contact.since", { date: when(one.first_seen_at) })}</small>
          </li>
        ))}
      </ul>
      <h3>{t("contact.timeline")}</h3>
      <ol className="timeline">{timeline.map((one) => (<TimelineRow key={one.id} entry={one} />))}</ol>
    </>
  );
}

function TimelineRow({ entry }: { entry: TimelineEntry }) {
  const { t, i18n } = useTranslation();
  const when = useWhen();
  const text = entry.kind === "conversation.status_changed" ? t(`status.${entry.text}`) : entry.text;
  const key = `timeline.${entry.kind}`;
  return (
    <li>
      <small><time dateTime={entry.at}>{when(entry.at, true)}</time></small>
      <span><strong>{entry.author_name}</strong> {i18n.t("timeline", { returnObjects: true })[entry.kind as never] ?? key} {text}</span>
    </li>
  );
}

function ContactForm({ contact, conversation }: { contact: Contact; conversation: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [values, setValues] = useState<Record<string, string>>(Object.fromEntries(FIELDS.map((field) => [field, contact[field] ?? ""])));
  const [said, setSaid] = useState("");
  const changed = FIELDS.filter((field) => values[field] !== (contact[field] ?? ""));
  const save = async (): Promise<void> => {
    const body = Object.fromEntries(changed.map((field) => [field, values[field]!.trim() || null]));
    try {
      must(await crm.PATCH("/v1/contacts/{id}", { params: { path: { id: contact.id }, header: { "if-match": `"${contact.version}"` } }, body }));
      setSaid(t("contact.saved"));
      await queries.invalidateQueries({ queryKey: ["contact", conversation] });
    } catch (error) {
      setSaid(error instanceof ProblemError ? `${error.message}. ${error.detail}` : String(error));
    }
  };
  return (
    <form className="fields" onSubmit={(event) => { event.preventDefault(); void save(); }}>
      {FIELDS.map((field) => (
        <label key={field}>
          {t(`contact.${field}`)}
          {field === "note" ? (
            <textarea rows={2} value={values[field]} onChange={(event) => setValues({ ...values, [field]: event.target.value })} />
          ) : (
            <input value={values[field]} type={field === "email" ? "email" : field === "phone" ? "tel" : "text"} onChange={(event) => setValues({ ...values, [field]: event.target.value })} />
          )}
        </label>
      ))}
      <p className="said" role="status">{said}</p>
      <button type="submit" disabled={!changed.length}>{t("contact.save")}</button>
    </form>
  );
}
