import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon } from "./Icon";
import css from "./Menu.module.css";

export interface Choice {
  id: string;
  label: string;
  detail?: string;
  before?: ReactNode;
}

interface Props {
  label: string;
  /** Said instead of the label where the label alone is too short. */
  title: string;
  before?: ReactNode;
  choices: Choice[];
  /** Shown when there is nothing to choose. */
  empty: string;
  disabled?: boolean;
  onChoose(id: string): void;
}

/** A button with a menu, as WAI-ARIA describes it: arrows, letters, Escape, and back to the button. */
export function Menu({ label, title, before, choices, empty, disabled, onChoose }: Props) {
  const [open, setOpen] = useState<"right" | "left" | null>(null);
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setOpen(null);
    button.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const outside = (event: PointerEvent): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(null);
    };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, [open]);
  const onKey = (event: KeyboardEvent): void => {
    if (!open) return;
    if (event.key === "Escape") close();
    else if (event.key === "Tab") return setOpen(null);
    else if (!move(root.current!, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={root} className={css.menu} onKeyDown={onKey}>
      <button
        ref={button}
        title={title}
        aria-haspopup="menu"
        aria-expanded={open !== null}
        aria-controls={open ? id : undefined}
        disabled={disabled}
        onClick={() => setOpen(open ? null : sideOf(button.current!))}
      >
        {before}
        {label}
        <Icon name="chevron" size={14} />
      </button>
      {open && (
        <div id={id} role="menu" aria-label={title} className={css.list} data-side={open}>
          {choices.map((one) => (
            <button
              key={one.id}
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                close();
                onChoose(one.id);
              }}
            >
              {one.before}
              <span className={css.label}>{one.label}</span>
              {one.detail && <small>{one.detail}</small>}
            </button>
          ))}
          {!choices.length && (
            <span role="menuitem" aria-disabled="true" tabIndex={-1} className={css.empty}>
              {empty}
            </span>
          )}
        </div>
      )}
    </div>
  );
}

const WIDTH_PX = 320;

/** Which edges of button and list meet, so that the list stays in the window. */
const sideOf = (button: HTMLElement): "left" | "right" =>
  button.getBoundingClientRect().left + WIDTH_PX < window.innerWidth ? "left" : "right";

/** Focus where the key leads; whether it leads anywhere. */
function move(root: HTMLElement, key: string): boolean {
  const items = [...root.querySelectorAll<HTMLElement>("[role=menuitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
  let next = steps[key];
  if (next === undefined && key.length === 1 && key !== " ") {
    const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    const found = after.find((one) => one.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()));
    next = found && items.indexOf(found);
  }
  if (next === undefined) return false;
  items.at(next % items.length)?.focus();
  return true;
}
