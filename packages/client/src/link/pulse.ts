import type { HeartbeatOptions } from "../api/options.ts";
import { now } from "../steps/now.ts";
import { createTimer } from "../steps/timer.ts";
import { ASK_BYTES, CONFIRM_MS, FRAME_BYTES, LATE_MS, MAX_BYTES, PATIENCE_MS, SLOWEST } from "../steps/figures.ts";

/** Called at the pong. */
type Confirm = () => void;

/** What the connection tells of itself, and what it learns. */
export interface Pulse {
  /** Round trip of the last ping. */
  _latencyMs: number | undefined;
  /** A connection begins; `Infinity` ends it. */
  readonly _reset: (ms?: number) => void;
  /** Whether more may be sent before a pong has confirmed what was. */
  readonly _hasRoom: () => boolean;
  /** A frame of such a length left, which a pong is to confirm. */
  readonly _sent: (length: number) => void;
  /** Something came from the server. */
  readonly _heard: (pong: boolean) => void;
  /** Asks now, or once the ping under way is answered. */
  readonly _probe: () => void;
}

/**
 * Asks the server for signs of life, and by them for what has arrived.
 *
 * @param ping Sends one. @returns what its pong confirms, or false where it did not go out.
 * @param dead Called when the server did not answer in time.
 */
export function createPulse(
  { intervalMs = 25_000, timeoutMs = 10_000 }: HeartbeatOptions = { intervalMs: Infinity, timeoutMs: PATIENCE_MS },
  ping: () => false | Confirm,
  dead: () => void,
): Pulse {
  /** While a ping is under way. */
  let confirm: false | Confirm = false;
  let pingedAt = 0;
  let asksAgain = false;
  /** How often silence is forgiven from here on: once after something came, and once a timer that is late. */
  let patience = 0;
  const timer = createTimer();
  let dueAt = 0;
  /** Not confirmed yet: all, and what was sent before the ping under way. */
  let bytes = 0;
  let bytesBefore = 0;

  const arm = (ms: number): void => {
    dueAt = now() + ms;
    timer(ms, tick);
  };

  const due = (): void => {
    if (!confirm && now() + CONFIRM_MS < dueAt) arm(CONFIRM_MS);
  };

  const tick = (): void => {
    if (!confirm) return pulse._probe();
    if (patience < (now() - dueAt > LATE_MS ? 1 : 2)) return dead();
    patience--;
    // What was sent before the ping has had its time.
    arm(timeoutMs);
  };

  const pulse: Pulse = {
    _latencyMs: undefined,
    _reset(ms = intervalMs) {
      confirm = false;
      bytes = 0;
      arm(ms);
    },
    _hasRoom: () => bytes < MAX_BYTES,
    _sent(length) {
      bytes += length + FRAME_BYTES;
      if (bytes > ASK_BYTES) pulse._probe();
      else due();
    },
    _heard(pong) {
      patience = 2;
      if (!pong || !confirm) return;
      pulse._latencyMs = now() - pingedAt;
      const told = confirm;
      confirm = false;
      bytes -= bytesBefore;
      arm(intervalMs);
      // What waited for room leaves now.
      told();
      if (asksAgain) pulse._probe();
      else if (bytes > 0) due();
    },
    _probe() {
      asksAgain = !!confirm;
      if (asksAgain || !(confirm = ping())) return;
      pingedAt = now();
      patience = 1;
      bytesBefore = bytes;
      // The pong comes no sooner than that is through, however early the socket lets go of it.
      arm(timeoutMs + bytesBefore / SLOWEST);
    },
  };
  return pulse;
}
