import type { Presence } from "../api/client";
import css from "./Dot.module.css";

/** Presence at a glance; its word always stands beside or behind it. */
export const Dot = ({ presence }: { presence: Presence }) => <span className={css[presence]} aria-hidden="true" />;
