import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Me } from "../api/client";
import { ContactPanel } from "../contact/ContactPanel";
import { ConversationPane } from "../conversation/ConversationPane";
import { ConversationList } from "../conversations/ConversationList";
import { useFeed } from "../feed/useFeed";
import { OutboxProvider } from "../outbox/OutboxContext";
import { Help } from "../shortcuts/Help";
import { useShortcuts } from "../shortcuts/useShortcuts";
import { Blank } from "../ui/Blank";
import { Sidebar } from "../views/Sidebar";
import css from "./Desk.module.css";
import { MeContext } from "./MeContext";
import { usePlace } from "./place";
import { type Drawer, useDrawers } from "./useDrawers";

/** The whole desk: views, list, conversation, contact. */
export function Desk({ me }: { me: Me }) {
  const { t } = useTranslation();
  const [{ view, conversation }, go] = usePlace();
  const [helps, setHelps] = useState(false);
  const { drawer, setDrawer, views, contact } = useDrawers();
  const liveness = useFeed(me.id);
  const choose = useCallback((id: string) => go({ conversation: id }), [go]);
  const toggle = (which: Drawer): void => setDrawer((held) => (held === which ? null : which));
  useShortcuts({ help: () => setHelps(true), contact: () => conversation && toggle("contact") });
  return (
    <MeContext value={me}>
      <OutboxProvider>
        <header className="unseen">
          <h1>{t("app.name")}</h1>
        </header>
        <div className={css.desk} data-shows={conversation ? "conversation" : "list"} data-drawer={drawer ?? undefined}>
          <div className={css.views} ref={views} tabIndex={-1}>
            <Sidebar
              view={view}
              onView={(next) => {
                setDrawer(null);
                go({ view: next, conversation: null });
              }}
              liveness={liveness}
              onHelp={() => setHelps(true)}
            />
          </div>
          <main className={css.middle}>
            <div className={css.list}>
              <ConversationList
                view={view}
                onStatus={(status) => go({ view: { ...view, status }, conversation: null })}
                chosen={conversation}
                onChoose={choose}
                onViews={() => toggle("views")}
                liveness={liveness}
              />
            </div>
            <section className={css.pane} aria-label={t("conversation.label")}>
              {conversation ? (
                <ConversationPane
                  key={conversation}
                  id={conversation}
                  onBack={() => go({ conversation: null })}
                  onContact={() => toggle("contact")}
                />
              ) : (
                <Blank icon="chat" title={t("conversation.choose")} why={t("conversation.chooseWhy")} />
              )}
            </section>
          </main>
          <aside className={css.contact} ref={contact} tabIndex={-1} aria-label={t("contact.label")}>
            {conversation && (
              <ContactPanel
                key={conversation}
                conversation={conversation}
                onVisit={choose}
                onClose={() => setDrawer(null)}
              />
            )}
          </aside>
          {drawer && <div className={css.veil} onClick={() => setDrawer(null)} />}
        </div>
        {helps && <Help onClose={() => setHelps(false)} />}
      </OutboxProvider>
    </MeContext>
  );
}
