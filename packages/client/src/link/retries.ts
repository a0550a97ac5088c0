import { isTerminalClose } from "@ws-kit/core/protocol";
import type { ReconnectOptions } from "../api/options.ts";
import { UNAUTHENTICATED } from "../socket/close-codes.ts";
import { attempt, type Fail } from "../steps/attempt.ts";
import { runtime } from "./runtime.ts";

/** What is known of earlier connections, by which it is decided whether and when to dial again. */
export interface Retries {
  /** Dials since the last stable connection, the first one not counted. */
  _attempts: number;
  /** Whether the next token must be another one. */
  _refresh: boolean;
  /** Failed dials in a row. A browser shows an upgrade refused with 401 as one, so the first asks for another token. */
  _doubts: number;
  /** Whether the attempts are used up. */
  readonly _spent: () => boolean;
  /** Forgets earlier failures. */
  readonly _forgive: () => void;
  /** A connection that lasted so long forgives them. */
  readonly _stableMs: number;
  /** @returns whether to dial again after such an end. */
  readonly _allow: (code: number, reason: string) => boolean;
  /**
   * How long to wait before: a bound that doubles with each attempt, and under full jitter any time up to it
   * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
   *
   * @param holdOffMs What the server asked to wait at least: it tells each client of many another figure.
   */
  readonly _delayMs: (holdOffMs?: number) => number;
}

/** @param failed Told what `shouldReconnect` threw, which then counts as a yes. */
export function createRetries(options: ReconnectOptions = {}, failed: Fail): Retries {
  const { enabled = true, maxAttempts = Infinity, stableAfterMs = 5_000, shouldReconnect } = options;
  const { initialDelayMs = 300, maxDelayMs = 30_000, jitter } = options;
  const retries: Retries = {
    _attempts: 0,
    _refresh: false,
    _doubts: 0,
    // No dial that fails while the device is offline is the last one.
    _spent: () => retries._attempts >= maxAttempts && runtime.navigator?.onLine !== false,
    _forgive() {
      retries._attempts = retries._doubts = 0;
      retries._refresh = false;
    },
    _stableMs: stableAfterMs,
    _allow: (code, reason) =>
      enabled &&
      !retries._spent() &&
      !isTerminalClose(code) &&
      !(retries._refresh && code === UNAUTHENTICATED) &&
      attempt<unknown>(() => shouldReconnect?.({ code, reason, attempt: retries._attempts }), failed) !== false,
    _delayMs(holdOffMs = 0) {
      const bound = Math.min(maxDelayMs, initialDelayMs * 2 ** Math.min(retries._attempts, 99));
      return holdOffMs + (jitter === "none" ? bound : Math.random() * bound);
    },
  };
  return retries;
}
