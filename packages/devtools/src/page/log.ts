/** Rows that the page keeps of one log. */
const MAX_KEPT = 2_000;

/** What the page has of a log that grows at its server. */
export class Log<T> {
  rows: T[] = [];
  /** Number of the first that it does not have. */
  next = 0;
  skipped = 0;

  /** @returns how many of the first rows had to go. */
  add({
    next,
    skipped,
    rows,
  }: {
    readonly next: number;
    readonly skipped: number;
    readonly rows: readonly T[];
  }): number {
    // The server began anew.
    if (next < this.next) this.clear(0);
    this.next = next;
    this.skipped += skipped;
    this.rows.push(...rows);
    const gone = Math.max(0, this.rows.length - MAX_KEPT);
    if (gone > 0) this.rows.splice(0, gone);
    return gone;
  }

  /** @param next From where on it is filled again. */
  clear(next: number = this.next): void {
    this.rows = [];
    this.next = next;
    this.skipped = 0;
  }
}
