/** Where j and k lead. When the chosen one has just left the list, its place is taken by the next. */
export function stepFrom(ids: string[], chosen: string | null, place: number, by: 1 | -1): number {
  const at = chosen ? ids.indexOf(chosen) : -1;
  if (at >= 0) return clamp(at + by, ids.length);
  if (!chosen || place < 0) return 0;
  return clamp(by === 1 ? place : place - 1, ids.length);
}

const clamp = (index: number, length: number): number => Math.max(0, Math.min(index, length - 1));
