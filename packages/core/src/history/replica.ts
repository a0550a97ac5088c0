import type { LogEntry, LogFrame, LogReading } from "../ports/engine-log.ts";
import type { ReadLimits, Reading, Retention } from "../ports/topic-log.ts";
import type { GapReason, Position } from "../protocol/position.ts";
import { Witness } from "./witness.ts";

/** UTF-16 units, or bytes, that wait while the log is asked for what came before them. */
const MAX_HELD = 4_194_304;

/** A message that comes next, and the place of the one before it. */
export interface Next extends LogEntry {
  readonly epoch: string;
  readonly prev: number;
}

/** What its followers here have to hear, in this order. */
export interface Change {
  /** They have missed something that the log cannot tell: they go on from this position. */
  readonly gap?: { readonly reason: GapReason; readonly position: Position };
  /** They have missed nothing, and the log goes on under another name: this is where they stand. */
  readonly moved?: Position;
  readonly entries: readonly Next[];
}

const NOTHING: Change = { entries: [] };

/**
 * What this node has of one recorded topic whose log is an engine's: how far it came, and the last messages. The one place
 * where "nothing twice, nothing out of order, every gap said" is decided, whatever the engine brings, twice, late or not at
 * all. A log is trusted in what it says of itself when it is read, and in nothing else.
 */
export class Replica {
  epoch = "";
  /** The log has been read. */
  loaded = false;
  /** The link was down since: something may have been added that did not come. */
  stale = false;
  /** A reading has brought all that may be replayed: what is not here is nowhere. */
  deep = false;
  /** Where the followers here began to see the topic, for the grants of another epoch. */
  readonly begins: WeakMap<object, number> = new WeakMap();
  /** UTF-16 units, or bytes, of the messages that are here. */
  bytes = 0;
  /** The last message that was delivered, or the place after a gap that was told. */
  last = 0;
  /** There is none between the last one and this offset. */
  private top = 0;
  /** Everything from here to `last` is in the tail. */
  private floor = 0;
  private limited = false;
  private chain: LogReading["chain"] = [];
  private tail: LogEntry[] = [];
  private held: LogFrame[] = [];
  private heldBytes = 0;
  /** How many of them had come before the log was asked. */
  private heldBefore = 0;
  /** When it was last known that nothing is missing: monotonic milliseconds. */
  private verifiedAt = 0;
  /** When the newest message of the tail came. */
  private addedAt = 0;
  private readonly retention: Retention;
  readonly witness: Witness;

  constructor(retention: Retention, witness: Witness = new Witness()) {
    this.retention = retention;
    this.witness = witness;
  }

  get position(): Position {
    return { epoch: this.epoch, offset: this.top };
  }

  /** Something has come that cannot be delivered before the log is read. */
  get isBehind(): boolean {
    return this.held.length > 0;
  }

  get isOverfull(): boolean {
    return this.heldBytes > MAX_HELD;
  }

  /**
   * Where a position lies in the present epoch, if nothing that came before it is lost; undefined for one of a log that
   * is not known to go on here, or from further on.
   */
  offsetOf({ epoch, offset }: Position): number | undefined {
    const isKnown = epoch === this.epoch || within(this.chain, epoch, offset);
    return isKnown && offset <= this.top ? offset : undefined;
  }

  /** Whether everything after an offset is here. */
  covers(offset: number): boolean {
    return offset >= this.floor;
  }

  /** What came after a position, or why that cannot be told. */
  reading(after: Position | undefined, limits: ReadLimits): Reading {
    const top = this.position;
    if (after === undefined) return { top, entries: [] };
    const offset = this.offsetOf(after);
    if (offset === undefined) return { top, gap: "epoch" };
    if (!this.covers(offset)) return { top, gap: this.limited ? "limit" : "retention" };
    const missed = this.tail.slice(this.indexAfter(offset));
    const bytes = missed.reduce((sum, { packet }) => sum + packet.length, 0);
    return missed.length > limits.messages || bytes > limits.bytes ? { top, gap: "limit" } : { top, entries: missed };
  }

  /** @returns what is next, and undefined for what was here before, or has to wait until the log is read. */
  take(frame: LogFrame, now: number): Next | undefined {
    this.witness.saw(frame.epoch, frame.offset);
    const isSame = frame.epoch === this.epoch;
    if (isSame && frame.offset <= this.last) return undefined;
    // Late, of an epoch that is over.
    if (!isSame && this.chain.some(([epoch]) => epoch === frame.epoch)) return undefined;
    if (!this.loaded || this.isBehind || !isSame || !this.follows(frame, now)) {
      this.held.push(frame);
      this.heldBytes += frame.packet.length;
      return undefined;
    }
    return this.add(frame, now);
  }

  /** The log is asked from now on. */
  asks(): void {
    this.heldBefore = this.held.length;
  }

