import type { Clock } from "./clock.ts";

/** Something that ends by itself unless it is taken off the list first. */
export interface Expiring {
  /** Set by `Deadlines`: monotonic milliseconds. */
  expiresAt: number;
  /** Set by `Deadlines`: where it is listed; undefined while it is not. */
  listed: object | undefined;
  expire(): void;
}

/** Milliseconds of deadlines that are kept together: the timer of one does not look at those of others. */
const SPAN_MS = 16;

/** Entries that are due within the same few milliseconds, or were when they were listed. */
class Bucket {
  readonly slot: number;
  readonly entries: Set<Expiring> = new Set();
  /** Nothing in it is due before. */
  earliest = Infinity;

  constructor(slot: number) {
    this.slot = slot;
  }
}

/**
 * Time limits of everything in flight on one listener, behind one runtime timer. Nearly all entries leave long before
 * they are due, so adding and deleting must be cheap; and a limit that is due costs what is due with it, however much
 * else is in flight.
 */
export class Deadlines {
  private readonly buckets = new Map<number, Bucket>();
  /** The buckets, the earliest on top: a binary heap. */
  private readonly heap: Bucket[] = [];
  private size = 0;
  private timer: unknown;
  private armedFor = Infinity;
  private readonly clock: Clock;
  private readonly sleeps: boolean;

  /** @param sleeps Drop the timer whenever nothing is in flight, where a pending timer would keep a process awake. */
  constructor(clock: Clock, sleeps: boolean) {
    this.clock = clock;
    this.sleeps = sleeps;
  }

  /** @returns the present, in monotonic milliseconds. */
  add(entry: Expiring, ms: number): number {
    const now = this.clock.monotonic();
    entry.expiresAt = now + ms;
    this.list(entry);
    if (entry.expiresAt < this.armedFor) this.arm(entry.expiresAt, ms);
    return now;
  }

  delete(entry: Expiring): void {
    if (this.unlist(entry) && this.sleeps && this.size === 0) this.clear();
  }

  /** Calls an entry off that will soon be added again: cheaper than `delete`, since it stays listed until the next look. */
  rest(entry: Expiring): void {
    if (this.sleeps) this.delete(entry);
    else entry.expiresAt = Infinity;
  }

  /** Nothing waits for an entry any more; it stays listed, unless that keeps a process awake, and may expire for nothing. */
  pause(entry: Expiring): void {
    if (this.sleeps) this.delete(entry);
  }

  /** Forgets everything without expiring it. */
  clear(): void {
    for (const { entries } of this.heap) for (const entry of entries) entry.listed = undefined;
    this.buckets.clear();
    this.heap.length = 0;
    this.size = 0;
    this.disarm();
  }

  /** Puts an entry where it belongs. One that is listed earlier stays there: it is moved on when its bucket is looked at. */
  private list(entry: Expiring): void {
    // Never due.
    if (entry.expiresAt === Infinity) return void this.unlist(entry);
    const slot = Math.floor(entry.expiresAt / SPAN_MS);
    const listed = entry.listed as Bucket | undefined;
    if (listed !== undefined) {
      if (listed.slot === slot) listed.earliest = Math.min(listed.earliest, entry.expiresAt);
      if (listed.slot <= slot) return;
      this.unlist(entry);
    }
    let bucket = this.buckets.get(slot);
    if (bucket === undefined) {
      bucket = new Bucket(slot);
      this.buckets.set(slot, bucket);
      push(this.heap, bucket);
    }
    bucket.entries.add(entry);
    if (entry.expiresAt < bucket.earliest) bucket.earliest = entry.expiresAt;
    entry.listed = bucket;
    this.size++;
  }

  private unlist(entry: Expiring): boolean {
    const bucket = entry.listed as Bucket | undefined;
    if (bucket === undefined) return false;
    bucket.entries.delete(entry);
    entry.listed = undefined;
    this.size--;
    return true;
  }

  private arm(at: number, ms: number): void {
    this.disarm();
    this.armedFor = at;
    this.timer = this.clock.setTimeout(() => this.sweep(), Math.max(1, Math.ceil(ms)));
  }

  private disarm(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
    this.armedFor = Infinity;
  }

  private sweep(): void {
    this.timer = undefined;
    this.armedFor = Infinity;
    const now = this.clock.monotonic();
    const due: Expiring[] = [];
    const next = this.look(now, due);
    for (const entry of due) {
      // One that expires may have taken others with it, or put them off.
      if (entry.expiresAt <= now && this.unlist(entry)) entry.expire();
    }
    if (next < this.armedFor) this.arm(next, next - now);
  }

  /** Collects what is due. @returns when the next of the others is. */
  private look(now: number, due: Expiring[]): number {
    for (;;) {
      const [bucket] = this.heap;
      if (bucket === undefined) return Infinity;
      // Not yet: whatever is in it, it need not be looked at.
      if (bucket.earliest > now && bucket.entries.size > 0) return bucket.earliest;
      let next = Infinity;
      for (const entry of bucket.entries) {
        if (entry.expiresAt <= now) due.push(entry);
        else if (Math.floor(entry.expiresAt / SPAN_MS) === bucket.slot) next = Math.min(next, entry.expiresAt);
        else {
          this.unlist(entry);
          this.list(entry);
        }
      }
      if (next < Infinity) return (bucket.earliest = next);
      pop(this.heap);
      this.buckets.delete(bucket.slot);
    }
  }
}

function push(heap: Bucket[], bucket: Bucket): void {
  let at = heap.push(bucket) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above] as Bucket;
    if (parent.slot <= bucket.slot) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = bucket;
}

/** Takes the earliest away. */
function pop(heap: Bucket[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let below = at * 2 + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && (heap[below + 1] as Bucket).slot < (heap[below] as Bucket).slot) below++;
    const child = heap[below] as Bucket;
    if (child.slot >= last.slot) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
}
