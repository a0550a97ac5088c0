import { addressOf, type Clock, defineSlot, type Slot, type SlotHolder, userOf } from "@ws-kit/core/extend";
import { type Bucket, hold, take } from "./bucket.ts";
import { Buckets } from "./buckets.ts";
import type { RateLimitKey, RateLimitStore, Resolved } from "./options.ts";

/** A connection, or a message of one. */
export interface Limited extends SlotHolder {
  readonly type?: string;
}

/** For so many milliseconds nothing is let through, or for as long as nobody can say. */
export type Wait = number | "unavailable";

/** One limit of one process. */
export class Limiter<Subject extends Limited> {
  private readonly options: Resolved<Subject>;
  private readonly buckets: Buckets;
  /** The bucket of a connection that shares none. */
  private readonly own: Slot<Bucket> = defineSlot(() => ({ fullAt: 0 }));
  private readonly isByConnection: boolean;

  constructor(options: Resolved<Subject>) {
    const { by, maxKeys } = options;
    this.options = options;
    this.buckets = new Buckets(maxKeys);
    this.isByConnection = typeof by !== "function" && by.length === 1 && by[0] === "connection";
  }

  /** @returns how long to wait, 0 to go on; as a promise where others are asked, which rejects as the store does. */
  take(subject: Subject, clock: Clock): Wait | Promise<Wait> {
    const { by, rate, store, name } = this.options;
    if (this.isByConnection) return take(this.own.of(subject), rate, clock.monotonic());
    const key = typeof by === "function" ? by(subject) : keyOf(by, subject);
    if (key === undefined) return 0;
    // As a key, each promise were another one, and nobody limited.
    if (typeof key === "object")
      throw new TypeError("by of a rate limit returned a promise or null: it has to name a text at once");
    const now = clock.monotonic();
    const bucket = this.buckets.of(key, now);
    const wait = take(bucket, rate, now);
    const isAlone = typeof by !== "function" && key.startsWith(ALONE);
    if (wait > 0 || store === undefined || isAlone) return wait;
    const told = store.take(`${name}:${key}`, rate);
    return typeof told === "object" ? this.told(told, bucket, clock) : this.heard(told, bucket, clock);
  }

  private async told(told: ReturnType<RateLimitStore["take"]>, bucket: Bucket, clock: Clock): Promise<Wait> {
    return this.heard(await told, bucket, clock);
  }

  private heard(told: Awaited<ReturnType<RateLimitStore["take"]>>, bucket: Bucket, clock: Clock): Wait {
    if (told === "local") return 0;
    // Until then nobody has to be asked again.
    if (typeof told === "number" && told > 0) hold(bucket, this.options.rate, clock.monotonic(), told);
    return told;
  }
}

/** Of a key that one connection has for itself: a length never begins with it. */
const ALONE = "-";

/** With the length of each part, so that no two parts spell two others. */
function keyOf(by: readonly RateLimitKey[], subject: Limited): string {
  let key = "";
  let mark = "";
  for (const each of by) {
    let part = partOf(each, subject);
    if (part === undefined) [part, mark] = [subject.clientId, ALONE];
    key += `${part.length} ${part}`;
  }
  return mark + key;
}

function partOf(key: RateLimitKey, subject: Limited): string | undefined {
  if (key === "user") return userOf(subject);
  if (key === "address") return addressOf(subject);
  return key === "type" ? subject.type : subject.clientId;
}
