/** How messages stand together: a day's heading, and one name for what one person says in one go. */
import type { Message } from "../api/client";
import { dayNumber } from "../language/when";

export interface Placed {
  message: Message;
  startsGroup: boolean;
  endsGroup: boolean;
}

const ONE_GO_MS = 5 * 60_000;

/** Messages of one local day. */
export interface Day {
  at: string;
  placed: Placed[];
}

export function byDay(messages: Message[]): Day[] {
  const days: Day[] = [];
  for (const one of placed(messages)) {
    const day = days.at(-1);
    if (day && dayNumber(new Date(day.at)) === dayNumber(new Date(one.message.at))) day.placed.push(one);
    else days.push({ at: one.message.at, placed: [one] });
  }
  return days;
}

function placed(messages: Message[]): Placed[] {
  return messages.map((message, index) => {
    const [before, after] = [messages[index - 1], messages[index + 1]];
    return {
      message,
      startsGroup: !before || !isOneGo(before, message),
      endsGroup: !after || !isOneGo(message, after) || after.state !== message.state,
    };
  });
}

const isSameDay = (a: Message, b: Message): boolean => dayNumber(new Date(a.at)) === dayNumber(new Date(b.at));

const isOneGo = (a: Message, b: Message): boolean =>
  a.author.id === b.author.id &&
  a.kind === b.kind &&
  a.direction === b.direction &&
  isSameDay(a, b) &&
  Date.parse(b.at) - Date.parse(a.at) < ONE_GO_MS;

/** The first of the newest `unread` incoming messages, as far as it is loaded. */
export function firstUnread(messages: Message[], unread: number): string | null {
  if (!unread) return null;
  const incoming = messages.filter((one) => one.direction === "incoming");
  return incoming.at(-Math.min(unread, incoming.length))?.id ?? null;
}
