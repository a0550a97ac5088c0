import type { Clock } from "../base/clock.ts";
import { attempt } from "../base/when.ts";
import { within } from "../base/within.ts";
import { type MemberEvents, type Members, type MemberStore, processOf } from "../ports/member-store.ts";

/** Milliseconds after which a node that does not renew its lease counts as dead. */
export const LEASE_MS = 10_000;
export const BEAT_MS = 3_000;
const RETRY_MS = 1_000;
/** Milliseconds for which a node that ends is still counted, so that its clients are on others before it is gone. */
const RELEASE_MS = 3_000;

/** For so long after a lease has ended what its node says is not passed over: the next look tells whether it is dead. */
const LATE_MS = 2_000;

/** Another node. */
interface Other {
  /** When its lease ends, by the monotonic clock; `-Infinity` of one that is dead. */
  endsAt: number;
  /** When it was last heard of. */
  heardAt: number;
  /** The server had its lease when it was last asked. */
  isListed: boolean;
}

/**
 * This node's lease with one server of an engine, and the others'. It has a new name each time the link comes up and each
 * time its lease has ended, as that of a process that was stopped for a while: what it had under another is then written
 * again or gone, whatever the server has kept of it.
 */
export class NodeLeases implements Members {
  private readonly clock: Clock;
  private readonly process: string;
  private readonly failed: (error: unknown) => void;
  private readonly others: Map<string, Other> = new Map();
  private readonly events: Set<MemberEvents> = new Set();
  /** Names that it had, until all that was written under them is gone. */
  private former: string[] = [];
  private linked: MemberStore | undefined = undefined;
  private named: string | undefined = undefined;
  private count = 0;
  private timer: unknown = undefined;
  private generation = 0;

  constructor(clock: Clock, process: string, failed: (error: unknown) => void) {
    this.clock = clock;
    this.process = process;
    this.failed = failed;
  }

  get node(): string | undefined {
    return this.named;
  }

  get store(): MemberStore | undefined {
    return this.linked;
  }

  isLive(node: string): boolean {
    const other = this.others.get(node);
    const now = this.clock.monotonic();
    if (other !== undefined) return other.endsAt + LATE_MS > now || this.linked === undefined;
    this.others.set(node, { endsAt: now + LEASE_MS, heardAt: now, isListed: false });
    return true;
  }

  isListed(node: string): boolean {
    return this.others.get(node)?.isListed === true;
  }

  listen(events: MemberEvents): void {
    this.events.add(events);
    if (this.named !== undefined) this.tellBegun(events, this.named).catch(this.failed);
  }

  up(store: MemberStore): void {
    this.linked = store;
    this.generation++;
    this.begin(store);
  }

  down(): void {
    this.generation++;
    this.linked = undefined;
    this.unname();
    this.stop();
  }

  /** Everything is followed again, or something was missed. */
  behind(): void {
    if (this.named !== undefined) for (const each of this.events) each.behind();
  }

  /** Ends the lease soon; what was written stays until then. */
  async close(): Promise<void> {
    const { linked, named } = this;
    this.down();
    this.events.clear();
    if (linked === undefined || named === undefined) return;
    const released = attempt(() => linked.release(named, RELEASE_MS));
    await within(this.clock, RETRY_MS, released).catch(() => {});
  }

  private begin(store: MemberStore): void {
    this.unname();
    const { generation } = this;
    const name = `${this.process}-${++this.count}`;
    const askedAt = this.clock.monotonic();
    // What becomes of it is known only when it is answered.
    this.former.push(name);
    attempt(() => store.renew(name, LEASE_MS, true))
      .then(async (leases) => {
        if (generation !== this.generation) return;
        this.former = this.former.filter((other) => other !== name);
        this.named = name;
        this.learn(leases as ReadonlyMap<string, number>, askedAt);
        await Promise.all([...this.events].map((each) => this.tellBegun(each, name)));
        await this.sweepFormer(store, generation);
      })
      .catch((error: unknown) => this.again(error, generation));
  }

