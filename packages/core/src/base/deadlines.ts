import type { Clock } from "./clock.ts";

/** Something that ends by itself unless it is taken off the list first. */
export interface Expiring {
  /** Set by `Deadlines`: monotonic milliseconds. */
  expiresAt: number;
  expire(): void;
}

/**
 * Time limits of everything in flight on one listener, behind one runtime timer. Nearly all entries leave long before
 * they are due, so adding and deleting must be cheap; the list is searched only when the armed timer fires.
 */
export class Deadlines {
  private readonly entries = new Set<Expiring>();
  private timer: unknown;
  private armedFor = Infinity;
  private readonly clock: Clock;
  private readonly sleeps: boolean;

  /** @param sleeps Drop the timer whenever nothing is in flight, where a pending timer would keep a process awake. */
  constructor(clock: Clock, sleeps: boolean) {
    this.clock = clock;
    this.sleeps = sleeps;
  }

  /** @returns the present, in monotonic milliseconds. */
  add(entry: Expiring, ms: number): number {
    const now = this.clock.monotonic();
    entry.expiresAt = now + ms;
    this.entries.add(entry);
    if (entry.expiresAt < this.armedFor) this.arm(entry.expiresAt, ms);
    return now;
  }

  delete(entry: Expiring): void {
    if (this.entries.delete(entry) && this.sleeps && this.entries.size === 0) this.disarm();
  }

  /** Calls an entry off that will soon be added again: cheaper than `delete`, since it stays listed until the next look. */
  rest(entry: Expiring): void {
    if (this.sleeps) this.delete(entry);
    else entry.expiresAt = Infinity;
  }

  /** Forgets everything without expiring it. */
  clear(): void {
    this.entries.clear();
    this.disarm();
  }

  private arm(at: number, ms: number): void {
    this.disarm();
    this.armedFor = at;
    this.timer = this.clock.setTimeout(() => this.sweep(), Math.max(1, Math.ceil(ms)));
  }

  private disarm(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
    this.armedFor = Infinity;
  }

  private sweep(): void {
    this.timer = undefined;
    this.armedFor = Infinity;
    const now = this.clock.monotonic();
    const due: Expiring[] = [];
    let next = Infinity;
    for (const entry of this.entries) {
      if (entry.expiresAt <= now) due.push(entry);
      else if (entry.expiresAt === Infinity) this.entries.delete(entry);
      else if (entry.expiresAt < next) next = entry.expiresAt;
    }
    for (const entry of due) {
      // One that expires may have taken others with it.
      if (this.entries.delete(entry)) entry.expire();
    }
    if (next < this.armedFor) this.arm(next, next - now);
  }
}
