import type { Clock } from "../base/clock.ts";
import { attempt } from "../base/when.ts";
import type { EngineSession } from "../ports/engine.ts";

/** Most topics of one `follow`. */
const BATCH = 1_000;
/** How long a topic that nobody follows any more is kept, so that a reload does not cost two commands. */
const UNFOLLOW_AFTER_MS = 2_000;
const RETRY_MS = 50;
const MAX_RETRY_MS = 1_000;

/** One topic: how many listeners of this process follow it, and whether the engine knows. */
interface Wish {
  listeners: number;
  state: "wanted" | "asked" | "followed";
  /** Resolved when it is followed, or need not be waited for any longer. */
  effective: Effective | undefined;
  /** When nobody followed it any more, by the monotonic clock. */
  leftAt: number;
}

interface Effective {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  timer: unknown;
}

export interface InterestEvents {
  /** Everything that is wanted is followed. */
  complete(): void;
  /** The engine refused. */
  failed(error: unknown): void;
  /** The topic is followed no longer. */
  forgotten(topic: string): void;
}

/**
 * What this node wants to hear. The number of followers is the wish, and whatever the engine does meanwhile (refuses, goes
 * away, stays silent) it is asked until both agree. Nobody is refused because of the engine.
 */
export class Interest {
  private readonly wishes = new Map<string, Wish>();
  private session: EngineSession | undefined = undefined;
  /** Rises with each session, so that what an old one answers is not believed. */
  private generation = 0;
  /** Wished for and not followed yet. */
  private missing = new Set<string>();
  private lingering = new Set<string>();
  private scheduled = false;
  private refusals = 0;
  private retryTimer: unknown = undefined;
  private lingerTimer: unknown = undefined;

  private readonly clock: Clock;
  private readonly timeoutMs: number;
  private readonly told: InterestEvents;

  constructor(clock: Clock, timeoutMs: number, told: InterestEvents) {
    this.clock = clock;
    this.timeoutMs = timeoutMs;
    this.told = told;
  }

  get size(): number {
    return this.wishes.size;
  }

  get complete(): boolean {
    return this.missing.size === 0;
  }

  /** A listener has its first follower of the topic. */
  add(topic: string): void {
    const wish = this.wishes.get(topic);
    if (wish !== undefined) {
      wish.listeners++;
      this.lingering.delete(topic);
      return;
    }
    this.wishes.set(topic, { listeners: 1, state: "wanted", effective: undefined, leftAt: 0 });
    this.missing.add(topic);
    this.schedule();
  }

  /** What a follower waits for until other nodes' publishes arrive: nothing while the engine is away. */
  whenEffective(topic: string): Promise<void> | undefined {
    const wish = this.wishes.get(topic);
    if (wish === undefined || wish.state === "followed" || this.session === undefined) return undefined;
    return (wish.effective ??= this.effective(wish)).promise;
  }

  private effective(wish: Wish): Effective {
    let resolve!: () => void;
    const promise = new Promise<void>((done) => (resolve = done));
    return { promise, resolve, timer: this.clock.setTimeout(() => this.release(wish), this.timeoutMs) };
  }

  private release(wish: Wish): void {
    if (wish.effective === undefined) return;
    this.clock.clearTimeout(wish.effective.timer);
    wish.effective.resolve();
    wish.effective = undefined;
  }

  /** A listener's last follower has left. */
  delete(topic: string): void {
    const wish = this.wishes.get(topic);
    if (wish === undefined || --wish.listeners > 0) return;
    wish.leftAt = this.clock.monotonic();
    this.lingering.add(topic);
    this.lingerTimer ??= this.clock.setTimeout(this.sweep, UNFOLLOW_AFTER_MS);
  }

  private readonly sweep = (): void => {
    this.lingerTimer = undefined;
    const now = this.clock.monotonic();
    const gone: string[] = [];
    for (const topic of this.lingering) {
      const left = (this.wishes.get(topic)?.leftAt ?? 0) + UNFOLLOW_AFTER_MS - now;
      // A set keeps the order in which they were left: the rest is younger.
      if (left > 0) {
        this.lingerTimer = this.clock.setTimeout(this.sweep, left);
        break;
      }
      this.forget(topic);
      gone.push(topic);
    }
    const { session } = this;
    if (session === undefined) return;
    for (let i = 0; i < gone.length; i += BATCH) void attempt(() => session.unfollow(gone.slice(i, i + BATCH)));
    this.tellIfComplete();
  };

  private forget(topic: string): void {
    const wish = this.wishes.get(topic);
    this.lingering.delete(topic);
    this.missing.delete(topic);
    this.wishes.delete(topic);
    if (wish !== undefined) this.release(wish);
    this.told.forgotten(topic);
  }

  /** The engine answers, and follows nothing yet. */
  up(session: EngineSession): void {
    this.generation++;
    this.session = session;
    this.refusals = 0;
    for (const [topic, wish] of this.wishes) {
      wish.state = "wanted";
      this.missing.add(topic);
    }
    this.schedule();
    this.tellIfComplete();
  }

  down(): void {
    this.generation++;
    this.session = undefined;
    this.clock.clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    for (const [topic, wish] of this.wishes) {
      wish.state = "wanted";
      this.missing.add(topic);
      this.release(wish);
    }
  }

  close(): void {
    this.down();
    this.clock.clearTimeout(this.lingerTimer);
    this.lingerTimer = undefined;
    this.wishes.clear();
    this.missing.clear();
    this.lingering.clear();
  }

  private schedule(): void {
    if (this.scheduled || this.session === undefined) return;
    this.scheduled = true;
    queueMicrotask(this.reconcile);
  }

  private readonly reconcile = (): void => {
    this.scheduled = false;
    this.retryTimer = undefined;
    if (this.session === undefined) return;
    let batch: string[] = [];
    for (const topic of this.missing) {
      const wish = this.wishes.get(topic);
      if (wish?.state !== "wanted") continue;
      wish.state = "asked";
      if (batch.push(topic) < BATCH) continue;
      this.ask(this.session, batch);
      batch = [];
    }
    if (batch.length > 0) this.ask(this.session, batch);
  };

  private ask(session: EngineSession, topics: readonly string[]): void {
    const { generation } = this;
    attempt(() => session.follow(topics)).then(
      () => generation === this.generation && this.followed(topics),
      (error: unknown) => generation === this.generation && this.refused(topics, error),
    );
  }

  private followed(topics: readonly string[]): void {
    this.refusals = 0;
    for (const topic of topics) {
      const wish = this.wishes.get(topic);
      if (wish?.state !== "asked") continue;
      wish.state = "followed";
      this.missing.delete(topic);
      this.release(wish);
    }
    this.tellIfComplete();
  }

  private refused(topics: readonly string[], error: unknown): void {
    for (const topic of topics) {
      const wish = this.wishes.get(topic);
      if (wish?.state === "asked") wish.state = "wanted";
    }
    this.told.failed(error);
    const least = Math.min(RETRY_MS * 2 ** this.refusals++, MAX_RETRY_MS);
    this.retryTimer ??= this.clock.setTimeout(this.reconcile, least * (1 + Math.random()));
  }

  private tellIfComplete(): void {
    if (this.session !== undefined && this.complete) this.told.complete();
  }
}
