import type { Packet } from "../protocol/codec.ts";

/** How far a connection's messages are ahead of its handlers. */
export interface Lag {
  /** Since when it has not been through with what came, in monotonic milliseconds. */
  readonly since: number;
  /** Its socket is not read: whether the peer is still there cannot be seen. */
  resting: boolean;
  /** Frames that were read in advance; undefined while what arrives goes to the lane. */
  ahead: Packet[] | undefined;
  /** Which of them is next. */
  next: number;
  /** Frames of them that were started since others had their turn. */
  started: number;
  /** What they take of memory. */
  bytes: number;
}

/** Connections that were paused, until they are through with everything that has come. */
export class Laggards<Conn extends { readonly paused: boolean }> extends Map<Conn, Lag> {
  /** Read in advance from all of them. */
  bytes = 0;

  /** A paused connection of which nothing can be heard. */
  rests(conn: Conn): boolean {
    return conn.paused && this.get(conn)?.resting !== false;
  }
}
