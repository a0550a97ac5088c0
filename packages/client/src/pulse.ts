import type { HeartbeatOptions } from "./options.ts";

/** How long after a message the server is asked whether it has come this far, where no heartbeat asks earlier. */
const CONFIRM_MS = 5_000;
/** How late a timer may be before this process must have been frozen or throttled, and an answer may wait unread. */
const LATE_MS = 250;

/** Asks the server for signs of life, and by them for what has arrived. */
export interface Pulse {
  latencyMs: number | undefined;
  /** A connection begins; none does after `Infinity`. */
  readonly reset: (ms?: number) => void;
  /** A message left, which a pong is to confirm. */
  readonly sent: () => void;
  /** Something came from the server. */
  readonly heard: (pong: boolean) => void;
  /** Asks now. */
  readonly probe: () => void;
}

/** Called at the pong. @returns whether there is more to confirm. */
type Confirm = () => boolean;

/**
 * @param ping Sends one. @returns what its pong confirms, or false where it did not go out.
 * @param dead Called when the server did not answer in time.
 */
export function createPulse(
  ping: () => false | Confirm,
  dead: () => void,
  { intervalMs = 25_000, timeoutMs = 10_000 }: HeartbeatOptions = { intervalMs: Infinity, timeoutMs: Infinity },
): Pulse {
  /** While a ping is under way. */
  let confirm: false | Confirm = false;
  let pingedAt = 0;
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
    if (!confirm) return pulse.probe();
    if (patience < (Date.now() - dueAt > LATE_MS ? 1 : 2)) return dead();
    patience--;
    arm(timeoutMs);
  };

  const pulse: Pulse = {
    latencyMs: undefined,
    reset(ms = intervalMs) {
      confirm = false;
      arm(ms);
    },
    sent() {
      if (!confirm && Date.now() + CONFIRM_MS < dueAt) arm(CONFIRM_MS);
    },
    heard(pong) {
      patience = 2;
      if (!pong || !confirm) return;
      pulse.latencyMs = Date.now() - pingedAt;
      const more = confirm();
      pulse.reset();
      if (more) pulse.sent();
    },
    probe() {
      if (confirm || !(confirm = ping())) return;
      pingedAt = Date.now();
      patience = 1;
      arm(timeoutMs);
    },
  };
  return pulse;
}
