/** How long to wait before the next attempt: twice as long each time, never all at the same moment. */
const FIRST_MS = 400;
const LONGEST_MS = 20_000;

export function waitBefore(attempt: number, random: () => number = Math.random): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return longest / 2 + (longest / 2) * random();
}
