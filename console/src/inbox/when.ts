/** Times as people say them: the clock for today, the date for before. */
import { useTranslation } from "react-i18next";

export function useWhen(): (at: string, full?: boolean) => string {
  const { i18n } = useTranslation();
  return (at, full = false) => {
    const date = new Date(at);
    if (full) return new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" }).format(date);
    const today = date.toDateString() === new Date().toDateString();
    return new Intl.DateTimeFormat(i18n.language, today ? { timeStyle: "short" } : { day: "2-digit", month: "short" }).format(date);
  };
}

export function useDay(): (at: string) => string {
  const { i18n } = useTranslation();
  return (at) => new Intl.DateTimeFormat(i18n.language, { weekday: "long", day: "numeric", month: "long" }).format(new Date(at));
}
