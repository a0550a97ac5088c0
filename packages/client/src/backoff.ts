import type { ReconnectOptions } from "./options.ts";

/**
 * How long to wait before dialing again: a bound that doubles with each attempt, and under full jitter any time up to
 * it (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param attempt Dials since the last stable connection, the first retry being 0.
 */
export function backoff(attempt: number, options: ReconnectOptions): number {
  const { initialDelayMs = 300, maxDelayMs = 30_000, jitter } = options;
  const bound = Math.min(maxDelayMs, initialDelayMs * 2 ** attempt);
  return jitter === "none" ? bound : Math.random() * bound;
}
