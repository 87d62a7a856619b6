import css from "./Bubble.module.css";

const ADDRESS = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;

/** Text as it was written, with addresses that can be followed; never as markup. */
export function SpokenText({ text }: { text: string }) {
  if (!text) return null;
  const parts = text.split(ADDRESS);
  return (
    <p className={css.text}>
      {parts.map((part, index) =>
        index % 2 ? (
          <a key={index} href={part} target="_blank" rel="noopener noreferrer nofollow">
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </p>
  );
}

/** An address from outside, if it is one of the web. */
export const safeAddress = (address: string | null | undefined): string | null =>
  address && /^https?:\/\//i.test(address) ? address : null;
