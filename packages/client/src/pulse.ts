import { PING_FRAME } from "@ws-kit/core/protocol";
import type { HeartbeatOptions } from "./options.ts";

/** How long after a message the server is asked whether it has come this far, where no heartbeat asks earlier. */
const CONFIRM_MS = 5_000;
/** As many messages ask at once. */
const CONFIRM_COUNT = 64;
/** Most messages remembered for a server that has never answered a ping. */
const MAX_UNCONFIRMED = 1_000;
/** How late a timer may be before this process must have been frozen or throttled, and an answer may wait unread. */
const LATE_MS = 250;

/** Asks the server for signs of life, and by them knows which messages have arrived. */
export interface Pulse {
  readonly latencyMs: () => number | undefined;
  readonly start: () => void;
  /** @returns what was sent and is not known to have arrived. */
  readonly stop: () => Sent[];
  /** Something came from the server. */
  readonly heard: () => void;
  readonly pong: () => void;
  readonly sent: (message: Sent) => void;
  /** Asks now. */
  readonly probe: () => void;
}

export interface Sent {
  readonly type: string;
  readonly payload: unknown;
}

/**
 * @param send Whether the frame went out.
 * @param dead Called when the server did not answer in time.
 */
export function createPulse(
  heartbeat: HeartbeatOptions | undefined,
  send: (text: string) => boolean,
  dead: () => void,
): Pulse {
  const { intervalMs = 25_000, timeoutMs = 10_000 } = heartbeat ?? {};
  /** Sent since the last answered ping, oldest first; a ping overtakes nothing, so its pong confirms what went before. */
  let unconfirmed: Sent[] = [];
  /** How many of them the ping now under way confirms; undefined while none is. */
  let asked: number | undefined;
  let pingedAt = 0;
  /** Whether a server has ever answered; the list must not grow for one that does not know pings. */
  let answers = false;
  /** Whether nothing at all has come since the ping. */
  let silent = false;
  let secondChance = true;
  let latencyMs: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = Infinity;

  function arm(ms: number): void {
    clearTimeout(timer);
    dueAt = Date.now() + ms;
    timer = setTimeout(tick, ms);
  }

  function disarm(): void {
    clearTimeout(timer);
    dueAt = Infinity;
  }

  /** Sets the time of the next ping, unless one is under way. */
  function schedule(): void {
    if (asked !== undefined) return;
    const ms = Math.min(heartbeat ? intervalMs : Infinity, unconfirmed.length > 0 ? CONFIRM_MS : Infinity);
    if (Date.now() + ms < dueAt) arm(ms);
  }

  function probe(): void {
    if (asked !== undefined || !send(PING_FRAME)) return;
    asked = unconfirmed.length;
    pingedAt = Date.now();
    silent = true;
    disarm();
    if (heartbeat) arm(timeoutMs);
  }

  function tick(): void {
    const late = Date.now() - dueAt > LATE_MS;
    disarm();
    if (asked === undefined) probe();
    else if (silent && !(late && secondChance)) dead();
    else {
      secondChance = !silent;
      silent = true;
      arm(timeoutMs);
    }
  }

  return {
    latencyMs: () => latencyMs,
    start: schedule,
    stop() {
      const lost = unconfirmed;
      unconfirmed = [];
      asked = undefined;
      disarm();
      return lost;
    },
    heard() {
      silent = false;
      secondChance = true;
    },
    pong() {
      if (asked === undefined) return;
      latencyMs = Date.now() - pingedAt;
      unconfirmed.splice(0, asked);
      asked = undefined;
      answers = true;
      disarm();
      schedule();
    },
    sent(message) {
      unconfirmed.push(message);
      if (!answers && unconfirmed.length > MAX_UNCONFIRMED) unconfirmed.shift();
      if (unconfirmed.length >= CONFIRM_COUNT) probe();
      else schedule();
    },
    probe,
  };
}
