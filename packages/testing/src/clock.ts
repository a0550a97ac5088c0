import type { Clock } from "@ws-kit/core/adapter";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Lets everything that is ready run: promise callbacks, deliveries, finished input and output. No time passes. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}

/**
 * Time that passes only when a test says so. Several servers can share one clock.
 *
 * @example
 * const clock = new VirtualClock();
 * const servers = [createTestServer(router, { clock }), createTestServer(other, { clock })];
 * await clock.advance(30_000);
 */
export class VirtualClock implements Clock {
  private readonly timers = new Set<Timer>();
  private readonly start: number;
  private elapsed = 0;

  /** @param start What `now()` says at first, in milliseconds since the epoch. Default: the start of 2030, in UTC. */
  constructor(start: number = Date.UTC(2030, 0)) {
    this.start = start;
  }

  now(): number {
    return this.start + this.elapsed;
  }

  monotonic(): number {
    return this.elapsed;
  }

  setTimeout(callback: () => void, ms: number): unknown {
    const timer: Timer = { at: this.elapsed + Math.max(0, ms), callback };
    this.timers.add(timer);
    return timer;
  }

  clearTimeout(handle: unknown): void {
    this.timers.delete(handle as Timer);
  }

  /**
   * Lets so many milliseconds pass: what falls due on the way runs at its own time and in its order, and everything that
   * follows from it has happened when the promise resolves.
   */
  async advance(ms: number): Promise<void> {
    // What is no time would let none pass, and each timer wait for ever.
    if (typeof ms !== "number" || !(ms >= 0)) throw new RangeError(`advance() takes milliseconds, not ${String(ms)}`);
    const until = this.elapsed + ms;
    await turn();
    for (;;) {
      const next = this.next(until);
      if (next === undefined) break;
      this.timers.delete(next);
      this.elapsed = Math.max(this.elapsed, next.at);
      next.callback();
      await turn();
    }
    this.elapsed = until;
  }

  /** The first timer that is due by then; of several at one time the oldest. */
  private next(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers)
      if (timer.at <= until && (first === undefined || timer.at < first.at)) first = timer;
    return first;
  }
}
