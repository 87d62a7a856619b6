import { useTranslation } from "react-i18next";
import type { Attachment } from "../api/client";
import { Icon } from "../ui/Icon";
import css from "./Bubble.module.css";
import { safeAddress } from "./SpokenText";

/** What came with a text: as links, nothing is fetched from elsewhere by itself. */
export function Attachments({ attachments }: { attachments: Attachment[] }) {
  const { t } = useTranslation();
  if (!attachments.length) return null;
  return (
    <ul className={css.attachments}>
      {attachments.map((one, index) => {
        const address = safeAddress(one.url);
        const name = one.name || `${t("messages.attachment")} (${one.type})`;
        return (
          <li key={index}>
            <Icon name={one.type === "link" ? "link" : "clip"} size={15} />
            {address ? (
              <a href={address} target="_blank" rel="noopener noreferrer">
                {name}
              </a>
            ) : (
              name
            )}
          </li>
        );
      })}
    </ul>
  );
}
