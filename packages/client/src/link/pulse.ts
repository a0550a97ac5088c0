import type { HeartbeatOptions } from "../api/options.ts";

/** How long after a message the server is asked whether it has come this far, where no heartbeat asks earlier. */
const CONFIRM_MS = 5_000;

/** How late a timer may be before this process must have been frozen or throttled, and an answer may wait unread. */
const LATE_MS = 250;

/** Called at the pong. @returns whether there is more to confirm. */
type Confirm = () => boolean;

/** What the connection tells of itself, and what it learns. */
export interface Pulse {
  /** Round trip of the last ping. */
  _latencyMs: number | undefined;
  /** A connection begins; `Infinity` ends it. */
  readonly _reset: (ms?: number) => void;
  /** A message left, which a pong is to confirm. */
  readonly _sent: () => void;
  /** Something came from the server. */
  readonly _heard: (pong: boolean) => void;
  /** Asks now, or `again` once the ping under way is answered. */
  readonly _probe: (again?: boolean) => void;
}

/**
 * Asks the server for signs of life, and by them for what has arrived.
 *
 * @param ping Sends one. @returns what its pong confirms, or false where it did not go out.
 * @param dead Called when the server did not answer in time.
 */
export function createPulse(
  { intervalMs = 25_000, timeoutMs = 10_000 }: HeartbeatOptions = { intervalMs: Infinity, timeoutMs: Infinity },
  ping: () => false | Confirm,
  dead: () => void,
): Pulse {
  /** While a ping is under way. */
  let confirm: false | Confirm = false;
  let pingedAt = 0;
  let asksAgain = false;
  /** How often silence is forgiven from here on: once after something came, and once a timer that is late. */
  let patience = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = 0;

  const arm = (ms: number): void => {
    clearTimeout(timer);
    dueAt = Date.now() + ms;
    if (ms < Infinity) timer = setTimeout(tick, ms);
  };

  const tick = (): void => {
    if (!confirm) return pulse._probe();
    if (patience < (Date.now() - dueAt > LATE_MS ? 1 : 2)) return dead();
    patience--;
    arm(timeoutMs);
  };

  const pulse: Pulse = {
    _latencyMs: undefined,
    _reset(ms = intervalMs) {
      confirm = false;
      arm(ms);
    },
    _sent() {
      if (!confirm && Date.now() + CONFIRM_MS < dueAt) arm(CONFIRM_MS);
    },
    _heard(pong) {
      patience = 2;
      if (!pong || !confirm) return;
      pulse._latencyMs = Date.now() - pingedAt;
      const more = confirm();
      pulse._reset();
      if (asksAgain) pulse._probe();
      else if (more) pulse._sent();
    },
    _probe(again = false) {
      asksAgain = again && !!confirm;
      if (confirm || !(confirm = ping())) return;
      pingedAt = Date.now();
      patience = 1;
      arm(timeoutMs);
    },
  };
  return pulse;
}
