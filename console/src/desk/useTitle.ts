/** What the browser's tab is called. */
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

export function useTitle(text: string): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${text} · ${t("app.name")}`;
  }, [text, t]);
}
