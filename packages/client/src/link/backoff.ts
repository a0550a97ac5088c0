import type { ReconnectOptions } from "../api/options.ts";

/**
 * How long to wait before dialing again: a bound that doubles with each attempt, and under full jitter any time up to
 * it (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param attempt Dials since the last stable connection, the first retry being 0.
 * @param holdOffMs What the server asked to wait at least: it tells each client of many another figure.
 */
export function backoff(
  attempt: number,
  holdOffMs: number | undefined = 0,
  { initialDelayMs = 300, maxDelayMs = 30_000, jitter }: ReconnectOptions,
): number {
  const bound = Math.min(maxDelayMs, initialDelayMs * 2 ** Math.min(attempt, 99));
  return holdOffMs + (jitter === "none" ? bound : Math.random() * bound);
}
