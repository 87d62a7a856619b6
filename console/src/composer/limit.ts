/** What a network still takes. */
export const NOTE_LIMIT = 50_000;

/** How many characters may still be written; services count characters, not UTF-16 units. */
export const charactersLeft = (text: string, limit: number): number => limit - [...text].length;

/** Some networks take an answer only for hours after the contact's last message. */
export const isWindowClosed = (until: string | null | undefined, now: number): boolean =>
  Boolean(until) && Date.parse(until!) < now;
