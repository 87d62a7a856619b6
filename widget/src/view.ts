/** The widget on the page: a button and a dialog inside a shadow root. Text only ever becomes text nodes. */

import { type Config } from "./api";
import { textOn } from "./colors";
import { type Draft, type Line, type State, unseen } from "./state";
import { style } from "./style";
import { fill, type Language, texts } from "./texts";

export const MAX_LENGTH = 4_000;
const NEAR_LIMIT = 200;
const ICON = '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" aria-hidden="true"><path d="M4 5h16v11H9l-5 4z"/></svg>';

export interface Handlers {
  onOpen(): void;
  onClose(): void;
  onSay(text: string, email: string | undefined): void;
  onRetry(client_id: string): void;
  onTyping(typing: boolean): void;
}

export class View {
  isOpen = false;
  private readonly root: HTMLElement;
  private readonly t;
  private typingSince = 0;
  private typingTimer = 0;
  private shown = "";

  constructor(private readonly language: Language, private readonly config: Config, private readonly handlers: Handlers) {
    this.t = texts[language];
    const host = document.createElement("resonanz-chat");
    host.lang = language;
    const shadow = host.attachShadow({ mode: "open" });
    addStyle(shadow);
    this.root = make("div", "root");
    this.root.style.setProperty("--brand", config.color);
    this.root.style.setProperty("--on-brand", textOn(config.color));
    this.root.append(this.panel(), this.launcher());
    shadow.append(this.root);
    document.body.append(host);
  }

  render(state: State): void {
    const count = unseen(state);
    const badge = this.find(".badge");
    badge.hidden = count === 0 || this.isOpen;
    badge.textContent = String(count);
    this.find(".launcher").setAttribute("aria-label", (this.isOpen ? this.t.close : this.t.open) + (count && !this.isOpen ? `, ${fill(this.t.unread, { n: count })}` : ""));
    this.find(".email").hidden = state.open;
    const typing = this.find(".typing");
    typing.textContent = state.typing ? fill(this.t.typing, { name: state.typing }) : "";
    typing.hidden = !state.typing;
    const note = this.find(".note");
    note.hidden = state.connection !== "waiting";
    this.renderLog(state);
  }

  open(): void {
    this.isOpen = true;
    this.root.classList.add("open");
    this.find(".panel").hidden = false;
    this.find(".launcher").setAttribute("aria-expanded", "true");
    this.find<HTMLTextAreaElement>("textarea").focus();
    this.handlers.onOpen();
    this.scroll(true);
  }

  close(): void {
    this.isOpen = false;
    this.root.classList.remove("open");
    this.find(".panel").hidden = true;
    const launcher = this.find<HTMLButtonElement>(".launcher");
    launcher.setAttribute("aria-expanded", "false");
    launcher.focus();
    this.handlers.onClose();
  }

  private renderLog(state: State): void {
    const fingerprint = JSON.stringify([state.lines.length, state.lines.at(-1)?.seq, state.drafts, state.readSeq, state.open]);
    if (fingerprint === this.shown) return;
    this.shown = fingerprint;
    const log = this.find(".log");
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    log.replaceChildren(...this.rows(state));
    this.scroll(atEnd);
  }

  private rows(state: State): HTMLElement[] {
    const rows = [this.row(null, (state.open ? this.config.greeting : this.config.offline)[this.language], { name: this.config.title, picture: null })];
    let day = "";
    let speaker = "";
    for (const line of state.lines) {
      const its = this.day(line.at);
      if (its !== day) rows.push(make("div", "day", (day = its)));
      if (line.author && line.author.name !== speaker) rows.push(make("div", "meta name", line.author.name));
      speaker = line.author?.name ?? "";
      rows.push(this.row(line, line.text, line.author));
    }
    const newest = state.lines.filter((line) => line.direction === "incoming").at(-1);
    if (newest && !state.drafts.length && newest === state.lines.at(-1))
      rows.push(make("div", "meta mine", newest.seq <= state.readSeq ? this.t.read : this.t.sent));
    for (const draft of state.drafts) rows.push(this.draftRow(draft), this.draftMeta(draft));
    return rows;
  }

