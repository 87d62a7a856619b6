/** Line icons of one weight; they only accompany words, so screen readers skip them. */
const PATHS = {
  mine: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5",
  all: "M4 13.5 6.5 5h11L20 13.5V19H4v-5.5Zm0 0h4.5l1.5 2.5h4l1.5-2.5H20",
  queue: "M4 6.5h16M4 12h16M4 17.5h10",
  check: "m5 12.5 4.5 4.5L19 7.5",
  checks: "m2.5 12.5 4 4L15 8m-4 7.5 1 1L21 8",
  clock: "M12 7.5V12l3 2M20 12a8 8 0 1 1-16 0 8 8 0 0 1 16 0Z",
  assign: "M10 12a3.6 3.6 0 1 0 0-7.2 3.6 3.6 0 0 0 0 7.2ZM3.5 19.5c.6-3.2 3.2-4.8 6.5-4.8 1.2 0 2.3.2 3.3.7M17.5 14v6M14.5 17h6",
  status: "M5 4v16M5 5h12l-2.5 4L17 13H5",
  reply: "M10 8V4.5L3.5 11 10 17.5V14c5 0 8 1.5 10.5 5-.5-5.5-3.5-10-10.5-11Z",
  lock: "M6.5 11h11v9h-11v-9Zm2-.5V8a3.5 3.5 0 0 1 7 0v2.5",
  alert: "M12 9v4.5m0 3v.1M12 4 3 19.5h18L12 4Z",
  close: "m6 6 12 12M18 6 6 18",
  chevron: "m7 10 5 5 5-5",
  down: "M12 5v14m-6-6 6 6 6-6",
  back: "m14.5 5-7 7 7 7",
  menu: "M4 7h16M4 12h16M4 17h16",
  person: "M4 5h16v14H4V5Zm5 7.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm-3 3.5c.4-1.5 1.5-2.2 3-2.2s2.6.7 3 2.2M15 10h2.5M15 13.5h2.5",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
  clip: "m20 11.5-7.8 7.8a5 5 0 0 1-7.1-7.1l7.8-7.8a3.3 3.3 0 0 1 4.7 4.7L10 16.7a1.6 1.6 0 0 1-2.3-2.3l7-7",
  chat: "M4 5.5h16v11H11L6.5 20v-3.5H4v-11Z",
  plug: "M9 3.5V8m6-4.5V8M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0V8ZM12 17v3.5",
  out: "M14 5h5v5M19 5l-8 8M11 6H5v13h13v-6",
  edit: "m5 19 .8-3.8L16 5l3 3L8.8 18.2 5 19Z",
  keyboard: "M3.5 7h17v10h-17V7ZM7 10.5h.1m3.3 0h.1m3.3 0h.1m3.3 0h.1M8 14h8",
  leave: "M10 4.5H5v15h5M14.5 8l4 4-4 4M18.5 12H9.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
