import { useTranslation } from "react-i18next";
import type { Agent, Conversation } from "../api/client";
import { useMe } from "../desk/MeContext";
import { useAgents } from "../desk/reading";
import { Dot } from "../ui/Dot";
import { Menu } from "../ui/Menu";

const FIRST = ["online", "busy", "away", "offline"];

/** To whom it can be given: who is here first, with how much they have. */
export function AssignMenu({ conversation, onAssign }: { conversation: Conversation; onAssign(agent: string): void }) {
  const { t } = useTranslation();
  const me = useMe();
  const agents = (useAgents().data ?? [])
    .filter((one) => one.id !== conversation.assignee?.id && one.id !== me.id)
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  return (
    <Menu
      label={t("conversation.assign")}
      title={t("conversation.assignTo")}
      empty={t("conversation.noColleagues")}
      choices={agents.map((one) => ({
        id: one.id,
        label: one.name,
        detail: `${t(`presence.${one.presence ?? "offline"}`)} · ${t("team.load", { load: one.load, capacity: one.capacity })}`,
        before: <Dot presence={one.presence ?? "offline"} />,
      }))}
      onChoose={onAssign}
    />
  );
}

const rank = (agent: Agent): number => FIRST.indexOf(agent.presence ?? "offline");
