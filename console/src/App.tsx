import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { must, routing } from "./api/client";
import { currentToken, signIn } from "./auth/session";
import { Desk } from "./inbox/Desk";

/** Signed in: the desk. Not signed in: one button. Not reachable: it says so and keeps trying. */
export function App() {
  const { t } = useTranslation();
  const session = useQuery({ queryKey: ["session"], queryFn: currentToken, retry: true, retryDelay: 2_000 });
  const me = useQuery({
    queryKey: ["me"], enabled: Boolean(session.data), retry: true, retryDelay: 2_000,
    queryFn: async () => must(await routing.GET("/v1/me")),
  });
  if (me.data) return <Desk me={me.data} />;
  if (session.isSuccess && !session.data) {
    return (
      <Centre>
        <h1>{t("app")}</h1>
        <p>{t("signInWhy")}</p>
        <button className="primary" onClick={() => void signIn()}>{t("signIn")}</button>
      </Centre>
    );
  }
  const unreachable = session.failureCount > 0 || me.failureCount > 0;
  return (
    <Centre>
      <p role="status">{unreachable ? t("noApi") : t("loading")}</p>
      {unreachable && <button onClick={() => location.reload()}>{t("again")}</button>}
    </Centre>
  );
}

function Centre({ children }: { children: React.ReactNode }) {
  return <main className="centre"><div className="card">{children}</div></main>;
}
