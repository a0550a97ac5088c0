import type { AnyMessage, Live, NeedsHistory, Present, TopicName } from "@ws-kit/core/protocol";
import type { Off } from "./off.ts";
import type { LiveSubscription, NeedsOnGap, NoGaps, RecordedOptions, Subscription } from "./topics.ts";

/** Who is in a topic: by member, what each of its connections says of itself, the first one first. It changes. */
export interface Members<Out> extends ReadonlyMap<string, readonly Out[]> {
  /** How many members: more than `size`, which is then 0, where the topic has too many to be told of each. */
  readonly count: number;
}

/** What has changed of who is there. */
export interface PresenceDiff<Out> {
  readonly joined: ReadonlyMap<string, readonly Out[]>;
  readonly updated: ReadonlyMap<string, readonly Out[]>;
  /** What they said last. */
  readonly left: ReadonlyMap<string, readonly Out[]>;
  /** As of `presence`. */
  readonly count: number;
}

/** A subscription to a topic that has a presence. */
export interface WithPresence<In, Out> {
  /** Who is there, as far as this client has been told; the server tells it from the first look on. */
  readonly presence: Members<Out>;
  /**
   * Called when that has changed, until `unsubscribe()`.
   * @example room.onPresence(({ joined, left }) => toast([...joined.keys()], [...left.keys()]));
   */
  onPresence(handler: (diff: PresenceDiff<Out>) => unknown): Off;
  /**
   * Says that this client is there, and what it says of itself, now and on each new connection. What a server refuses is told to
   * `onError` (`server`, of the message `$ws:presence`).
   * @example room.track({ name, idle: false });
   */
  track(state: In): void;
  /**
   * As `track`, with some of its keys.
   * @throws StateError where nothing was said yet.
   */
  update(part: Partial<In>): void;
  /** It is there no longer. */
  untrack(): void;
}

/** What `presence()` adds to a client: `subscribe` as every client has it, and to topics with a presence with that. */
export interface PresenceSurface {
  subscribe<M extends AnyMessage, B>(
    topic: TopicName<M> & NeedsHistory<NoGaps> & B,
    options: RecordedOptions,
  ): Subscription<M> & By<B>;
  subscribe<B>(topic: string & Live<NeedsOnGap> & B): LiveSubscription & By<B>;
}

/** What a subscription has further, by what the name of its topic says of a presence. */
type By<B> = B extends Present<infer In, infer Out> ? WithPresence<In, Out> : unknown;
