import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Conversation, type Me, routing } from "../api/client";
import { useShortcuts } from "./shortcuts";
import { useCommand } from "./useCommand";

const TYPING_MS = 3_000;
const SHOW_LEFT_BELOW = 300;

/** Write a reply or a note; a lost answer is asked for again with the same key, so it is sent once. */
export function Composer({ conversation, me }: { conversation: Conversation; me: Me }) {
  const { t } = useTranslation();
  const [mode, setMode] = useState<"reply" | "note">("reply");
  const [text, setText] = useState("");
  const key = useRef<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const command = useCommand(conversation.id, me.id);
  const typing = useTyping(conversation.id);
  const limit = mode === "reply" ? (conversation.reply?.max_length ?? 50_000) : 50_000;
  const start = (next: "reply" | "note"): void => {
    setMode(next);
    field.current?.focus();
  };
  useShortcuts({ r: () => start("reply"), n: () => start("note") });
  const write = (value: string): void => {
    setText(value);
    key.current = null;
    if (mode === "reply") typing(value.length > 0);
  };
  const send = async (): Promise<void> => {
    if (!text.trim() || text.length > limit || command.busy) return;
    key.current ??= crypto.randomUUID();
    typing(false);
    const outcome = await command.run(mode === "reply" ? "replies" : "notes", { text }, key.current);
    if (outcome) {
      key.current = null;
      setText("");
    }
  };
  const contact = conversation.contact.name ?? conversation.contact.handle ?? conversation.contact.id;
  return (
    <form className={`composer ${mode}`} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <div role="group" aria-label={t("composer.mode")} className="modes">
        <button type="button" aria-pressed={mode === "reply"} onClick={() => start("reply")}>{t("composer.reply")}</button>
        <button type="button" aria-pressed={mode === "note"} onClick={() => start("note")}>{t("composer.note")}</button>
        <span className="left" aria-live="polite">{limit - text.length < SHOW_LEFT_BELOW && t("composer.left", { count: limit - text.length })}</span>
      </div>
      <textarea
        ref={field} rows={3} value={text} aria-label={t(mode === "reply" ? "composer.reply" : "composer.note")}
        placeholder={mode === "reply" ? t("composer.replyHint", { name: contact }) : t("composer.noteHint")}
        onChange={(event) => write(event.target.value)}
        onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); void send(); } }}
      />
      {command.problem && <p className="problem" role="alert">{command.problem}</p>}
      <button className="primary" type="submit" disabled={command.busy || !text.trim() || text.length > limit}>
        {command.problem ? t("composer.retry") : t(mode === "reply" ? "composer.send" : "composer.save")}
      </button>
    </form>
  );
}

/** Tell that one is writing, at most every few seconds, and that one has stopped. */
function useTyping(id: string): (typing: boolean) => void {
  const since = useRef(0);
  const tell = useCallback((typing: boolean): void => {
    if (typing ? Date.now() - since.current < TYPING_MS : !since.current) return;
    since.current = typing ? Date.now() : 0;
    void routing.POST("/v1/conversations/{id}/typing", { params: { path: { id } }, body: { typing } }).catch(() => undefined);
  }, [id]);
  useEffect(() => () => tell(false), [tell]);
  return tell;
}
