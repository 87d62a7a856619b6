import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Blank } from "../ui/Blank";

/** When the page itself fails: no white screen, and what was begun is kept. */
export class Broken extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? <Sorry /> : this.props.children;
  }
}

function Sorry() {
  const { t } = useTranslation();
  return (
    <main>
      <Blank icon="alert" failed title={t("app.broken")} why={t("app.brokenWhy")}>
        <button className="primary" onClick={() => location.reload()}>
          {t("app.reload")}
        </button>
      </Blank>
    </main>
  );
}
