import { setImmediate } from "node:timers";

/** A clock that only moves when it is told to, in the place of the runtime's timers. */
export interface VirtualTime {
  /** Runs what falls due in the meantime, in order, with everything that follows from it. */
  advance(ms: number): Promise<void>;
  /** Lets time pass without running a timer, as a frozen tab or a sleeping laptop does; they fire late afterwards. */
  freeze(ms: number): void;
  /** Somebody sets the clock forward, or back; no time has passed. */
  setClock(ms: number): void;
  /** Timers that have been set and have neither fired nor been cleared. */
  pending(): number;
  restore(): void;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Lets every promise that can settle settle. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function installVirtualTime(): VirtualTime {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    now: Date.now,
  };
  const timers = new Map<number, Timer>();
  let now = 1_700_000_000_000;
  let set = 0;
  let lastId = 0;

  const start = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): number => {
    timers.set(++lastId, { at: now + Math.max(1, ms), run: () => run(...args) });
    return lastId;
  };
  globalThis.setTimeout = start as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((id?: number) => void timers.delete(id ?? 0)) as typeof clearTimeout;
  Date.now = () => now + set;
  performance.now = () => now;

  async function advance(ms: number): Promise<void> {
    const end = now + ms;
    await settled();
    for (;;) {
      const [next] = [...timers].filter(([, timer]) => timer.at <= end).toSorted(([, a], [, b]) => a.at - b.at);
      if (!next) break;
      const [id, timer] = next;
      timers.delete(id);
      now = Math.max(now, timer.at);
      timer.run();
      await settled();
    }
    now = Math.max(now, end);
  }

  return {
    advance,
    freeze(ms) {
      now += ms;
    },
    setClock(ms) {
      set += ms;
    },
    pending: () => timers.size,
    restore() {
      globalThis.setTimeout = real.setTimeout;
      globalThis.clearTimeout = real.clearTimeout;
      Date.now = real.now;
      // The real one is inherited.
      Reflect.deleteProperty(performance, "now");
    },
  };
}
