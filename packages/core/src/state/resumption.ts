import type { Packet } from "../protocol/codec.ts";

/**
 * What keeps connections whose sockets broke, as lower rooms see it.
 *
 * @typeParam C A `Connection`.
 */
export interface Resumption<C> {
  /** Counts a frame that came. True for one that says how much has come at the other end, which nobody else takes. */
  takes(conn: C, packet: Packet): boolean;
  /**
   * Lets go of a connection's socket, which is gone or no good: from now on it waits for its client.
   * @param code How it ends if nobody comes.
   * @param ends Whether the socket is to be ended, since it is this side that gives it up.
   * @returns false where the connection ends now.
   */
  detach(conn: C, code: number, reason: string, ends: boolean): boolean;
  /** Whether it has a socket. */
  isAttached(conn: C): boolean;
  /** `authenticate` has returned another record of it, by a new token. */
  renewed(conn: C, given: Readonly<Record<string, unknown>>): void;
  /** Closes all that wait for their clients; without a code as each would have ended. */
  endAll(code?: number, reason?: string): void;
}
