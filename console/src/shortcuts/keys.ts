/** Which key does what; the overview is made from this table, so both are always the same. */
export const KEYS_OF = {
  next: ["j", "ArrowDown"],
  previous: ["k", "ArrowUp"],
  reply: ["r"],
  note: ["n"],
  claim: ["c"],
  resolve: ["e"],
  contact: ["i"],
  help: ["?"],
} as const satisfies Record<string, readonly string[]>;

export type Action = keyof typeof KEYS_OF;

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  defaultPrevented: boolean;
  target: EventTarget | null;
}

/** Where keys are text, or move something else. */
const WRITING = "input, textarea, select, dialog, [contenteditable], [role=menu]";
const SCROLLING = "[role=log], [data-scrolls]";

/** What a key press means at this place; none: leave it to the browser. */
export function actionOf(pressed: Pressed): Action | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || pressed.defaultPrevented) return null;
  if (isInside(pressed.target, WRITING)) return null;
  if (pressed.key.startsWith("Arrow") && isInside(pressed.target, SCROLLING)) return null;
  const found = (Object.keys(KEYS_OF) as Action[]).find((one) => (KEYS_OF[one] as readonly string[]).includes(pressed.key));
  return found ?? null;
}

const isInside = (target: EventTarget | null, selector: string): boolean =>
  target instanceof Element && target.closest(selector) !== null;
