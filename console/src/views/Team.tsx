import { useTranslation } from "react-i18next";
import type { Agent } from "../api/client";
import { useMe } from "../desk/MeContext";
import { useAgents } from "../desk/reading";
import { Dot } from "../ui/Dot";
import css from "./Team.module.css";

/** Colleagues: who is here, and who has how much to do. In one order, so that nobody jumps about. */
export function Team() {
  const { t } = useTranslation();
  const me = useMe();
  const agents = useAgents();
  const colleagues = (agents.data ?? []).filter((one) => one.id !== me.id).sort(byName);
  return (
    <section aria-labelledby="team">
      <h2 id="team">{t("team.label")}</h2>
      {agents.isSuccess && !colleagues.length && <p className={css.empty}>{t("team.empty")}</p>}
      <ul>
        {colleagues.map((one) => {
          const presence = one.presence ?? "offline";
          const load = t("team.load", { load: one.load, capacity: one.capacity });
          return (
            <li key={one.id} className={css.agent} data-presence={presence} title={`${t(`presence.${presence}`)} · ${load}`}>
              <Dot presence={presence} />
              <span className={css.name}>{one.name}</span>
              <span className="unseen">{t(`presence.${presence}`)}</span>
              <small aria-label={load} role="img">
                {one.load}/{one.capacity}
              </small>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const byName = (a: Agent, b: Agent): number => a.name.localeCompare(b.name);
