import { useTranslation } from "react-i18next";
import { asProblem } from "../api/problem";
import { useCommands } from "../commands/useCommands";
import { Composer } from "../composer/Composer";
import { nameOf } from "../conversations/nameOf";
import { useMe } from "../desk/MeContext";
import { useTypists } from "../feed/useFeed";
import { useProblemText } from "../language/useProblemText";
import { useShortcuts } from "../shortcuts/useShortcuts";
import { Blank } from "../ui/Blank";
import { Icon } from "../ui/Icon";
import { ConversationHeader } from "./ConversationHeader";
import css from "./ConversationPane.module.css";
import { MessageList } from "./MessageList";
import { useConversation } from "./useConversation";
import { useMarkRead } from "./useMarkRead";

interface Props {
  id: string;
  onBack(): void;
  onContact(): void;
}

/** One conversation: who has it, what was said, and the answer. */
export function ConversationPane({ id, onBack, onContact }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  const { conversation, error, refetch } = useConversation(id);
  const commands = useCommands(id);
  const problemText = useProblemText();
  useMarkRead(conversation, me.id);
  useShortcuts({
    claim: () => conversation && conversation.assignee?.id !== me.id && commands.run("claim"),
    resolve: () => conversation && commands.run(conversation.status === "resolved" ? "reopen" : "resolve"),
  });
  if (!conversation && error && asProblem(error).status === 404)
    return <Blank icon="chat" failed title={t("conversation.gone")} why={t("conversation.goneWhy")} />;
  if (!conversation && error)
    return (
      <Blank icon="alert" failed title={t("conversation.failed")} why={problemText(asProblem(error))}>
        <button onClick={() => void refetch()}>{t("app.again")}</button>
      </Blank>
    );
  return (
    <div className={css.pane}>
      <ConversationHeader conversation={conversation} commands={commands} onBack={onBack} onContact={onContact} />
      <div className={css.said}>
        {commands.problem && (
          <p className={css.problem} role="alert">
            <Icon name="alert" />
            <span>{problemText(commands.problem)}</span>
            <button className="icon" aria-label={t("app.close")} onClick={commands.dismiss}>
              <Icon name="close" size={16} />
            </button>
          </p>
        )}
        {conversation ? <MessageList conversation={conversation} /> : <div className={css.space} />}
      </div>
      <TypingLine id={id} contact={conversation ? nameOf(conversation.contact) : ""} />
      {conversation ? <Composer conversation={conversation} /> : <div className={css.composerSpace} />}
    </div>
  );
}

/** Who is writing; its line is always there, so that nothing moves when somebody begins. */
function TypingLine({ id, contact }: { id: string; contact: string }) {
  const { t } = useTranslation();
  const typists = useTypists(id);
  return (
    <p className={css.typing} role="status">
      {typists.map((one) => t("messages.typing", { name: one.name ?? contact })).join(" ")}
    </p>
  );
}
