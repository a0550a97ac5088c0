/**
 * How much is let through: one each `intervalMs`, and as many as `burst` at once where nothing came for long enough.
 */
export interface Rate {
  readonly intervalMs: number;
  readonly burst: number;
}

/** What is kept of a key: when it will have all of its burst again, in milliseconds of whichever clock is used. */
export interface Bucket {
  fullAt: number;
}

/** A share of an interval, so that sums of fractions of milliseconds do not cost the last of a burst. */
const SLACK = 1 / 1_024;

/**
 * Takes one from a bucket, by the generic cell rate algorithm (ITU-T I.371, annex A): as a token bucket, with one figure to
 * keep.
 * @returns 0, or the milliseconds until there is one to take.
 */
export function take(bucket: Bucket, { intervalMs, burst }: Rate, now: number): number {
  const { fullAt } = bucket;
  const from = fullAt > now ? fullAt : now;
  const wait = from - now - intervalMs * (burst - 1 + SLACK);
  if (wait > 0) return wait;
  bucket.fullAt = from + intervalMs;
  return 0;
}

/** Lets nothing out of a bucket for so many milliseconds, and then one after the other. */
export function hold(bucket: Bucket, { intervalMs, burst }: Rate, now: number, waitMs: number): void {
  bucket.fullAt = Math.max(bucket.fullAt, now + waitMs + intervalMs * (burst - 1 + SLACK));
}
