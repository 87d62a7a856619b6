import type { ReactNode } from "react";
import css from "./Blank.module.css";
import { Icon, type IconName } from "./Icon";

interface Props {
  icon: IconName;
  title: string;
  why?: string;
  /** Something has failed, rather than there being nothing. */
  failed?: boolean;
  children?: ReactNode;
}

/** Where there is nothing to show: what that means and what to do next. */
export function Blank({ icon, title, why, failed, children }: Props) {
  return (
    <div className={css.blank} role={failed ? "alert" : undefined}>
      <span className={failed ? css.bad : css.sign}>
        <Icon name={icon} size={26} />
      </span>
      <p className={css.title}>{title}</p>
      {why && <p className={css.why}>{why}</p>}
      {children}
    </div>
  );
}
