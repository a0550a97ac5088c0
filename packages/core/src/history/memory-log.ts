import type { Clock } from "../base/clock.ts";
import type { Revocation } from "../ports/revocation.ts";
import type { Appended, Entry, ReadLimits, Reading, Retention, TopicLog } from "../ports/topic-log.ts";
import type { Packet } from "../protocol/codec.ts";
import type { Position } from "../protocol/position.ts";
import { readingOf } from "./reading.ts";

/** UTF-16 units, or bytes, that all topics of a process keep together; over it, those least recently used are forgotten. */
const MAX_BYTES = 67_108_864;

/** Milliseconds for which the id of a message is remembered, so that a repeat is known. */
export const DEDUPE_MS = 120_000;

/** Milliseconds after it was last used for which a topic that keeps nothing any more still knows how far it came. */
export const REMEMBERED_MS = 86_400_000;

/** Topics that keep nothing any more, and are still remembered. */
const MAX_REMEMBERED = 100_000;

/** What is kept of one topic. */
class Kept {
  readonly epoch: string;
  readonly ttlMs: number;
  top = 0;
  entries: Entry[] = [];
  bytes = 0;
  /** When something was last published to it, or it was asked for: monotonic milliseconds. */
  used: number;
  ids: Map<string, { readonly offset: number; readonly until: number }> | undefined = undefined;

  constructor(epoch: string, ttlMs: number, now: number) {
    this.epoch = epoch;
    this.ttlMs = ttlMs;
    this.used = now;
  }

  get position(): Position {
    return { epoch: this.epoch, offset: this.top };
  }
}

/** Keeps recorded topics in this process: what it knows ends with it. */
export class MemoryLog implements TopicLog {
  private readonly clock: Clock;
  private readonly maxBytes: number;
  /** The least recently used first. */
  private readonly topics = new Map<string, Kept>();
  /** Those whose messages are forgotten, and how far they came is not. */
  private readonly remembered = new Map<string, Kept>();
  private readonly run = randomText(6);
  private readonly key = crypto.getRandomValues(new Uint8Array(32));
  private begun = 0;
  private bytes = 0;

  constructor(clock: Clock, maxBytes: number = MAX_BYTES) {
    this.clock = clock;
    this.maxBytes = maxBytes;
  }

  secret(): Uint8Array {
    return this.key;
  }

  // Whoever uses this log remembers them as long as it lives.
  revoke(): void {}

  revocations(): readonly Revocation[] {
    return [];
  }

  append(topic: string, packet: Packet, retention: Retention, from?: string, id?: string): Appended {
    const kept = this.kept(topic, retention);
    const now = this.clock.monotonic();
    if (id !== undefined) {
      const known = offsetOf(kept, id, now);
      if (known !== undefined) return { position: { epoch: kept.epoch, offset: known }, duplicate: true };
      (kept.ids ??= new Map()).set(id, { offset: kept.top + 1, until: now + DEDUPE_MS });
    }
    kept.entries.push({ offset: ++kept.top, packet, from });
    this.count(kept, packet.length);
    while (kept.entries.length > retention.size || kept.bytes > retention.maxBytes) this.drop(kept);
    this.makeRoom(kept);
    return { position: kept.position, duplicate: false };
  }

  read(topic: string, after: Position | undefined, retention: Retention, limits: ReadLimits): Reading {
    const kept = this.kept(topic, retention);
    return readingOf(kept.position, kept.entries, after, limits);
  }

  /** What is kept of a topic, now the most recently used one. */
  private kept(topic: string, { ttlMs }: Retention): Kept {
    const now = this.clock.monotonic();
    this.sweep(now);
    const kept =
      this.topics.get(topic) ??
      this.remembered.get(topic) ??
      new Kept(`${this.run}${(++this.begun).toString(36)}`, ttlMs, now);
    if (now - kept.used > ttlMs) this.clear(kept);
    kept.used = now;
    this.remembered.delete(topic);
    this.topics.delete(topic);
    this.topics.set(topic, kept);
    return kept;
  }

  /** Forgets what is over. Looks at no topic that is not. */
  private sweep(now: number): void {
    for (const [topic, kept] of this.topics) {
      if (now - kept.used <= kept.ttlMs) break;
      this.forget(topic, kept);
    }
    for (const [topic, { used }] of this.remembered) {
      if (now - used <= REMEMBERED_MS && this.remembered.size <= MAX_REMEMBERED) break;
      this.remembered.delete(topic);
    }
  }

  /** Forgets its messages, and remembers how far it came. */
  private forget(topic: string, kept: Kept): void {
    this.clear(kept);
    this.topics.delete(topic);
    this.remembered.set(topic, kept);
  }

  private clear(kept: Kept): void {
    this.count(kept, -kept.bytes);
    kept.entries = [];
    kept.ids = undefined;
  }

  private count(kept: Kept, bytes: number): void {
    kept.bytes += bytes;
    this.bytes += bytes;
  }

  private drop(kept: Kept): void {
    const first = kept.entries.shift();
    if (first !== undefined) this.count(kept, -first.packet.length);
  }

  /** Forgets the messages of topics that were used least recently: who comes back to them is told of a gap. */
  private makeRoom(kept: Kept): void {
    for (const [topic, other] of this.topics) {
      if (this.bytes <= this.maxBytes) return;
      if (other !== kept) this.forget(topic, other);
    }
  }
}

/** The offset of the message with this id; ids whose time is over are forgotten on the way. */
function offsetOf({ ids }: Kept, id: string, now: number): number | undefined {
  for (const [old, { until }] of ids ?? []) {
    if (until > now) break;
    ids?.delete(old);
  }
  return ids?.get(id)?.offset;
}

/** Text of so many random bytes, in base 36. */
function randomText(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(36).padStart(2, "0")).join(
    "",
  );
}
