import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { type Me, routing } from "../api/client";
import { must, ProblemError } from "../api/problem";
import css from "./Gate.module.css";
import { currentToken, hasEnded, onEnd, signIn, signOut } from "./session";

const RETRY_MS = 2_500;

/** Lets in who is signed in; says how to get in, or why it does not go on. */
export function Gate({ children }: { children(me: Me): ReactNode }) {
  const { t } = useTranslation();
  const ended = useSyncExternalStore(onEnd, hasEnded);
  const session = useQuery({ queryKey: ["session"], queryFn: currentToken, retry: true, retryDelay: RETRY_MS });
  const me = useQuery({
    queryKey: ["me"],
    enabled: Boolean(session.data),
    retry: (_, error) => !(error instanceof ProblemError && [401, 403].includes(error.status)),
    retryDelay: RETRY_MS,
    queryFn: async () => must(await routing.GET("/v1/me")),
  });
  if (me.data) {
    return (
      <>
        {children(me.data)}
        {ended && <Ended />}
      </>
    );
  }
  if (ended || (session.isSuccess && !session.data)) {
    return (
      <Card title={t("app.name")} text={t("app.signInWhy")}>
        <SignIn />
      </Card>
    );
  }
  if (me.isError) {
    return (
      <Card title={t("app.refused")} text={me.error instanceof ProblemError ? `${me.error.message}. ${me.error.detail}` : me.error.message}>
        <button onClick={() => void signOut()}>{t("app.signOut")}</button>
      </Card>
    );
  }
  if (session.failureCount > 0 || me.failureCount > 0) {
    return (
      <Card title={t("app.unreachable")} text={t("app.unreachableWhy")}>
        <button onClick={() => location.reload()}>{t("app.again")}</button>
      </Card>
    );
  }
  return (
    <main className={css.gate} aria-busy="true">
      <p className="unseen" role="status">
        {t("app.loading")}
      </p>
    </main>
  );
}

const SignIn = () => {
  const { t } = useTranslation();
  return (
    <button className="primary" onClick={() => void signIn()}>
      {t("app.signIn")}
    </button>
  );
};

function Card({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <main className={css.gate}>
      <div className={css.card}>
        <Mark />
        <h1>{title}</h1>
        <p role="status">{text}</p>
        {children}
      </div>
    </main>
  );
}

/** Over the desk, which stays as it is: a dialog that only signing in ends. */
function Ended() {
  const { t } = useTranslation();
  return (
    <dialog ref={(dialog) => void (dialog && !dialog.open && dialog.showModal())} className={css.ended} aria-labelledby="ended" onCancel={(event) => event.preventDefault()}>
      <div className={css.card}>
        <h2 id="ended">{t("app.ended")}</h2>
        <p>{t("app.endedWhy")}</p>
        <SignIn />
      </div>
    </dialog>
  );
}

const Mark = () => (
  <svg width="44" height="44" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="var(--accent)" />
    <path d="M6 18c3-11 6-11 10-2s7 9 10-2" stroke="var(--on-accent)" strokeWidth="3" strokeLinecap="round" fill="none" />
  </svg>
);
