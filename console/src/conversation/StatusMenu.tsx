import { useTranslation } from "react-i18next";
import type { Status } from "../api/client";
import type { Verb } from "../commands/conversationCommands";
import { Icon, type IconName } from "../ui/Icon";
import { Menu } from "../ui/Menu";

const OTHERS = { snooze: "snoozed", pending: "pending", reopen: "open" } as const;
const ICONS: Record<keyof typeof OTHERS, IconName> = { snooze: "clock", pending: "status", reopen: "reply" };
const TEXTS = { snooze: "conversation.snooze", pending: "conversation.pending", reopen: "conversation.open" } as const;

/** The statuses besides resolved, which has a button of its own. */
export function StatusMenu({ status, onStatus }: { status: Status; onStatus(verb: Verb): void }) {
  const { t } = useTranslation();
  const verbs = (Object.keys(OTHERS) as (keyof typeof OTHERS)[]).filter((verb) => {
    if (verb === "reopen" && status === "resolved") return false;
    return OTHERS[verb] !== status;
  });
  return (
    <Menu
      label={t("status.label")}
      title={t("conversation.setStatus")}
      empty=""
      choices={verbs.map((verb) => ({ id: verb, label: t(TEXTS[verb]), before: <Icon name={ICONS[verb]} size={16} /> }))}
      onChoose={(verb) => onStatus(verb as Verb)}
    />
  );
}
