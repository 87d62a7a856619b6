import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../ui/Icon";
import css from "./Help.module.css";
import { type Action, KEYS_OF } from "./keys";
import { turn, useAreOn } from "./useShortcuts";

const NAMES: Record<string, string> = { ArrowDown: "↓", ArrowUp: "↑" };

/** All shortcuts at a glance, and the switch for who is disturbed by them (WCAG 2.1.4). */
export function Help({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const on = useAreOn();
  useEffect(() => dialog.current?.showModal(), []);
  const close = (): void => dialog.current?.close();
  const byBackdrop = (event: React.MouseEvent): void => {
    if (event.target === dialog.current) close();
  };
  return (
    <dialog ref={dialog} className={css.help} onClose={onClose} onClick={byBackdrop} aria-labelledby="help-title">
      <div className={css.inner}>
        <header>
          <h2 id="help-title">{t("shortcuts.title")}</h2>
          <button className="icon" aria-label={t("app.close")} onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        <dl>
          {(Object.keys(KEYS_OF) as Action[]).map((action) => (
            <Row key={action} what={t(`shortcuts.${action}`)} keys={[...KEYS_OF[action]]} />
          ))}
          <Row what={t("shortcuts.send")} keys={[t("composer.keys")]} />
          <Row what={t("shortcuts.leave")} keys={["Esc"]} />
        </dl>
        <label className={css.switch}>
          <input type="checkbox" checked={on} onChange={(event) => turn(event.target.checked)} />
          {t("shortcuts.on")}
        </label>
      </div>
    </dialog>
  );
}

function Row({ what, keys }: { what: string; keys: string[] }) {
  const { t } = useTranslation();
  return (
    <div>
      <dt>{what}</dt>
      <dd>
        {keys.map((key, index) => (
          <span key={key}>
            {index > 0 && <small> {t("shortcuts.or")} </small>}
            <kbd>{NAMES[key] ?? key}</kbd>
          </span>
        ))}
      </dd>
    </div>
  );
}
