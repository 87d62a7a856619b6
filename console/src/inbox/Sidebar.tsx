import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Agent, type Me, must, type Presence, routing } from "../api/client";
import { signOut } from "../auth/session";
import type { View } from "../feed/apply";
import type { Liveness } from "../feed/connection";
import { chooseLanguage } from "../i18n";
import { useAgents, useBrands } from "./queries";

const PRESENCES: Presence[] = ["online", "busy", "away", "offline"];

interface Props { me: Me; view: View; onView(view: View): void; liveness: Liveness; onHelp(): void }

export function Sidebar({ me, view, onView, liveness, onHelp }: Props) {
  const { t, i18n } = useTranslation();
  const brands = useBrands();
  const agents = useAgents();
  const entry = (label: string, wanted: Omit<View, "status">) => {
    const current = view.kind === wanted.kind && view.brand === wanted.brand && view.queue === wanted.queue;
    return (
      <button className="view" aria-current={current ? "page" : undefined} onClick={() => onView({ ...wanted, status: view.status })}>{label}</button>
    );
  };
  return (
    <nav className="sidebar" aria-label={t("views")}>
      <h1>{t("app")} <span className={`liveness ${liveness}`} role="status">{t(liveness)}</span></h1>
      <PresenceSwitch me={me} />
      {entry(t("mine"), { kind: "mine" })}
      {entry(t("all"), { kind: "all" })}
      {brands.data?.map((brand) => (
        <section key={brand.id} aria-label={brand.name}>
          <h2>{brand.name}</h2>
          {brand.queues.map((queue) => (<div key={queue.id}>{entry(queue.name, { kind: "queue", brand: brand.id, queue: queue.id })}</div>))}
        </section>
      ))}
      <section aria-label={t("team")}>
        <h2>{t("team")}</h2>
        <ul className="team">
          {sorted(agents.data).map((agent) => (
            <li key={agent.id}>
              <span className={`dot ${agent.presence}`} aria-hidden="true" />
              {agent.name} <small>{t(`presence.${agent.presence ?? "offline"}`)} · {agent.load}/{agent.capacity}</small>
            </li>
          ))}
        </ul>
      </section>
      <footer>
        <select aria-label={t("language")} value={i18n.language} onChange={(event) => chooseLanguage(event.target.value)}>
          <option value="de">Deutsch</option>
          <option value="en">English</option>
        </select>
        <button onClick={onHelp} aria-label={t("help.title")}>?</button>
        <button onClick={() => void signOut()}>{t("signOut")}</button>
      </footer>
    </nav>
  );
}

function PresenceSwitch({ me }: { me: Me }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const mine = useAgents().data?.find((one) => one.id === me.id) ?? me.presence;
  const [failed, setFailed] = useState(false);
  const change = async (status: Presence): Promise<void> => {
    try {
      const agent = must(await routing.PUT("/v1/me/presence", { body: { status } }));
      queries.setQueryData<Agent[]>(["agents"], (held) => [...(held ?? []).filter((one) => one.id !== agent.id), agent]);
      setFailed(false);
    } catch {
      setFailed(true);
    }
  };
  return (
    <label className="presence">
      <span className={`dot ${mine.presence}`} aria-hidden="true" />
      <span className="name">{me.name}</span>
      <select aria-label={t("presence.label")} value={mine.presence} aria-invalid={failed} onChange={(event) => void change(event.target.value as Presence)}>
        {PRESENCES.map((one) => (<option key={one} value={one}>{t(`presence.${one}`)}</option>))}
      </select>
    </label>
  );
}

const sorted = (agents: Agent[] = []): Agent[] => [...agents].sort((a, b) => a.name.localeCompare(b.name));
