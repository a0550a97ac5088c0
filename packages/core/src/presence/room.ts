import type { PresencePolicy } from "../message/presence.ts";

/** What one connection, here or on another node, says of itself in a topic. */
export interface Entry {
  /** Its member. */
  readonly key: string;
  /** Its state as JSON. */
  readonly text: string;
  /** Its connection has closed: it is there no longer than `graceMs`. */
  readonly lingers: boolean;
}

/** What those who watch a topic are told of it: everything, what has changed, or how many there are. */
export interface News {
  readonly state?: Readonly<Record<string, readonly unknown[]>>;
  readonly join?: Readonly<Record<string, readonly unknown[]>>;
  readonly update?: Readonly<Record<string, readonly unknown[]>>;
  readonly leave?: readonly string[];
  readonly count: number;
}

/** Members of one that is told by its count, as a share of `maxMembers`, from which on they are told one by one again. */
const AGAIN = 0.9;

/**
 * Who is there in one topic, and what has been told of it. Members are told of by comparing: one that leaves and comes back
 * between two tellings never left.
 */
export class PresenceRoom {
  readonly policy: PresencePolicy;
  private readonly entries: Map<string, Entry> = new Map();
  /** By member, its entries. */
  private readonly members: Map<string, Set<string>> = new Map();
  /** Members about whom something may have to be told. */
  private readonly changed: Set<string> = new Set();
  /** What was told of each member, as JSON; undefined where only the count is told. */
  private told: Map<string, string> | undefined = new Map();
  private toldCount = 0;
  /** Somebody is told. */
  private watched = false;

  constructor(policy: PresencePolicy) {
    this.policy = policy;
  }

  get count(): number {
    return this.members.size;
  }

  get size(): number {
    return this.entries.size;
  }

  /** Whether it is told by its count alone. */
  get counts(): boolean {
    return this.told === undefined;
  }

  [Symbol.iterator](): IterableIterator<[id: string, entry: Entry]> {
    return this.entries[Symbol.iterator]();
  }

  /** @returns whether that changes anything. */
  set(id: string, entry: Entry): boolean {
    const before = this.entries.get(id);
    if (before?.text === entry.text && before.key === entry.key && before.lingers === entry.lingers) return false;
    if (before !== undefined && before.key !== entry.key) this.delete(id);
    this.entries.set(id, entry);
    const ids = this.members.get(entry.key);
    if (ids === undefined) this.members.set(entry.key, new Set([id]));
    else ids.add(id);
    if (this.watched) this.changed.add(entry.key);
    return true;
  }

  /** @returns whether it was there. */
  delete(id: string): boolean {
    const entry = this.entries.get(id);
    if (entry === undefined) return false;
    this.entries.delete(id);
    const ids = this.members.get(entry.key);
    ids?.delete(id);
    if (ids?.size === 0) this.members.delete(entry.key);
    if (this.watched) this.changed.add(entry.key);
    return true;
  }

  list(): Map<string, unknown[]> {
    return new Map([...this.members.keys()].map((key) => [key, this.statesOf(key)]));
  }

  /** From now on somebody is told of it. */
  begin(): void {
    if (this.watched) return;
    this.watched = true;
    this.told = this.count > this.policy.maxMembers ? undefined : this.texts();
    this.toldCount = this.count;
  }

  /** Nobody is. */
  rest(): void {
    this.watched = false;
    this.changed.clear();
    this.told = undefined;
  }

  /** What those who watch have not been told yet; undefined where that is nothing. */
  news(): News | undefined {
    const { changed, count, told } = this;
    const { maxMembers } = this.policy;
    if (told === undefined ? count <= maxMembers * AGAIN : count > maxMembers) return this.turn();
    if (told === undefined) {
      changed.clear();
      if (count === this.toldCount) return undefined;
      this.toldCount = count;
      return { count };
    }
    const join: Record<string, readonly unknown[]> = {};
    const update: Record<string, readonly unknown[]> = {};
    const leave: string[] = [];
    for (const key of changed) {
      const before = told.get(key);
      const now = this.members.has(key) ? this.textOf(key) : undefined;
      if (now === before) continue;
      if (now === undefined) {
        leave.push(key);
        told.delete(key);
        continue;
      }
      define(before === undefined ? join : update, key, JSON.parse(now) as unknown[]);
      told.set(key, now);
    }
    changed.clear();
    const [joins, updates] = [Object.keys(join).length > 0, Object.keys(update).length > 0];
    if (!joins && !updates && leave.length === 0) return undefined;
    this.toldCount = count;
    return { ...(joins && { join }), ...(updates && { update }), ...(leave.length > 0 && { leave }), count };
  }

  /** What those who watch have been told, for one who has just begun to. */
  whole(): News {
    const { told, toldCount: count } = this;
    if (told === undefined) return { count };
    const state: Record<string, readonly unknown[]> = {};
    for (const [key, text] of told) define(state, key, JSON.parse(text) as unknown[]);
    return { state, count };
  }

  /** From their members to their count, or back. */
  private turn(): News {
    this.changed.clear();
    this.toldCount = this.count;
    this.told = this.told === undefined ? this.texts() : undefined;
    return this.whole();
  }

  private texts(): Map<string, string> {
    return new Map([...this.members.keys()].map((key) => [key, this.textOf(key)]));
  }

  /** The states of a member's connections; of one whose connections have all closed, what they said last. */
  private statesOf(key: string): unknown[] {
    return JSON.parse(this.textOf(key)) as unknown[];
  }

  private textOf(key: string): string {
    const entries = [...(this.members.get(key) ?? [])].map((id) => this.entries.get(id) as Entry);
    const live = entries.filter(({ lingers }) => !lingers);
    const shown = live.length > 0 ? live : entries;
    return `[${shown.map(({ text }) => text).join(",")}]`;
  }
}

/** A member may be called `__proto__`. */
function define(record: Record<string, readonly unknown[]>, key: string, value: readonly unknown[]): void {
  Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}
