import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Contact, ContactChange } from "../api/client";
import { useProblemText } from "../language/useProblemText";
import css from "./ContactForm.module.css";
import { useSaveContact } from "./useSaveContact";

const FIELDS = ["name", "email", "phone", "note"] as const;
type Field = (typeof FIELDS)[number];
const TYPES = { name: "text", email: "email", phone: "tel", note: "text" } as const;

/** What is known of a contact. Only what one has changed is one's own; the rest follows what others write. */
export function ContactForm({ contact, conversation }: { contact: Contact; conversation: string }) {
  const { t } = useTranslation();
  const [edits, setEdits] = useState<Partial<Record<Field, string>>>({});
  const save = useSaveContact(contact, conversation);
  const problemText = useProblemText();
  const changed = FIELDS.filter((field) => edits[field] !== undefined && edits[field] !== (contact[field] ?? ""));
  const edit = (field: Field, value: string): void => {
    setEdits({ ...edits, [field]: value });
    if (!save.isPending) save.reset();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const body: ContactChange = Object.fromEntries(changed.map((field) => [field, edits[field]!.trim() || null]));
    save.mutate(body, { onSuccess: () => setEdits({}) });
  };
  const wrong = (field: Field): string | undefined => {
    const said = save.error?.fields.find((one) => one.pointer.endsWith(`/${field}`))?.detail;
    return said && (field === "email" || field === "phone") ? t(`contact.wrong.${field}`) : said;
  };
  const cancel = (): void => {
    setEdits({});
    save.reset();
  };
  const said = (): string => {
    if (save.isPending) return t("contact.saving");
    if (save.error) return problemText(save.error);
    return save.isSuccess && !changed.length ? t("contact.saved") : "";
  };
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      {FIELDS.map((field) => {
        const id = `contact-${field}`;
        const props = {
          id,
          value: edits[field] ?? contact[field] ?? "",
          "aria-invalid": Boolean(wrong(field)),
          "aria-describedby": wrong(field) ? `${id}-wrong` : undefined,
        };
        return (
          <div key={field} className={css.field}>
            <label htmlFor={id}>{t(`contact.${field}`)}</label>
            {field === "note" ? (
              <textarea {...props} rows={2} maxLength={10_000} onChange={(event) => edit(field, event.target.value)} />
            ) : (
              <input {...props} type={TYPES[field]} autoComplete="off" onChange={(event) => edit(field, event.target.value)} />
            )}
            {wrong(field) && (
              <p id={`${id}-wrong`} className={css.wrong}>
                {wrong(field)}
              </p>
            )}
          </div>
        );
      })}
      <div className={css.foot}>
        <p className={save.error ? css.wrong : css.said} role="status">
          {said()}
        </p>
        {changed.length > 0 && (
          <>
            <button type="button" className="plain" onClick={cancel}>
              {t("contact.cancel")}
            </button>
            <button type="submit" className="primary" disabled={save.isPending}>
              {t("contact.save")}
            </button>
          </>
        )}
      </div>
    </form>
  );
}
