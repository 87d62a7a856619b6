import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Me } from "../api/client";
import type { View } from "../feed/apply";
import { useFeed } from "../feed/useFeed";
import { ContactPanel } from "./ContactPanel";
import { ConversationList } from "./ConversationList";
import { ConversationPane } from "./ConversationPane";
import { Help } from "./Help";
import { useShortcuts } from "./shortcuts";
import { Sidebar } from "./Sidebar";

/** The whole desk: views, list, conversation, contact. */
export function Desk({ me }: { me: Me }) {
  const { t } = useTranslation();
  const [view, setView] = useState<View>({ kind: "mine", status: "open" });
  const [chosen, setChosen] = useState<string | null>(null);
  const [help, setHelp] = useState(false);
  const { liveness, typists } = useFeed(me.id);
  useShortcuts({ "?": () => setHelp(true) });
  return (
    <div className="desk">
      <Sidebar me={me} view={view} onView={(next) => setView(next)} liveness={liveness} onHelp={() => setHelp(true)} />
      <ConversationList me={me} view={view} onStatus={(status) => setView({ ...view, status })} chosen={chosen} onChoose={setChosen} />
      <main className="pane" aria-label={t("conversation.messages")}>
        {chosen ? (
          <ConversationPane key={chosen} id={chosen} me={me} typists={typists.filter((one) => one.conversation === chosen)} />
        ) : (
          <p className="empty">{t("conversation.choose")}</p>
        )}
      </main>
      <aside className="contact" aria-label={t("contact.label")}>{chosen && <ContactPanel key={chosen} conversation={chosen} />}</aside>
      {help && <Help onClose={() => setHelp(false)} />}
    </div>
  );
}
