import type { Clock } from "../base/clock.ts";
import { type Deferred, deferred, pause } from "../base/within.ts";
import type {
  Added,
  EngineLog,
  Keeping,
  LogEvents,
  LogFrame,
  LogLink,
  LogReading,
  Recording,
} from "../ports/engine-log.ts";
import type { Revocation } from "../ports/revocation.ts";
import type { ReadLimits, Reading } from "../ports/topic-log.ts";
import type { Position } from "../protocol/position.ts";
import { AgreedGrants } from "./agreed-grants.ts";
import { Appender } from "./appender.ts";
import { AwaitedGrants } from "./awaited-grants.ts";
import { Chasing } from "./chasing.ts";
import { inTime } from "./in-time.ts";
import { LogReader, type Read, WAVE } from "./log-reader.ts";
import { type Change, Replica } from "./replica.ts";
import { Unfollowed } from "./unfollowed.ts";

/** UTF-16 units, or bytes, of messages that all replicas of a node have together; over it, those least recently used lose theirs. */
const TAIL_BYTES = 67_108_864;
const AGAIN_MS = 50;
/** Between two looks whether something has not come at all, and where one has failed, twice as long each time. */
const CHECK_MS = 25_000;
const FAILED_CHECK_MS = 500;

export interface ReplicasOptions {
  readonly clock: Clock;
  readonly link: LogLink;
  /** Undefined for a topic that is live. */
  readonly keepingOf: (topic: string) => Keeping | undefined;
  /** What is replayed at most. */
  readonly replay: ReadLimits;
  /** Milliseconds that a subscribe, or one try to publish, waits for the engine. */
  readonly timeoutMs: number;
  readonly ackTimeoutMs: number;
  /** UTF-16 units, or bytes, of publishes that may wait for the engine. */
  readonly maxBytes: number;
  /** What the followers of a topic have to hear. */
  readonly tell: (topic: string, change: Change) => void;
}

/** The recorded topics that are followed on this node, where one engine's server keeps their logs. */
export class Replicas implements LogEvents {
  /** The least recently used first. */
  private readonly replicas = new Map<string, Replica>();
  private readonly reader: LogReader;
  private readonly chasing: Chasing;
  private readonly appender: Appender;
  private readonly options: ReplicasOptions;
  /** The engine's return. */
  private returned: Deferred<EngineLog> | undefined = undefined;
  private checkTimer: unknown = undefined;
  private bytes = 0;
  readonly agreed: AgreedGrants;
  readonly grants: AwaitedGrants;
  private readonly unfollowed: Unfollowed;

  constructor(options: ReplicasOptions) {
    this.options = options;
    this.agreed = new AgreedGrants(() => options.clock.now());
    this.grants = new AwaitedGrants(this.agreed, { ...options, whenUp: () => this.whenUp() });
    this.reader = new LogReader({
      ...options,
      absorb: (topic, replica, reading, deep) => this.absorb(topic, replica, reading, deep),
    });
    this.chasing = new Chasing({
      clock: options.clock,
      isOn: (topic, replica) => this.log !== undefined && this.replicas.get(topic) === replica,
      read: (topic, replica) => this.look(topic, replica, false),
      tell: (topic, change) => this.tell(topic, change),
    });
    this.unfollowed = new Unfollowed(this.reader, (topic) => this.keepingOf(topic));
    this.appender = new Appender({
      ...options,
      added: (topic, recording, added) => this.published(topic, recording, added),
    });
  }

  revoke(revocation: Revocation): void {
    this.agreed.revoke(revocation, this.log);
  }

  append(topic: string, recording: Recording, repeats: boolean): Promise<Added> {
    return this.appender.append(topic, recording, this.keepingOf(topic) as Keeping, repeats);
  }

  /**
   * Resolves when the topic is followed here and its log is known, up to a position where one is given; it stays so until
   * what this gives is called. @throws WsKitError UNAVAILABLE where the engine is away.
   */
  async ready(topic: string, at: Position | undefined): Promise<() => void> {
    const { link } = this.options;
    void link.follow(topic, true);
    const asking = { over: false };
    try {
      await this.inTime(this.prepare(topic, at, asking));
      return () => link.unfollow(topic);
    } catch (error) {
      link.unfollow(topic);
      throw error;
    } finally {
      asking.over = true;
    }
  }

  /** What came after a position of a topic that is followed here. */
  read(topic: string, after: Position | undefined, limits: ReadLimits): Reading {
    const replica = this.of(topic);
    replica.expire(this.options.clock.monotonic());
    return replica.reading(after, limits);
  }

  /** Whether the log goes on from a position, of such a topic. */
  goesOnFrom(topic: string, position: Position): boolean {
    return this.of(topic).offsetOf(position) !== undefined;
  }

  /** Who begins to follow it, and where it began to see the topic. */
  begins(topic: string): WeakMap<object, number> {
    return this.of(topic).begins;
  }

  keepingOf(topic: string): Keeping | undefined {
    return this.options.keepingOf(topic);
  }

  up(log: EngineLog): void {
    this.reader.log = log;
    this.returned?.resolve(log);
    this.returned = undefined;
    this.appender.up(log);
    void this.check(log);
    void this.unfollowed.verify(log);
  }

  down(): void {
    this.reader.log = undefined;
    this.agreed.away();
    for (const replica of this.replicas.values()) replica.stale = true;
    this.options.clock.clearTimeout(this.checkTimer);
    this.appender.down();
  }

  forgotten(topic: string): void {
    const replica = this.replicas.get(topic);
    if (replica === undefined) return;
    this.bytes -= replica.bytes;
    this.replicas.delete(topic);
    if (!replica.witness.isEmpty) this.unfollowed.add(topic, replica.witness);
  }

