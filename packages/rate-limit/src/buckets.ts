import type { Bucket } from "./bucket.ts";

/** Of the oldest keys, how many are looked at for one that is new. */
const LOOKED_AT = 2;

/** Buckets by key, of which there are never more than `maxKeys`. */
export class Buckets {
  private readonly buckets = new Map<string, Bucket>();
  private readonly maxKeys: number;

  constructor(maxKeys: number) {
    this.maxKeys = maxKeys;
  }

  get size(): number {
    return this.buckets.size;
  }

  of(key: string, now: number): Bucket {
    let bucket = this.buckets.get(key);
    if (bucket === undefined) {
      this.makeRoom(now);
      this.buckets.set(key, (bucket = { fullAt: 0 }));
    }
    return bucket;
  }

  /**
   * A bucket that is full is as good as none, so that as many go as come. Where all of those looked at are in use and there
   * is no room, the one goes that needs the least: its key is given a burst, and nobody is refused for it.
   */
  private makeRoom(now: number): void {
    let least: string | undefined;
    let soonest = Infinity;
    let looked = 0;
    for (const [key, bucket] of this.buckets) {
      if (looked++ === LOOKED_AT) break;
      this.buckets.delete(key);
      if (bucket.fullAt <= now) continue;
      // It is looked at again when all others have been.
      this.buckets.set(key, bucket);
      if (bucket.fullAt < soonest) [least, soonest] = [key, bucket.fullAt];
    }
    if (this.buckets.size >= this.maxKeys && least !== undefined) this.buckets.delete(least);
  }
}
