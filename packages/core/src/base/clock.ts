/** Time, replaceable in tests. All figures are milliseconds. */
export interface Clock {
  /** Wall-clock time since the epoch. */
  now(): number;
  /** Time since some fixed point, never set back. */
  monotonic(): number;
  /** Any number from 0 up, `Infinity` included. */
  setTimeout(callback: () => void, ms: number): unknown;
  /** As `setTimeout`, where somebody waits for it: the process does not end meanwhile. Default: `setTimeout`. */
  wait?(callback: () => void, ms: number): void;
  clearTimeout(handle: unknown): void;
}

/** A reading of the monotonic clock as one of the wall clock: what that shows, less the time that has passed since. */
export function wallTime(clock: Clock, monotonic: number): number {
  return Math.round(clock.now() - (clock.monotonic() - monotonic));
}

/** Longest time that a runtime's timer takes: for more it fires at once (24.8 days). */
export const MAX_TIMER_MS = 2_147_483_647;

/** Stands for a timer that is set again each time the longest one has passed. */
class LongTimer {
  handle: unknown;

  constructor(callback: () => void, ms: number) {
    this.set(callback, ms);
  }

  private set(callback: () => void, ms: number): void {
    const part = Math.min(ms, MAX_TIMER_MS);
    this.handle = shortTimer(() => (ms > part ? this.set(callback, ms - part) : callback()), part);
  }
}

function shortTimer(callback: () => void, ms: number): unknown {
  const handle: unknown = setTimeout(callback, ms);
  (handle as { unref?: () => void }).unref?.();
  return handle;
}

/** The real clock. Its timers do not keep a Node or Bun process alive, unless somebody waits for them. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, ms) => (ms > MAX_TIMER_MS ? new LongTimer(callback, ms) : shortTimer(callback, ms)),
  wait: (callback, ms) => void setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout((handle instanceof LongTimer ? handle.handle : handle) as number),
};

/** @throws RangeError for what is no number from 0 up; `Infinity` stands for no limit. */
export function checkMs(name: string, ms: unknown): void {
  if (typeof ms === "number" && ms >= 0) return;
  throw new RangeError(`${name} must be a number of milliseconds from 0 up, not ${String(ms)}`);
}
