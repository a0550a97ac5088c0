import type { Envelope } from "../protocol/envelope.ts";

/**
 * What is kept of a connection's presence in one topic while it sleeps: whether it is told, as whom it says what, and what it was
 * given for that where it is something else.
 */
export type KeptPresence = readonly [topic: string, isTold: boolean, key?: string, text?: string, given?: string];

/**
 * Who is where, as other rooms see it.
 *
 * @typeParam C A `Connection`.
 */
export interface Presences<C> {
  /**
   * A connection is there, and says this of itself.
   * @param isPart It is some keys of what it says, and the others stay.
   * @throws WsKitError, or rejects with it.
   */
  track(conn: C, topic: string, state: unknown, isPart: boolean): void | Promise<void>;
  untrack(conn: C, topic: string): void;
  /** Its data have changed, or whose it is: it may be another member. */
  renamed(conn: C): void;
  /** A connection follows the topic no longer, or has closed. */
  parted(conn: C, topic: string): void;
  /** What a client says. False for what cannot be understood. */
  frame(conn: C, envelope: Envelope): boolean;
  /** What of a connection is to be kept while it sleeps; undefined for nothing. */
  kept(conn: C): readonly KeptPresence[] | undefined;
  /** It woke up, and follows its topics again. */
  restore(conn: C, kept: readonly KeptPresence[]): void;
  /** @throws WsKitError FAILED_PRECONDITION for a topic that has no presence. */
  list(topic: string): Promise<Map<string, unknown[]>>;
  count(topic: string): Promise<number>;
}