  added(topic: string, frame: LogFrame): void {
    const replica = this.replicas.get(topic);
    if (replica === undefined) return;
    const before = replica.bytes;
    const next = replica.take(frame, this.options.clock.monotonic());
    this.count(topic, replica, before);
    if (next !== undefined) this.options.tell(topic, { entries: [next] });
    else if (replica.isBehind) this.chasing.begin(topic, replica);
  }

  changed(topic: string, epoch: string): void {
    const { log } = this;
    const replica = this.replicas.get(topic);
    if (log === undefined || replica?.loaded !== true || replica.epoch === epoch) return;
    void this.checked(topic, replica, log, this.reader.number);
  }

  /**
   * What this node has added is delivered before it comes back, where it is next. Where it is not, what is between is most
   * probably on its way: no reason to read.
   */
  private published(topic: string, { packet, from }: Recording, { duplicate, position, prev }: Added): void {
    const replica = this.replicas.get(topic);
    (replica?.witness ?? this.unfollowed.of(topic)).saw(position.epoch, position.offset);
    if (duplicate) return;
    const isNext = replica?.isBehind === false && replica.position.epoch === position.epoch && replica.last === prev;
    if (isNext) this.added(topic, { ...position, prev, packet, from });
  }

  /** What is asked now; undefined while the engine is away. */
  private get log(): EngineLog | undefined {
    return this.reader.log;
  }

  private of(topic: string): Replica {
    let replica = this.replicas.get(topic);
    const keeping = this.keepingOf(topic);
    if (keeping === undefined) throw new Error(`${topic} is not recorded`);
    if (replica === undefined) this.replicas.set(topic, (replica = new Replica(keeping, this.unfollowed.take(topic))));
    return replica;
  }

  private async prepare(topic: string, at: Position | undefined, asking: { readonly over: boolean }): Promise<void> {
    const since = this.reader.number;
    let seen = 0;
    while (!asking.over) {
      await this.whenUp();
      await this.options.link.follow(topic, false);
      const replica = this.of(topic);
      if (replica.loaded && !replica.stale) {
        const offset = at && replica.offsetOf(at);
        if (at === undefined || (offset === undefined && seen > since)) return;
        if (offset !== undefined && (replica.deep || replica.covers(offset))) return;
      }
      // Whoever asks meanwhile shares it, unless it is about what came later.
      const read = this.look(topic, replica, at !== undefined);
      if (await read.succeeds) seen = read.number;
      else await pause(this.options.clock, AGAIN_MS);
    }
  }

  private look(topic: string, replica: Replica, deep: boolean): Read {
    return this.reader.read(topic, replica, this.keepingOf(topic) as Keeping, deep);
  }

  private absorb(topic: string, replica: Replica, reading: LogReading, deep: boolean): void {
    if (this.replicas.get(topic) !== replica) return;
    const before = replica.bytes;
    const change = replica.absorb(reading, this.options.clock.monotonic());
    if (deep) replica.deep = true;
    this.count(topic, replica, before);
    this.tell(topic, change);
  }

  private tell(topic: string, change: Change): void {
    if (change.gap !== undefined || change.moved !== undefined || change.entries.length > 0) {
      this.options.tell(topic, change);
    }
  }

  /** Asks all logs, again and again, whether something was added that did not come. */
  private async check(log: EngineLog, failures = 0): Promise<void> {
    const { clock, link } = this.options;
    await this.inTime(this.agreed.agree(log)).catch(() => {});
    const all = [...this.replicas];
    let isWhole = true;
    for (let i = 0; i < all.length; i += WAVE) {
      const reads = all.slice(i, i + WAVE).map(async ([topic, replica]) => {
        // Somebody waits for a subscribe, and reads it by itself.
        if (!replica.loaded) return true;
        await link.follow(topic, false);
        return this.checked(topic, replica, log);
      });
      if ((await Promise.all(reads)).includes(false)) isWhole = false;
    }
    if (this.log !== log) return;
    clock.clearTimeout(this.checkTimer);
    const failed = isWhole ? 0 : failures + 1;
    const ms = isWhole ? CHECK_MS : Math.min(FAILED_CHECK_MS * 2 ** failed, CHECK_MS);
    this.checkTimer = clock.setTimeout(() => void this.check(log, failed), ms * (0.9 + Math.random() / 5));
  }

  /** @param since What was asked up to this question is no answer. */
  private checked(topic: string, replica: Replica, log: EngineLog, since = 0): Promise<boolean> {
    return this.reader.repeat(log, async () => {
      if (this.replicas.get(topic) !== replica) return true;
      const { number, succeeds } = this.look(topic, replica, false);
      return (await succeeds) && (number > since || this.look(topic, replica, false).succeeds);
    });
  }

  /** Makes room where there is too much. */
  private count(topic: string, replica: Replica, before: number): void {
    this.bytes += replica.bytes - before;
    this.replicas.delete(topic);
    this.replicas.set(topic, replica);
    for (const other of this.replicas.values()) {
      if (other === replica || this.bytes <= TAIL_BYTES) break;
      this.bytes -= other.bytes;
      other.drop();
    }
  }

  private inTime<T>(doing: Promise<T>): Promise<T> {
    return inTime(this.options.clock, this.options.timeoutMs, doing);
  }

  private whenUp(): Promise<EngineLog> {
    if (this.log !== undefined) return Promise.resolve(this.log);
    return (this.returned ??= deferred<EngineLog>()).promise;
  }
}