  private row(line: Line | null, text: string, author: { name: string; picture: string | null } | null): HTMLElement {
    const mine = line?.direction === "incoming";
    const row = make("div", mine ? "row mine" : "row");
    if (!mine && author) row.append(face(author));
    const bubble = make("div", "bubble");
    const said = make("span", "sr", `${mine ? this.t.you : (author?.name ?? "")}: `);
    said.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)";
    bubble.append(said, ...linked(text));
    if (line) bubble.title = new Intl.DateTimeFormat(this.language, { timeStyle: "short" }).format(new Date(line.at)) + (author ? ` · ${author.name}` : "");
    row.append(bubble);
    return row;
  }

  private draftRow(draft: Draft): HTMLElement {
    return this.row({ seq: 0, id: "", client_id: null, direction: "incoming", text: draft.text, author: null, at: draft.at }, draft.text, null);
  }

  private draftMeta(draft: Draft): HTMLElement {
    if (draft.state !== "failed") return make("div", "meta mine", draft.state === "accepted" ? this.t.sent : this.t.sending);
    const meta = make("div", "meta mine bad", `${this.t.failed}: ${draft.failure ?? ""} `);
    const retry = make("button", "", this.t.retry);
    retry.addEventListener("click", () => this.handlers.onRetry(draft.client_id));
    meta.append(retry);
    return meta;
  }

  private day(at: string): string {
    const date = new Date(at);
    if (date.toDateString() === new Date().toDateString()) return this.t.today;
    return new Intl.DateTimeFormat(this.language, { dateStyle: "medium" }).format(date);
  }

  private launcher(): HTMLElement {
    const button = make("button", "launcher");
    button.setAttribute("aria-haspopup", "dialog");
    button.setAttribute("aria-expanded", "false");
    button.innerHTML = ICON; // a constant of ours
    button.append(make("span", "badge"));
    button.addEventListener("click", () => (this.isOpen ? this.close() : this.open()));
    return button;
  }

  private panel(): HTMLElement {
    const panel = make("div", "panel");
    panel.hidden = true;
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-labelledby", "title");
    const header = make("header");
    const title = make("h2", "", this.config.title);
    title.id = "title";
    const close = make("button", "close", "✕");
    close.setAttribute("aria-label", this.t.close);
    close.addEventListener("click", () => this.close());
    header.append(title, close);
    const log = make("div", "log");
    log.setAttribute("role", "log");
    log.setAttribute("aria-label", this.t.log);
    log.tabIndex = 0;
    const note = make("div", "note", this.t.reconnecting);
    note.setAttribute("role", "status");
    panel.append(header, log, make("div", "typing"), note, this.form());
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      event.stopPropagation(); // the page's own shortcuts are not meant
    });
    return panel;
  }

  private form(): HTMLElement {
    const form = document.createElement("form");
    form.noValidate = true;
    const label = make("label", "email", this.t.email);
    const email = document.createElement("input");
    email.type = "email";
    email.autocomplete = "email";
    email.maxLength = 320;
    label.append(email);
    const text = document.createElement("textarea");
    text.rows = 1;
    text.maxLength = MAX_LENGTH;
    text.setAttribute("aria-label", this.t.write);
    text.placeholder = this.t.write;
    const left = make("div", "left");
    left.hidden = true;
    const wrong = make("div", "wrong");
    wrong.setAttribute("role", "alert");
    const send = make("button", "send", this.t.send) as HTMLButtonElement;
    send.type = "submit";
    const submit = (): void => {
      const said = text.value.trim();
      const address = label.hidden ? "" : email.value.trim();
      if (!label.hidden && (!email.validity.valid || !address)) {
        wrong.textContent = this.t.emailWrong;
        email.setAttribute("aria-invalid", "true");
        email.focus();
        return;
      }
      wrong.textContent = "";
      email.removeAttribute("aria-invalid");
      if (!said) return;
      this.stopTyping();
      text.value = "";
      left.hidden = true;
      this.handlers.onSay(said, address || undefined);
      this.scroll(true);
    };
    form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    });
    text.addEventListener("input", () => {
      const rest = MAX_LENGTH - text.value.length;
      left.hidden = rest > NEAR_LIMIT;
      left.textContent = fill(this.t.left, { n: rest });
      text.style.height = "auto";
      text.style.height = `${text.scrollHeight + 2}px`;
      this.type();
    });
    form.append(label, text, send, left, wrong);
    return form;
  }

  private type(): void {
    if (Date.now() - this.typingSince > 3_000) {
      this.typingSince = Date.now();
      this.handlers.onTyping(true);
    }
    clearTimeout(this.typingTimer);
    this.typingTimer = window.setTimeout(() => this.stopTyping(), 4_000);
  }

  private stopTyping(): void {
    clearTimeout(this.typingTimer);
    if (this.typingSince) this.handlers.onTyping(false);
    this.typingSince = 0;
  }

  private scroll(wanted: boolean): void {
    const log = this.find(".log");
    if (wanted) log.scrollTop = log.scrollHeight;
  }

  private find<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.root.querySelector<T>(selector)!;
  }
}

function make(tag: string, className = "", text = ""): HTMLElement {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function face(author: { name: string; picture: string | null }): HTMLElement {
  const who = make("div", "who");
  who.setAttribute("aria-hidden", "true");
  if (author.picture && /^https?:/.test(author.picture)) {
    const image = document.createElement("img");
    image.src = author.picture;
    image.alt = "";
    image.referrerPolicy = "no-referrer";
    who.append(image);
  } else who.textContent = author.name.split(/\s+/).map((part) => part[0] ?? "").slice(0, 2).join("").toUpperCase();
  return who;
}

/** Text with its web addresses as links; nothing of it is ever read as HTML. */
function linked(text: string): Node[] {
  return text.split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g).map((part, index) => {
    if (index % 2 === 0) return document.createTextNode(part);
    const link = document.createElement("a");
    link.href = part;
    link.textContent = part;
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
    return link;
  });
}

function addStyle(shadow: ShadowRoot): void {
  if ("adoptedStyleSheets" in shadow) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    shadow.adoptedStyleSheets = [sheet];
  } else {
    const element = document.createElement("style");
    element.textContent = style;
    (shadow as ShadowRoot).append(element);
  }
}
