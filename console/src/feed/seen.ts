/** Ids of entries that were taken, as many as a repeat may lie behind. */
export class Seen {
  private readonly ids = new Set<string>();

  constructor(private readonly most = 5_000) {}

  /** Whether this one is new; from now on it is not. */
  add(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    if (this.ids.size > this.most) this.ids.delete(this.ids.values().next().value!);
    return true;
  }
}
