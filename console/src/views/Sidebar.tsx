import { useTranslation } from "react-i18next";
import { signOut } from "../auth/session";
import { useBrands } from "../desk/reading";
import type { Liveness } from "../feed/connection";
import type { View } from "../feed/conversations";
import { chooseLanguage, LANGUAGES } from "../language/i18n";
import { Icon, type IconName } from "../ui/Icon";
import { PresenceSwitch } from "./PresenceSwitch";
import css from "./Sidebar.module.css";
import { Team } from "./Team";

interface Props {
  view: View;
  onView(view: View): void;
  liveness: Liveness;
  onHelp(): void;
}

/** Where work is found, who is here, and whether what one sees is live. */
export function Sidebar({ view, onView, liveness, onHelp }: Props) {
  const { t, i18n } = useTranslation();
  const brands = useBrands();
  const entry = (label: string, icon: IconName, wanted: Omit<View, "status">) => {
    const current = view.kind === wanted.kind && view.brand === wanted.brand && view.queue === wanted.queue;
    return (
      <li key={`${wanted.brand}/${wanted.queue}`}>
        <button
          className={css.view}
          aria-current={current ? "page" : undefined}
          onClick={() => onView({ ...wanted, status: "open" })}
        >
          <Icon name={icon} />
          <span>{label}</span>
        </button>
      </li>
    );
  };
  return (
    <nav className={css.sidebar} aria-label={t("views.label")}>
      <header className={css.top}>
        <p className={css.name}>{t("app.name")}</p>
        <span className={css.liveness} data-liveness={liveness} role="status">
          {t(`liveness.${liveness}`)}
        </span>
      </header>
      <PresenceSwitch />
      <div className={css.scrolling} data-scrolls>
        <ul>
          {entry(t("views.mine"), "mine", { kind: "mine" })}
          {entry(t("views.all"), "all", { kind: "all" })}
        </ul>
        {brands.isPending && <span className={`bone ${css.bone}`} />}
        {brands.isError && (
          <p className={css.failed} role="alert">
            {t("views.failed")} <button onClick={() => void brands.refetch()}>{t("app.again")}</button>
          </p>
        )}
        {brands.data?.map((brand) => (
          <section key={brand.id} aria-labelledby={`brand-${brand.id}`}>
            <h2 id={`brand-${brand.id}`}>{brand.name}</h2>
            <ul>
              {brand.queues.map((queue) => entry(queue.name, "queue", { kind: "queue", brand: brand.id, queue: queue.id }))}
            </ul>
          </section>
        ))}
        <Team />
      </div>
      <footer className={css.foot}>
        <select aria-label={t("app.language")} value={i18n.language} onChange={(event) => chooseLanguage(event.target.value)}>
          {Object.entries(LANGUAGES).map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <button className="icon" onClick={onHelp} aria-label={t("shortcuts.title")} title={`${t("shortcuts.title")} (?)`}>
          <Icon name="keyboard" />
        </button>
        <button className="icon" onClick={() => void signOut()} aria-label={t("app.signOut")} title={t("app.signOut")}>
          <Icon name="leave" />
        </button>
      </footer>
    </nav>
  );
}
