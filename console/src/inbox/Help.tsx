import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

const KEYS: [string, string][] = [["j / k", "next"], ["r", "reply"], ["n", "note"], ["c", "claim"], ["e", "resolve"], ["?", "help"]];

export function Help({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="help-title">
      <h2 id="help-title">{t("help.title")}</h2>
      <dl>{KEYS.map(([key, what]) => (<div key={key}><dt><kbd>{key}</kbd></dt><dd>{t(`help.${what}`)}</dd></div>))}</dl>
      <button onClick={() => dialog.current?.close()}>{t("help.close")}</button>
    </dialog>
  );
}
