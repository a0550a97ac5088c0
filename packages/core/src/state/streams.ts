import type { ErrorCode } from "../protocol/codes.ts";
import { CHUNK_TYPE, END_TYPE } from "../protocol/envelope.ts";

/** A request that runs beside which items travel, in either direction. */
export interface OpenStream {
  /** An item has come, in a frame of so many UTF-16 units, or bytes. */
  take(item: unknown, units: number): void;
  /** The client has sent its last. */
  ended(): void;
  /** The client says how many it has taken of those that were sent. */
  confirmed(count: unknown): void;
  /** A frame of the client did not get here. */
  broken(code: ErrorCode, message: string): void;
}

/** The streams of a listener, by connection and correlation id. A connection without one is not in it. */
export class Streams<C> {
  private readonly open = new Map<C, Map<string, OpenStream>>();

  /** Connections that have some. */
  get size(): number {
    return this.open.size;
  }

  get(conn: C, id: unknown): OpenStream | undefined {
    return this.open.get(conn)?.get(id as string);
  }

  /**
   * A frame did not get here. Was it an item, its request ends, and were it one of who knows which, all of them.
   * @returns whether that answers the frame.
   */
  lack(conn: C, type: string | undefined, id: string | undefined, code: ErrorCode, message: string): boolean {
    if (type !== undefined && type !== CHUNK_TYPE && type !== END_TYPE) return false;
    const streams = this.open.get(conn);
    const lacking = id === undefined ? [...(streams?.values() ?? [])] : [streams?.get(id)];
    for (const stream of lacking) stream?.broken(code, message);
    return id !== undefined && lacking[0] !== undefined;
  }

  add(conn: C, id: string, stream: OpenStream): void {
    const streams = this.open.get(conn);
    if (streams === undefined) this.open.set(conn, new Map([[id, stream]]));
    else streams.set(id, stream);
  }

  delete(conn: C, id: string): void {
    const streams = this.open.get(conn);
    if (streams?.delete(id) === true && streams.size === 0) this.open.delete(conn);
  }
}
