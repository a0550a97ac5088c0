import type { HeartbeatOptions } from "./options.ts";

/** How long after a message the server is asked whether it has come this far, where no heartbeat asks earlier. */
const CONFIRM_MS = 5_000;
/** How late a timer may be before this process must have been frozen or throttled, and an answer may wait unread. */
const LATE_MS = 250;

/** Asks the server for signs of life, and by them for what has arrived. */
export interface Pulse {
  readonly latencyMs: () => number | undefined;
  /** A connection begins, or a message left that the next pong is to confirm. */
  readonly expect: (confirmation: boolean) => void;
  /** Something came from the server. */
  readonly heard: () => void;
  /** @returns whether a ping was under way. */
  readonly pong: () => boolean;
  /** Asks now. */
  readonly probe: () => void;
  readonly stop: () => void;
}

/**
 * @param ping Whether it went out.
 * @param dead Called when the server did not answer in time.
 */
export function createPulse(heartbeat: HeartbeatOptions | undefined, ping: () => boolean, dead: () => void): Pulse {
  const { intervalMs = 25_000, timeoutMs = 10_000 } = heartbeat ?? {};
  /** When the ping under way left; 0 while none is. */
  let pingedAt = 0;
  /** Whether nothing at all has come since. */
  let silent = false;
  let secondChance = true;
  let unconfirmed = false;
  let latencyMs: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = Infinity;

  function arm(ms: number): void {
    clearTimeout(timer);
    dueAt = Date.now() + ms;
    if (ms < Infinity) timer = setTimeout(tick, ms);
  }

  function expect(confirmation: boolean): void {
    unconfirmed ||= confirmation;
    const ms = Math.min(heartbeat ? intervalMs : Infinity, unconfirmed ? CONFIRM_MS : Infinity);
    if (!pingedAt && Date.now() + ms < dueAt) arm(ms);
  }

  function probe(): void {
    if (pingedAt || !ping()) return;
    pingedAt = Date.now();
    silent = true;
    unconfirmed = false;
    arm(heartbeat ? timeoutMs : Infinity);
  }

  function tick(): void {
    const late = Date.now() - dueAt > LATE_MS;
    if (!pingedAt) return probe();
    if (silent && !(late && secondChance)) return dead();
    secondChance = !silent;
    silent = true;
    arm(timeoutMs);
  }

  function stop(): void {
    pingedAt = 0;
    unconfirmed = false;
    arm(Infinity);
  }

  return {
    latencyMs: () => latencyMs,
    expect,
    heard() {
      silent = false;
      secondChance = true;
    },
    pong() {
      if (!pingedAt) return false;
      latencyMs = Date.now() - pingedAt;
      pingedAt = 0;
      arm(Infinity);
      expect(false);
      return true;
    },
    probe,
    stop,
  };
}
