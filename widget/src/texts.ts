/** What visitors read, in both languages. */

const de = {
  open: "Chat öffnen", close: "Chat schließen", send: "Senden", write: "Nachricht schreiben",
  log: "Nachrichten", email: "Ihre E-Mail-Adresse", emailWrong: "Bitte geben Sie eine gültige E-Mail-Adresse ein.",
  sending: "wird gesendet", sent: "gesendet", read: "gelesen", failed: "nicht gesendet", retry: "Noch einmal senden",
  reconnecting: "Verbindung wird wiederhergestellt …", typing: "{name} schreibt …", unread: "{n} ungelesene Nachrichten",
  today: "Heute", you: "Sie", left: "noch {n} Zeichen", link: "öffnet ein neues Fenster",
};

const en: typeof de = {
  open: "Open chat", close: "Close chat", send: "Send", write: "Write a message",
  log: "Messages", email: "Your e-mail address", emailWrong: "Please enter a valid e-mail address.",
  sending: "sending", sent: "sent", read: "read", failed: "not sent", retry: "Send again",
  reconnecting: "Reconnecting …", typing: "{name} is typing …", unread: "{n} unread messages",
  today: "Today", you: "You", left: "{n} characters left", link: "opens a new window",
};

export type Texts = typeof de;
export type Language = "de" | "en";

export function languageOf(...wishes: (string | null | undefined)[]): Language {
  const wish = wishes.find((one) => one) ?? "en";
  return wish.toLowerCase().startsWith("de") ? "de" : "en";
}

export const texts: Record<Language, Texts> = { de, en };

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
