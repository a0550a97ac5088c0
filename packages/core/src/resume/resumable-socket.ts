import type { Expiring } from "../base/deadlines.ts";
import type { Packet } from "../protocol/codec.ts";
import { PING_FRAME, PONG_FRAME } from "../protocol/envelope.ts";
import { numbered } from "../protocol/numbered.ts";
import type { Socket } from "../ports/socket.ts";
import type { Connection } from "../state/connection.ts";
import { CLOSING } from "../state/phases.ts";
import type { Kept } from "./kept.ts";
import type { Secret } from "./secret.ts";

/** What its socket needs of whoever keeps connections. */
export interface Keeper {
  /** Keeps a frame until it is confirmed. False where the connection has ended over it. */
  keep(socket: ResumableSocket, frame: Packet): boolean;
  /** Ends a connection that has no socket. */
  end(socket: ResumableSocket, code?: number, reason?: string): void;
}

/** A connection without a socket, which waits for its client. */
export interface Away extends Expiring {
  /** How it ends if nobody comes. */
  readonly code: number;
  readonly reason: string;
  /** Its peer gave no sign of life. */
  readonly stale: boolean;
}

/**
 * A connection's socket as the core sees it, whichever it is at present: numbers what is sent, and keeps it until the peer
 * has confirmed it. What the runtime's sockets can do beside that, one of a subclass can do as well.
 */
export class ResumableSocket implements Socket, Secret {
  readonly conn: Connection;
  /** Whose connection it was in the beginning; undefined where nobody else can be known to be the same. */
  readonly who: string | undefined;
  /** What `authenticate` returned of it last. */
  record: string;
  /** The present one, if there is one. */
  inner: Socket | undefined;
  /** Where it is kept; below 0 where its client cannot come back. */
  place = -1;
  /** What its client has to know for that; kept apart for the memory that an object takes. */
  high = 0;
  middle = 0;
  low = 0;
  /** The secret before, which is good until the client has shown that it knows this one. */
  former: Secret | undefined = undefined;
  /** The client has said that it may come back. */
  joined = false;
  /** Number of the last frame that was sent. */
  sent = 0;
  /** Those that are not confirmed; undefined for none. */
  kept: Kept | undefined = undefined;
  /** Frames that came. */
  received = 0;
  /** Those of them that the client has not been told of; large ones count for more. */
  owed = 0;
  away: Away | undefined = undefined;
  private readonly keeper: Keeper;

  constructor(conn: Connection, inner: Socket, who: string | undefined, record: string, keeper: Keeper) {
    this.conn = conn;
    this.inner = inner;
    this.who = who;
    this.record = record;
    this.keeper = keeper;
  }

  send(frame: Packet): number | void {
    if (this.place < 0 || frame === PONG_FRAME || frame === PING_FRAME) return this.inner?.send(frame);
    const n = ++this.sent;
    if (!this.keeper.keep(this, frame)) return 0;
    if (this.inner === undefined) return 1;
    const sent = this.inner.send(numbered(this.conn.hub.codec, frame, n));
    // What the socket dropped is sent by the next one.
    return sent === 0 ? 1 : sent;
  }

  close(code?: number, reason?: string): void {
    if (this.inner === undefined) this.keeper.end(this, code, reason);
    else this.inner.close(code, reason);
  }

  terminate(): void {
    if (this.inner === undefined) this.keeper.end(this);
    else this.inner.terminate();
  }

  /** Without a socket something always waits: so nobody takes the peer for one that has read everything. */
  getBufferedAmount(): number {
    if (this.inner !== undefined) return this.inner.getBufferedAmount();
    return this.away === undefined || this.conn.state >= CLOSING ? 0 : 1;
  }

  ping(): void {
    this.inner?.ping?.();
  }

  pause(): void {
    this.inner?.pause?.();
  }

  resume(): void {
    this.inner?.resume?.();
  }

  cork(write: () => void): void {
    let written = false;
    this.inner?.cork?.(() => {
      written = true;
      write();
    });
    // A socket that has just closed corks nothing, and what is written is to be kept.
    if (!written) write();
  }
}

type SocketClass = new (...args: ConstructorParameters<typeof ResumableSocket>) => ResumableSocket;

/** A class for the sockets of a listener, which lacks what the runtime's own lack. */
export function resumableAs(inner: Socket): SocketClass {
  class Resumable extends ResumableSocket {}
  for (const capability of ["ping", "pause", "resume", "cork"] as const) {
    if (inner[capability] === undefined) Object.defineProperty(Resumable.prototype, capability, { value: undefined });
  }
  return Resumable;
}
