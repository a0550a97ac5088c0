import type { Codec, Packet } from "./codec.ts";
import { withKey } from "./numbered.ts";

/** A place in a recorded topic: how far (0 before the first message), and of which of its logs. */
export interface Position {
  /** Names one unbroken log of the topic. A log that was lost, or may have lost something, has another name. */
  readonly epoch: string;
  /** Number of the last message that came before, from 1. */
  readonly offset: number;
}

/** Why what was published meanwhile cannot be replayed. */
export type GapReason =
  /** The log is another one: it was lost, or has ended meanwhile. */
  | "epoch"
  /** What came after the position is no longer kept. */
  | "retention"
  /** More than is replayed at once. */
  | "limit"
  /** Nothing proves that it may be seen. */
  | "grant"
  /** One came whose place is not the next, and what is between cannot be had in time. */
  | "hole"
  /** The server did not subscribe this connection to the topic again. */
  | "not-resubscribed";

/** What became of a subscription: `fresh` for one that named no position, `recovered` where everything since was sent. */
export type SubscribeStatus = "fresh" | "recovered" | "gap";

/**
 * The key of an envelope, beside `type`, that says where in its topic a message stands: `[topic, offset]`, and behind them the
 * offset of the message before it where that is not one less.
 */
export const AT_KEY = "at";

/** A frame with its place in its topic. JSON is not written anew for it. */
export function placed(codec: Codec, packet: Packet, topic: string, offset: number, prev: number = offset - 1): Packet {
  return withKey(codec, packet, AT_KEY, prev === offset - 1 ? [topic, offset] : [topic, offset, prev]);
}
