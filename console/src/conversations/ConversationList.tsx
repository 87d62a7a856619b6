import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Status } from "../api/client";
import { STATUSES } from "../desk/place";
import { useBrandName, useBrands } from "../desk/reading";
import { useTitle } from "../desk/useTitle";
import type { Liveness } from "../feed/connection";
import type { View } from "../feed/conversations";
import { useShortcuts } from "../shortcuts/useShortcuts";
import { Blank } from "../ui/Blank";
import { Icon } from "../ui/Icon";
import css from "./ConversationList.module.css";
import { ConversationRow } from "./ConversationRow";
import { EmptyView } from "./EmptyView";
import { stepFrom } from "./step";
import { useConversations } from "./useConversations";

interface Props {
  view: View;
  onStatus(status: Status): void;
  chosen: string | null;
  onChoose(id: string): void;
  onViews(): void;
  /** Shown here where the views, which say it otherwise, are out of sight. */
  liveness: Liveness;
}

export function ConversationList({ view, onStatus, chosen, onChoose, onViews, liveness }: Props) {
  const { t } = useTranslation();
  const { items, ...found } = useConversations(view);
  const list = useRef<HTMLUListElement>(null);
  const place = useRef(-1);
  const ids = items.map((one) => one.id);
  useEffect(() => {
    if (chosen && ids.includes(chosen)) place.current = ids.indexOf(chosen);
  });
  const step = (by: 1 | -1): void => {
    const next = ids[stepFrom(ids, chosen, place.current, by)];
    if (!next) return;
    onChoose(next);
    list.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(next)}"]`)?.focus();
  };
  useShortcuts({ next: () => step(1), previous: () => step(-1) });
  const reachable = chosen && ids.includes(chosen) ? chosen : ids[0];
  return (
    <section className={css.list} aria-labelledby="list-title">
      <header className={css.top}>
        <button className={`icon ${css.views}`} onClick={onViews} aria-label={t("views.show")}>
          <Icon name="menu" />
        </button>
        <Title view={view} />
        {liveness !== "live" && <span className={css.liveness}>{t(`liveness.${liveness}`)}</span>}
      </header>
      <div className={css.statuses} role="group" aria-label={t("status.label")}>
        {STATUSES.map((status) => (
          <button key={status} aria-pressed={view.status === status} onClick={() => onStatus(status)}>
            {t(`status.${status}`)}
          </button>
        ))}
      </div>
      <div className={css.scrolling} aria-busy={found.isPending}>
        {found.isPending && <Bones />}
        {found.isError && !found.data && (
          <Blank icon="alert" failed title={t("list.failed")} why={t("problems.no-answer")}>
            <button onClick={() => void found.refetch()}>{t("app.again")}</button>
          </Blank>
        )}
        {found.isSuccess && !items.length && !found.hasNextPage && <EmptyView view={view} />}
        <ul ref={list} aria-label={t("list.label")}>
          {items.map((one) => (
            <ConversationRow
              key={one.id}
              conversation={one}
              view={view}
              isChosen={one.id === chosen}
              isReachable={one.id === reachable}
              onChoose={onChoose}
            />
          ))}
        </ul>
        {found.hasNextPage && (
          <button className={css.more} aria-busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {found.isFetchingNextPage ? t("app.loading") : t("list.more")}
          </button>
        )}
      </div>
    </section>
  );
}

function Title({ view }: { view: View }) {
  const { t } = useTranslation();
  const brands = useBrands().data;
  const brandName = useBrandName();
  const queues = brands?.find((one) => one.id === view.brand)?.queues;
  const queue = queues?.find((one) => one.id === view.queue)?.name ?? view.queue ?? "";
  const title = view.kind === "queue" ? queue : t(`views.${view.kind}`);
  useTitle(title);
  return (
    <h2 id="list-title" className={css.title}>
      {title}
      {view.brand && <small>{brandName(view.brand)}</small>}
    </h2>
  );
}

function Bones() {
  return (
    <div aria-hidden="true">
      {Array.from({ length: 7 }, (_, index) => (
        <div key={index} className={css.bones}>
          <span className={`bone ${css.face}`} />
          <span className={`bone ${css.line}`} />
          <span className={`bone ${css.line}`} />
        </div>
      ))}
    </div>
  );
}