  /** What the log says of itself, asked last. */
  absorb(reading: LogReading, now: number): Change {
    const { epoch, top, chain, floor, limited, aged, entries } = reading;
    const { last } = this;
    const isSame = epoch === this.epoch;
    // Of a log whose messages go by their age, the top may be no message's.
    const newest = aged ? entries.at(-1)?.offset : top;
    if (newest !== undefined) this.witness.saw(epoch, newest);
    this.stale = false;
    if (!this.loaded) {
      Object.assign(this, { epoch, chain, loaded: true });
      this.begin(top, floor, limited, entries, now);
      return this.released(NOTHING, now);
    }
    const isKnown = isSame || (within(chain, this.epoch, last) && last <= top);
    // What was told meanwhile may be further than an older answer.
    const isWhole = last >= top || last >= floor || (aged && !limited && this.isVerified(now));
    Object.assign(this, { epoch, chain });
    if (!isKnown || !isWhole) {
      this.begin(top, floor, limited, entries, now);
      const reason = !isKnown ? "epoch" : limited ? "limit" : "retention";
      return this.released({ gap: { reason, position: this.position }, entries: [] }, now);
    }
    if (floor < this.floor && top >= this.floor) {
      this.replace([...entries.filter(({ offset }) => offset <= this.floor), ...this.tail], floor, limited);
    }
    const next = entries.filter(({ offset }) => offset > last).map((entry) => this.add(entry, now));
    if (top > this.top) this.top = top;
    if (top >= last) this.verifiedAt = now;
    const change = { entries: next };
    return this.released(isSame ? change : { ...change, moved: { epoch, offset: last } }, now);
  }

  /** Goes on with what has come, since the log does not say in time what was before it. */
  giveUp(now: number): Change {
    const [first] = this.held;
    if (first === undefined) return NOTHING;
    const before = first.prev ?? first.offset - 1;
    this.epoch = first.epoch;
    this.chain = [];
    this.loaded = true;
    this.begin(before, before, false, [], now);
    return this.released({ gap: { reason: "hole", position: this.position }, entries: [] }, now);
  }

  /** Nothing of it is here any more, but how far it came. */
  drop(): void {
    this.replace([], this.top, false);
    this.deep = false;
  }

  /** Drops what is over. */
  expire(now: number): void {
    if (this.tail.length > 0 && now - this.addedAt > this.retention.ttlMs) this.drop();
  }

  /** What has waited comes after the change, as far as it is next now. */
  private released(change: Change, now: number): Change {
    // What had come before the log was asked, and is not of the epoch that it says, is of one that is over.
    const waiting = this.held.filter(({ epoch }, i) => i >= this.heldBefore || epoch === this.epoch);
    this.held = [];
    this.heldBefore = 0;
    this.heldBytes = 0;
    const entries = [...change.entries];
    for (const frame of waiting) {
      const next = this.take(frame, now);
      if (next !== undefined) entries.push(next);
    }
    return { ...change, entries };
  }

  private begin(top: number, floor: number, limited: boolean, entries: readonly LogEntry[], now: number): void {
    this.last = this.top = top;
    this.verifiedAt = this.addedAt = now;
    this.deep = false;
    this.replace(entries, floor, limited);
  }

  private follows({ prev }: LogFrame, now: number): boolean {
    // What came before it is over. Whatever was added since nothing was missing cannot be over yet.
    return prev === undefined ? this.isVerified(now) : prev <= this.top;
  }

  /** Nothing that was added since it was last known to be whole can be over by its age: clocks differ, and so half of it. */
  private isVerified(now: number): boolean {
    return now - this.verifiedAt < this.retention.ttlMs / 2;
  }

  private add({ offset, packet, from }: LogEntry, now: number): Next {
    const prev = this.last;
    this.tail.push({ offset, packet, from });
    this.bytes += packet.length;
    this.last = this.top = offset;
    this.verifiedAt = this.addedAt = now;
    this.trim();
    return { epoch: this.epoch, offset, packet, from, prev };
  }

  private replace(entries: readonly LogEntry[], floor: number, limited: boolean): void {
    this.tail = [...entries];
    this.bytes = entries.reduce((sum, { packet }) => sum + packet.length, 0);
    this.floor = floor;
    this.limited = limited;
    this.trim();
  }

  private trim(): void {
    const { size, maxBytes } = this.retention;
    while (this.tail.length > size || this.bytes > maxBytes) {
      const first = this.tail.shift();
      if (first === undefined) return;
      this.bytes -= first.packet.length;
      this.floor = first.offset;
      this.limited = false;
    }
  }

  /** Index of the first message after an offset. */
  private indexAfter(offset: number): number {
    let [low, high] = [0, this.tail.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.tail[middle]?.offset ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Whether a position lies in what is known to be kept of an earlier epoch. */
function within(chain: LogReading["chain"], epoch: string, offset: number): boolean {
  return chain.some(([name, end]) => name === epoch && offset <= end);
}
