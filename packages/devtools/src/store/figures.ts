import type { Point } from "../wire.ts";

/** Seconds of which figures are kept. */
const SECONDS = 180;
/** Latencies are counted in steps of a quarter of their size, from a hundredth of a millisecond. */
const STEP = Math.log(1.25);
const LEAST_MS = 0.01;
const STEPS = 80;

interface Second {
  readonly second: number;
  received: number;
  sent: number;
  published: number;
  delivered: number;
  errors: number;
  settled: number;
  readonly latencies: Uint32Array;
}

/** What happened in each of the last seconds. */
export class Figures {
  private readonly seconds: Second[] = [];

  /** @param at Milliseconds since the epoch. */
  at(at: number): Second {
    const second = Math.floor(at / 1_000);
    const last = this.seconds.at(-1);
    if (last !== undefined && last.second >= second) return last;
    const next: Second = {
      second,
      received: 0,
      sent: 0,
      published: 0,
      delivered: 0,
      errors: 0,
      settled: 0,
      latencies: new Uint32Array(STEPS),
    };
    this.seconds.push(next);
    if (this.seconds.length > SECONDS) this.seconds.shift();
    return next;
  }

  settled(at: number, ms: number): void {
    const second = this.at(at);
    second.settled++;
    const step = Math.min(STEPS - 1, Math.max(0, Math.ceil(Math.log(ms / LEAST_MS) / STEP)));
    second.latencies[step] = (second.latencies[step] ?? 0) + 1;
  }

  /** Whole seconds after this one, up to now; those in which nothing happened are zeros. */
  since(after: number, nowMs: number): Point[] {
    const now = Math.floor(nowMs / 1_000);
    const points: Point[] = [];
    let index = 0;
    for (let second = Math.max(after + 1, now - SECONDS + 1); second < now; second++) {
      while (index < this.seconds.length && (this.seconds[index]?.second ?? 0) < second) index++;
      const found = this.seconds[index];
      points.push(found?.second === second ? pointOf(found) : nothing(second));
    }
    return points;
  }
}

function pointOf({ latencies, second, ...counts }: Second): Point {
  const { received, sent, published, delivered, errors, settled } = counts;
  const out = sent + delivered;
  const share = (part: number): number | null => percentile(latencies, settled, part);
  return { second, in: received, out, published, errors, p50: share(0.5), p95: share(0.95), p99: share(0.99) };
}

function nothing(second: number): Point {
  return { second, in: 0, out: 0, published: 0, errors: 0, p50: null, p95: null, p99: null };
}

/** The upper end of the step in which it lies: a quarter too much at the most. */
function percentile(counts: Uint32Array, total: number, part: number): number | null {
  if (total === 0) return null;
  let left = Math.ceil(total * part);
  for (let step = 0; step < counts.length; step++) {
    left -= counts[step] ?? 0;
    if (left <= 0) return LEAST_MS * Math.exp(step * STEP);
  }
  return null;
}
