import type { Clock } from "../base/clock.ts";
import type { NodeLink } from "../ports/engine.ts";
import { type MemberEvents, type Members, processOf } from "../ports/member-store.ts";
import type { Packet } from "../protocol/codec.ts";
import { away, channelOf, entriesIn, entryOf, type Found, type Notice, noticeOf, type Told, toldOf } from "./notice.ts";
import type { Entry } from "./room.ts";

/** Milliseconds for which what has changed here is gathered. */
const BATCH_MS = 100;
const RETRY_MS = 1_000;
/** Most changes that are written at once. */
const MOST = 1_000;
/** Topics that are written or read at once, where that has to be done with all of them. */
const TOGETHER = 100;

/** Where what other nodes say goes. */
export interface Seen {
  set(id: string, entry: Entry): void;
  delete(id: string): void;
}

interface Topic {
  readonly name: string;
  /** What is to be said of connections of this node. */
  readonly own: Map<string, Entry>;
  /** Of which that has yet to be done. */
  readonly dirty: Set<string>;
  writing: Promise<void> | undefined;
  /** Where what others say goes; undefined while nobody here looks. */
  seen: Seen | undefined;
  /** By entry, the node that says it. */
  readonly owners: Map<string, string>;
  /** What came while the whole is read. */
  early: Notice[] | undefined;
  /** Counts readings: of several the last one counts. */
  readings: number;
}

/**
 * Who is there on other nodes. Each node writes what it knows of its own connections into a set of the engine, and then says
 * that to all who listen; who looks reads the set once and listens, and reads it again where something may have been missed. What
 * a node has written counts as long as its lease.
 */
export class Elsewhere implements MemberEvents {
  private readonly link: NodeLink;
  private readonly clock: Clock;
  private readonly topics: Map<string, Topic> = new Map();
  private readonly changed: Set<Topic> = new Set();
  private timer: unknown = undefined;

  constructor(link: NodeLink, clock: Clock) {
    this.link = link;
    this.clock = clock;
    link.watchMembers(this);
  }

  /** What a connection of this node says has changed; undefined where it is gone. */
  say(name: string, id: string, entry: Entry | undefined): void {
    const topic = this.topicOf(name);
    if (entry === undefined) topic.own.delete(id);
    else topic.own.set(id, entry);
    topic.dirty.add(id);
    this.changed.add(topic);
    this.writeIn(BATCH_MS);
  }

  /**
   * From now on somebody here looks.
   * @returns a promise for when everything is known, or cannot be for now.
   */
  async look(name: string, seen: Seen): Promise<void> {
    const topic = this.topicOf(name);
    topic.seen = seen;
    await this.link.listen(channelOf(name), (frame) => this.heard(topic, frame));
    await this.read(topic);
  }

  /** Nobody does. */
  lookAway(name: string): void {
    const topic = this.topics.get(name);
    if (topic?.seen === undefined) return;
    for (const id of topic.owners.keys()) topic.seen.delete(id);
    topic.owners.clear();
    topic.seen = undefined;
    topic.readings++;
    topic.early = undefined;
    this.link.unlisten(channelOf(name));
    this.forget(topic);
  }

  /**
   * Who is there on other nodes, asked for once.
   * @throws WsKitError UNAVAILABLE where the engine is away, by rejecting.
   */
  async list(name: string): Promise<Map<string, Entry>> {
    const members = this.membersOf(name);
    const store = members?.node === undefined ? undefined : members.store;
    if (members === undefined || store === undefined) throw away(name);
    try {
      const found = await store.read(channelOf(name));
      return new Map([...entriesIn(members, found)].map(([id, { entry }]) => [id, entry]));
    } catch (error) {
      throw away(name, error);
    }
  }

  async begun(): Promise<void> {
    const all = [...this.topics.values()];
    for (const topic of all) for (const id of topic.own.keys()) topic.dirty.add(id);
    for (let i = 0; i < all.length; i += TOGETHER) {
      await Promise.all(all.slice(i, i + TOGETHER).map((topic) => this.write(topic)));
    }
    this.behind();
  }

  gone(node: string): void {
    for (const { owners, seen } of this.topics.values()) {
      for (const [id, owner] of owners) {
        if (owner !== node) continue;
        owners.delete(id);
        seen?.delete(id);
      }
    }
  }

  behind(): void {
    void this.readAll();
  }

  stop(): void {
    this.clock.clearTimeout(this.timer);
    for (const topic of this.topics.values()) {
      topic.readings++;
      topic.seen = undefined;
    }
    this.topics.clear();
    this.changed.clear();
  }

  private async readAll(): Promise<void> {
    const looked = [...this.topics.values()].filter(({ seen }) => seen !== undefined);
    for (let i = 0; i < looked.length; i += TOGETHER) {
      await Promise.all(looked.slice(i, i + TOGETHER).map((topic) => this.read(topic)));
    }
  }

