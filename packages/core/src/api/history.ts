import type { GapReason, Position, SubscribeStatus } from "../protocol/position.ts";

/** A position as it travels, and is kept by whoever comes back with it: `[epoch, offset, grant]`. */
export type SavedPosition = readonly [epoch: string, offset: number, grant?: string | undefined];

/** One that may be sent: what a schema says of a tuple is no `readonly` one. */
export type FreshPosition = [epoch: string, offset: number, grant?: string | undefined];

/** What became of a subscription to a recorded topic. */
export interface Subscribed {
  /**
   * `fresh`: the client named no position, and gets what is published from now on. `recovered`: it got all that it had
   * missed. `gap`: it missed something that it cannot get any more.
   */
  readonly status: SubscribeStatus;
  /** Why there is a gap. */
  readonly reason?: GapReason;
  /** How many messages were replayed. */
  readonly count: number;
  /** Where the topic stands: what comes next has the next offset. */
  readonly position: Position;
}
