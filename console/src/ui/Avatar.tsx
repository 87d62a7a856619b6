import { type CSSProperties, useState } from "react";
import css from "./Avatar.module.css";

interface Props {
  id: string;
  name: string;
  picture?: string | null;
  size?: number;
}

/** A face, or initials on a colour that stays the same for the same person. Says nothing aloud. */
export function Avatar({ id, name, picture, size = 34 }: Props) {
  const [broken, setBroken] = useState(false);
  const style = { "--size": `${size}px`, "--hue": hueOf(id) } as CSSProperties;
  const shows = picture && !broken && /^https?:/.test(picture);
  return (
    <span className={css.avatar} style={style} aria-hidden="true">
      {shows ? (
        <img src={picture} alt="" loading="lazy" referrerPolicy="no-referrer" onError={() => setBroken(true)} />
      ) : (
        initials(name)
      )}
    </span>
  );
}

function initials(name: string): string {
  const words = name.replace(/@.*/, "").match(/[\p{L}\p{N}]+/gu) ?? [];
  const ends = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return ends.map((word) => [...word][0]).join("").toUpperCase() || "?";
}

function hueOf(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + letter.codePointAt(0)!) >>> 0;
  return (hash % 12) * 30;
}
