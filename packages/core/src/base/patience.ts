import type { Clock } from "./clock.ts";

/** Parts that a wait is cut into, to see in each whether the event loop went on. */
const SLICES = 4;

/** Slices that may be repeated: a loop that is always held up must not keep a wait from ending. */
const REPEATS = SLICES * 3;

/** How late a timer may come before the loop counts as held up: so many milliseconds, or a quarter of the wait. */
const LATE_MS = 5;

/**
 * One wait at a time for something that may come from outside. Time in which the event loop stood still (a handler that
 * computes, a process that was stopped, a machine that slept) does not count, since nothing could be read in it; and
 * before a wait ends, the loop has turned once more.
 */
export class Patience {
  private timer: unknown;
  private left = 0;
  private slices = 0;
  private repeats = 0;
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get waiting(): boolean {
    return this.timer !== undefined;
  }

  wait(ms: number, done: () => void): void {
    this.left = ms;
    this.slices = SLICES;
    this.repeats = REPEATS;
    this.next(done);
  }

  stop(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private next(done: () => void): void {
    // The last slice is a turn of the loop alone.
    const ms = this.slices === 0 ? this.left : Math.max(1, Math.ceil((this.left - 1) / this.slices));
    const due = this.clock.monotonic() + ms;
    this.timer = this.clock.setTimeout(() => {
      this.timer = undefined;
      const late = this.clock.monotonic() - due;
      if (late > Math.max(LATE_MS, ms / 4) && this.repeats-- > 0) return this.next(done);
      this.left -= ms;
      if (this.slices-- > 0 && this.left > 0) this.next(done);
      else done();
    }, ms);
  }
}
