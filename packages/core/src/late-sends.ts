import type { Connection } from "./connection.ts";
import type { Hub } from "./hub.ts";
import { CLOSING } from "./state.ts";

/** UTF-16 units that one connection may gather before they are sent without waiting for the rest of the tick. */
const MAX_GATHERED = 65_536;

/**
 * Frames sent outside the callback of their own socket: from a timer, after I/O, to somebody else. There every `send` of
 * the runtime would be a system call of its own, which costs fifty times what the frame does; gathered until the
 * microtasks of the tick, those of one connection leave in one.
 */
export class LateSends {
  private connections: Connection[] = [];
  private readonly send: (conn: Connection, frame: string) => boolean;
  private readonly flushAll = (): void => this.flush();

  /** @param send Hands one frame to the socket. */
  constructor(send: (conn: Connection, frame: string) => boolean) {
    this.send = send;
  }

  /** Keeps a frame until the tick's microtasks. Everything sent to the connection later has to come this way too. */
  add(conn: Connection, frame: string): void {
    const late = (conn.late ??= { frames: [], units: 0 });
    if (late.frames.push(frame) === 1 && this.connections.push(conn) === 1) queueMicrotask(this.flushAll);
    if ((late.units += frame.length) > MAX_GATHERED) this.flushOne(conn);
  }

  /** Sends everything now, because something else is about to be sent that must come after it. */
  flush(): void {
    if (this.connections.length === 0) return;
    const { connections } = this;
    this.connections = [];
    for (const conn of connections) this.flushOne(conn);
  }

  flushOne(conn: Connection): void {
    if (conn.late === undefined) return;
    const { frames } = conn.late;
    conn.late = undefined;
    if (frames.length === 1) this.send(conn, frames[0] as string);
    else conn.socket.cork?.(() => frames.forEach((frame) => conn.state < CLOSING && this.send(conn, frame)));
  }
}

/** Whether a frame to this connection had better wait for others of the same tick. */
export function isLate(hub: Hub, conn: Connection): boolean {
  return conn.late !== undefined || (hub.receiving !== conn && conn.socket.cork !== undefined);
}
