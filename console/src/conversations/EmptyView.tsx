import { useTranslation } from "react-i18next";
import { useMe } from "../desk/MeContext";
import { useAgents } from "../desk/reading";
import type { View } from "../feed/conversations";
import { Blank } from "../ui/Blank";

/** Nothing here: good news, or a hint how work comes. */
export function EmptyView({ view }: { view: View }) {
  const { t } = useTranslation();
  const me = useMe();
  const mine = useAgents().data?.find((one) => one.id === me.id) ?? me.presence;
  if (view.status !== "open") return <Blank icon="check" title={t("list.emptyStatus")} />;
  if (view.kind !== "mine") return <Blank icon="check" title={t("list.empty")} why={t("list.emptyWhy")} />;
  const why = mine.presence === "online" ? t("list.emptyMineOnline") : t("list.emptyMineOffline");
  return <Blank icon="mine" title={t("list.emptyMine")} why={why} />;
}