  private tellBegun(events: MemberEvents, name: string): Promise<unknown> {
    return attempt(() => events.begun(name));
  }

  private unname(): void {
    if (this.named !== undefined) this.former.push(this.named);
    this.named = undefined;
  }

  private async sweepFormer(store: MemberStore, generation: number): Promise<void> {
    const { former } = this;
    for (const name of former) {
      if (generation !== this.generation) return;
      await store.sweep(name);
      this.former = this.former.filter((other) => other !== name);
    }
  }

  private readonly beat = (): void => {
    this.timer = undefined;
    const { generation, linked, named } = this;
    if (linked === undefined) return;
    if (named === undefined) return this.begin(linked);
    const askedAt = this.clock.monotonic();
    attempt(() => linked.renew(named, LEASE_MS, false))
      .then(async (leases) => {
        if (generation !== this.generation) return;
        if (leases === undefined) return this.begin(linked);
        this.learn(leases as ReadonlyMap<string, number>, askedAt);
        // What could not be taken away before: nobody else does it, as long as this is the first of the living.
        await this.sweepFormer(linked, generation);
      })
      .catch((error: unknown) => this.again(error, generation));
  };

  private again(error: unknown, generation: number): void {
    if (generation !== this.generation) return;
    this.failed(error);
    this.lookIn(RETRY_MS);
  }

  private learn(leases: ReadonlyMap<string, number>, askedAt: number): void {
    const now = this.clock.monotonic();
    const dead: string[] = [];
    let next = BEAT_MS;
    for (const [node, left] of leases) {
      if (this.isOwn(node)) continue;
      if (left <= 0) {
        dead.push(node);
        // Also one that was never heard of: what it has left must not pass for news of one that has just come.
        if (!this.others.has(node)) this.others.set(node, { endsAt: -Infinity, heardAt: now, isListed: false });
        continue;
      }
      this.others.set(node, { endsAt: askedAt + left, heardAt: now, isListed: true });
      // One that is about to end is looked at when it has.
      next = Math.min(next, left + 1);
    }
    for (const [node, other] of this.others) {
      const left = leases.get(node);
      if ((left ?? 0) > 0) continue;
      other.isListed = false;
      const hasEnded = left !== undefined || this.isRenamed(node, leases) || other.endsAt <= now;
      // Of one whose lease is not there though it should be, the server has forgotten everything: it will say it again.
      if (!hasEnded) next = Math.min(next, other.endsAt - now + 1);
      else if (other.heardAt <= askedAt) this.bury(node, other, left !== undefined);
    }
    this.sweep(dead, leases);
    this.lookIn(next);
  }

  /** @param isKept Something of it may still be found. */
  private bury(node: string, other: Other, isKept: boolean): void {
    const isNew = other.endsAt > -Infinity;
    if (isKept) other.endsAt = -Infinity;
    else this.others.delete(node);
    if (isNew) for (const each of this.events) each.gone(node);
  }

  /** Whether its process has a lease under another name. */
  private isRenamed(node: string, leases: ReadonlyMap<string, number>): boolean {
    const process = processOf(node);
    for (const [other, left] of leases) if (left > 0 && processOf(other) === process) return true;
    return false;
  }

  /** The first of the living takes away what the dead have left. */
  private sweep(dead: readonly string[], leases: ReadonlyMap<string, number>): void {
    const { linked, named } = this;
    if (dead.length === 0 || linked === undefined || named === undefined) return;
    for (const [node, left] of leases) if (left > 0 && node < named && !this.isOwn(node)) return;
    for (const node of dead) attempt(() => linked.sweep(node)).catch(this.failed);
  }

  private isOwn(node: string): boolean {
    return node.startsWith(`${this.process}-`);
  }

  private lookIn(ms: number): void {
    this.stop();
    this.timer = this.clock.setTimeout(this.beat, ms);
  }

  private stop(): void {
    this.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }
}
