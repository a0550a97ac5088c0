import type { Clock } from "../base/clock.ts";
import type { PresencePolicy } from "../message/presence.ts";
import type { Packet } from "../protocol/codec.ts";
import { PRESENCE_TYPE } from "../protocol/envelope.ts";
import { writeUnlessBehind } from "../sending/overflow.ts";
import { report } from "../sending/report.ts";
import type { Connection } from "../state/connection.ts";
import { type Entry, type News, PresenceRoom } from "./room.ts";

/** Milliseconds for which what has changed is gathered. */
const BATCH_MS = 100;
/** Milliseconds between two counts of a topic that has too many members to tell of each. */
const COUNT_MS = 1_000;
/** Milliseconds after which one who was behind is looked at again. */
const BEHIND_MS = 1_000;

const LEFT_OUT = { key: undefined };

/** One topic's presence, and the connections of this process that are told of it. */
export class Watched {
  readonly topic: string;
  readonly room: PresenceRoom;
  /** Who is told, and whether it has to be told everything since it was told nothing, or was left out. */
  private readonly watchers: Map<Connection, boolean> = new Map();
  private readonly clock: Clock;
  private version = 0;
  private timer: unknown = undefined;
  private dueAt = Infinity;
  /** What other nodes say is asked for: nobody is told before. */
  private waiting: Promise<void> | undefined = undefined;

  constructor(topic: string, policy: PresencePolicy, clock: Clock) {
    this.topic = topic;
    this.room = new PresenceRoom(policy);
    this.clock = clock;
  }

  /** Nobody is there, and nobody looks. */
  get idle(): boolean {
    return this.room.size === 0 && this.watchers.size === 0;
  }

  set(id: string, entry: Entry): void {
    if (this.room.set(id, entry)) this.changed();
  }

  delete(id: string): void {
    if (this.room.delete(id)) this.changed();
  }

  get isWatched(): boolean {
    return this.watchers.size > 0;
  }

  /** Whether what is known here is everything. */
  get isWhole(): boolean {
    return this.isWatched && this.waiting === undefined;
  }

  /** Nobody is told before this has ended. */
  waitFor(whole: Promise<void>): void {
    this.waiting = whole;
    void whole.then(() => {
      if (this.waiting !== whole) return;
      this.waiting = undefined;
      this.tellAll();
    });
  }

  /** Tells a connection from now on; one that asks again has missed something. */
  watch(conn: Connection): void {
    this.room.begin();
    const isNew = !this.watchers.has(conn);
    this.watchers.set(conn, true);
    if (this.waiting !== undefined) return;
    if (!isNew || !this.tell(conn, this.encode(conn, this.room.whole()))) this.tellIn(BATCH_MS);
  }

  /** Whether a connection is told. */
  tells(conn: Connection): boolean {
    return this.watchers.has(conn);
  }

  /** One that was told before it slept: with the next change it is told everything, whatever its last version was. */
  resume(conn: Connection): void {
    this.room.begin();
    this.watchers.set(conn, true);
  }

  unwatch(conn: Connection): void {
    if (!this.watchers.delete(conn) || this.watchers.size > 0) return;
    this.room.rest();
    this.stop();
  }

  stop(): void {
    this.clock.clearTimeout(this.timer);
    this.timer = undefined;
    this.dueAt = Infinity;
  }

  private changed(): void {
    if (this.isWhole) this.tellIn(this.room.counts ? COUNT_MS : BATCH_MS);
  }

  private tellIn(ms: number): void {
    const at = this.clock.monotonic() + ms;
    if (this.dueAt <= at) return;
    this.clock.clearTimeout(this.timer);
    this.dueAt = at;
    this.timer = this.clock.setTimeout(this.tellAll, ms);
  }

  private readonly tellAll = (): void => {
    this.timer = undefined;
    this.dueAt = Infinity;
    const [first] = this.watchers.keys();
    if (first === undefined) return;
    const news = this.room.news();
    if (news !== undefined) this.version++;
    const frame = news && this.encode(first, news);
    let whole = news?.state === undefined ? undefined : frame;
    let behind = false;
    for (const [conn, isStale] of this.watchers) {
      if (!isStale && frame === undefined) continue;
      const due = isStale ? (whole ??= this.encode(conn, this.room.whole())) : (frame as Packet);
      if (!this.tell(conn, due)) behind = true;
    }
    if (behind) this.tellIn(BEHIND_MS);
  };

  /** @returns whether it was sent. */
  private tell(conn: Connection, frame: Packet): boolean {
    let written = false;
    try {
      written = writeUnlessBehind(conn, frame, LEFT_OUT);
      conn.hub.hooks?.sent(conn, PRESENCE_TYPE, undefined, frame, written);
    } catch (error) {
      report(conn.hub, error, undefined, conn);
    }
    // One that was closed for what it has not read is no longer among them.
    if (this.watchers.has(conn)) this.watchers.set(conn, !written);
    return written;
  }

  private encode({ hub }: Connection, news: News): Packet {
    const { topic, version } = this;
    return hub.codec.encode({ type: PRESENCE_TYPE, payload: { topic, version, ...news } });
  }
}