  private topicOf(name: string): Topic {
    let topic = this.topics.get(name);
    if (topic !== undefined) return topic;
    topic = {
      name,
      own: new Map(),
      dirty: new Set(),
      writing: undefined,
      seen: undefined,
      owners: new Map(),
      early: undefined,
      readings: 0,
    };
    this.topics.set(name, topic);
    return topic;
  }

  private forget(topic: Topic): void {
    if (topic.own.size > 0 || topic.dirty.size > 0 || topic.seen !== undefined || topic.writing !== undefined) return;
    if (this.topics.get(topic.name) === topic) this.topics.delete(topic.name);
  }

  private membersOf(name: string): Members | undefined {
    return this.link.membersOf(channelOf(name));
  }

  private writeIn(ms: number): void {
    this.timer ??= this.clock.setTimeout(() => {
      this.timer = undefined;
      const topics = [...this.changed];
      this.changed.clear();
      for (const topic of topics) void this.write(topic);
    }, ms);
  }

  /** Writes what has to be, and what comes to that meanwhile. */
  private write(topic: Topic): Promise<void> {
    topic.writing ??= this.writeAll(topic).finally(() => {
      topic.writing = undefined;
      this.forget(topic);
    });
    return topic.writing;
  }

  private async writeAll(topic: Topic): Promise<void> {
    const { dirty, name, own } = topic;
    while (dirty.size > 0) {
      const { node, store } = this.membersOf(name) ?? {};
      // It is written when a lease begins.
      if (node === undefined || store === undefined) return;
      const ids = [...dirty].slice(0, MOST);
      const entries = Object.fromEntries(ids.map((id) => [id, toldOf(own.get(id))]));
      const changes = new Map(ids.map((id) => [id, entries[id] === null ? undefined : JSON.stringify(entries[id])]));
      for (const id of ids) dirty.delete(id);
      try {
        await store.write(channelOf(name), node, changes, own.size === 0);
        if (this.tell(channelOf(name), node, Object.entries(entries))) continue;
      } catch {
        // As one that was not said.
      }
      for (const id of ids) dirty.add(id);
      this.changed.add(topic);
      this.writeIn(RETRY_MS);
      return;
    }
  }

  /** In as many parts as the engine carries. @returns whether all were taken. */
  private tell(channel: string, node: string, entries: readonly (readonly [id: string, told: Told | null])[]): boolean {
    const notice: Notice = { node, entries: Object.fromEntries(entries) };
    const text = JSON.stringify(notice);
    if (this.link.publish(channel, text) === "sent") return true;
    if (entries.length < 2 || this.link.limitOf(channel, text) === undefined) return false;
    const half = entries.length >> 1;
    return this.tell(channel, node, entries.slice(0, half)) && this.tell(channel, node, entries.slice(half));
  }

  /** Everything that others say of a topic. */
  private async read(topic: Topic): Promise<void> {
    const members = this.membersOf(topic.name);
    // Read when a lease begins.
    if (members?.node === undefined || members.store === undefined || topic.seen === undefined) return;
    const reading = ++topic.readings;
    // What was said before was written before.
    topic.early = [];
    try {
      const found = entriesIn(members, await members.store.read(channelOf(topic.name)));
      if (reading !== topic.readings) return;
      this.take(topic, members, found);
    } catch {
      if (reading === topic.readings) this.clock.setTimeout(() => void this.read(topic), RETRY_MS);
    }
  }

  private take(topic: Topic, members: Members, found: ReadonlyMap<string, Found>): void {
    const { owners, seen } = topic;
    const early = topic.early ?? [];
    topic.early = undefined;
    for (const [id, owner] of owners) {
      if (found.has(id) || (!members.isListed(owner) && members.isLive(owner))) continue;
      owners.delete(id);
      seen?.delete(id);
    }
    for (const [id, { entry, node }] of found) {
      owners.set(id, node);
      seen?.set(id, entry);
    }
    for (const notice of early) this.apply(topic, notice);
  }

  private heard(topic: Topic, frame: Packet): void {
    const notice = noticeOf(frame);
    if (notice === undefined || topic.seen === undefined) return;
    topic.early?.push(notice);
    this.apply(topic, notice);
  }

  private apply({ name, owners, seen }: Topic, { node, entries }: Notice): void {
    if (this.membersOf(name)?.isLive(node) !== true) return;
    for (const [entryId, told] of Object.entries(entries)) {
      const id = `${processOf(node)}:${entryId}`;
      if (told === null) {
        owners.delete(id);
        seen?.delete(id);
        continue;
      }
      owners.set(id, node);
      seen?.set(id, entryOf(told));
    }
  }
}
