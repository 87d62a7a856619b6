/** Times as people say them, in the browser's zone: the clock for today, the date for before. */
import { useMemo, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export interface When {
  /** Only the clock. */
  clock(at: string): string;
  /** As short as a list needs it. */
  short(at: string): string;
  full(at: string): string;
  /** How long ago, in the largest unit that fits: 12 min. */
  ago(at: string, now: number): string;
  /** Today, yesterday, or the day's name. */
  day(at: string, now: number): string;
}

export function useWhen(): When {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  return useMemo(() => {
    const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, options);
    const clock = format({ timeStyle: "short" });
    const date = format({ day: "numeric", month: "short" });
    const year = format({ day: "numeric", month: "short", year: "numeric" });
    const full = format({ dateStyle: "medium", timeStyle: "short" });
    const day = format({ weekday: "long", day: "numeric", month: "long" });
    const units = (["minute", "hour", "day"] as const).map(
      (unit) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }),
    );
    return {
      clock: (at) => clock.format(new Date(at)),
      short: (at) => {
        const [then, now] = [new Date(at), new Date()];
        if (dayNumber(then) === dayNumber(now)) return clock.format(then);
        return (then.getFullYear() === now.getFullYear() ? date : year).format(then);
      },
      full: (at) => full.format(new Date(at)),
      ago: (at, now) => {
        const minutes = Math.max(1, Math.floor((now - Date.parse(at)) / MINUTE_MS));
        if (minutes < 60) return units[0]!.format(minutes);
        return minutes < 24 * 60 ? units[1]!.format(Math.floor(minutes / 60)) : units[2]!.format(Math.floor(minutes / 1440));
      },
      day: (at, now) => {
        const days = dayNumber(new Date(now)) - dayNumber(new Date(at));
        if (days === 0) return t("messages.today");
        return days === 1 ? t("messages.yesterday") : day.format(new Date(at));
      },
    };
  }, [language, t]);
}

/** Days since 1970 in local time. */
export const dayNumber = (at: Date): number => Math.floor((at.getTime() - at.getTimezoneOffset() * MINUTE_MS) / DAY_MS);

const minutely = (listener: () => void): (() => void) => {
  const timer = setInterval(listener, MINUTE_MS / 2);
  return () => clearInterval(timer);
};

/** The time to the minute; whoever shows "12 min" is drawn again when it becomes 13. */
export const useMinute = (): number =>
  useSyncExternalStore(minutely, () => Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS);
