import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Presence, routing } from "../api/client";
import { must } from "../api/problem";
import { useMe } from "../desk/MeContext";
import { useAgents } from "../desk/reading";
import { KEYS, takeAgent } from "../feed/cache";
import { Avatar } from "../ui/Avatar";
import { Dot } from "../ui/Dot";
import css from "./PresenceSwitch.module.css";

const PRESENCES: Presence[] = ["online", "busy", "away", "offline"];

/** Whether one takes work; shown as chosen at once, taken back if it did not arrive. */
export function PresenceSwitch() {
  const { t } = useTranslation();
  const me = useMe();
  const queries = useQueryClient();
  const mine = useAgents().data?.find((one) => one.id === me.id) ?? me.presence;
  const change = useMutation({
    mutationFn: async (status: Presence) => must(await routing.PUT("/v1/me/presence", { body: { status } })),
    onSuccess: (agent) => {
      takeAgent(queries, agent);
      if (!queries.getQueryData(KEYS.agents)) void queries.invalidateQueries({ queryKey: KEYS.agents });
    },
  });
  const presence = change.isPending ? change.variables : (mine.presence ?? "offline");
  return (
    <div className={css.me}>
      <Avatar id={me.id} name={me.name} picture={me.picture} />
      <div className={css.who}>
        <p className={css.name}>{me.name}</p>
        <div className={css.switch}>
          <Dot presence={presence} />
          <select
            aria-label={t("presence.label")}
            aria-describedby={change.isError ? "presence-failed" : undefined}
            value={presence}
            onChange={(event) => change.mutate(event.target.value as Presence)}
          >
            {PRESENCES.map((one) => (
              <option key={one} value={one}>
                {t(`presence.${one}`)}
              </option>
            ))}
          </select>
        </div>
      </div>
      {change.isError && (
        <p id="presence-failed" className={css.failed} role="alert">
          {t("presence.failed")}
        </p>
      )}
    </div>
  );
}
