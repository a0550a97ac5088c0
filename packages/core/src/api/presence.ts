import type { MaybePresent } from "../message/presence.ts";

/** Who a connection is where, for those who follow the topic: `ctx.presence`. Its topics have a `presence` in their declaration. */
export interface Presence {
  /**
   * Says that this connection is there, and what it says of itself: the first of a member's connections lets it join. What it
   * said before is replaced. It ends with `untrack`, when the topic is left, and `graceMs` after the connection has closed.
   * Over 5 times a second the last state counts.
   * @throws WsKitError FAILED_PRECONDITION for a topic that it does not follow or that has no presence, INVALID_ARGUMENT for
   *   a state that does not fit or is over `limits.maxPresenceBytes`: as a rejection, which need not be awaited.
   *
   * @example
   * await ctx.topics.subscribe(Room({ roomId }));
   * await ctx.presence.track(Room({ roomId }), { name: ctx.data.name, typing: false });
   */
  track<In>(this: Presence, topic: string & MaybePresent<In>, state: NoInfer<In>): Promise<void>;
  /**
   * As `track`, with some of the state's keys: the others stay.
   * @throws WsKitError FAILED_PRECONDITION also where it is not tracked; else as `track`.
   *
   * @example await ctx.presence.update(Room({ roomId }), { typing: true });
   */
  update<In>(this: Presence, topic: string & MaybePresent<In>, part: Partial<NoInfer<In>>): Promise<void>;
  /** Ends it: others see a member leave at once. One that is not tracked is left as it is. */
  untrack(this: Presence, topic: string): Promise<void>;
}

/** Who is there: by member, what each of its connections says of itself, the first one first. */
export type Members<Out> = ReadonlyMap<string, readonly Out[]>;
