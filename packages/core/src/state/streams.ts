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

/** How many frames of a stream may be under way when its client learns that one of them was refused. */
const MAX_UNDER_WAY = 64;

/** Of how many such streams a connection is remembered. */
const MAX_BROKEN = 16;

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

  /** Those of a connection, which may end meanwhile. */
  of(conn: C): readonly OpenStream[] {
    return [...(this.open.get(conn)?.values() ?? [])];
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

/** Streams that a refused frame has ended, by connection and id, with how many more frames of them are let pass. */
const over = new WeakMap<object, Map<string, number>>();

/**
 * A frame did not get here. Was it an item, its request ends, and were it one of who knows which, all of them.
 * @returns "now" where that answers the frame, "before" where its request has been answered so already.
 */
export function lack<C extends object>(
  conn: C & { readonly hub: { readonly streams: Streams<C> | undefined } },
  type: string | undefined,
  id: string | undefined,
  code: ErrorCode,
  message: string,
): "now" | "before" | false {
  if (type !== undefined && type !== CHUNK_TYPE && type !== END_TYPE) return false;
  const { streams } = conn.hub;
  if (id === undefined) {
    for (const stream of streams?.of(conn) ?? []) stream.broken(code, message);
    return false;
  }
  const stream = streams?.get(conn, id);
  if (stream === undefined) return wasUnderWay(conn, id) && "before";
  remember(conn, id);
  stream.broken(code, message);
  return "now";
}

function remember(conn: object, id: string): void {
  let ids = over.get(conn);
  if (ids === undefined) over.set(conn, (ids = new Map()));
  for (const oldest of ids.keys()) {
    if (ids.size < MAX_BROKEN) break;
    ids.delete(oldest);
  }
  ids.set(id, MAX_UNDER_WAY);
}

function wasUnderWay(conn: object, id: string): boolean {
  const ids = over.get(conn);
  const left = ids?.get(id) ?? 0;
  if (left > 0) ids?.set(id, left - 1);
  return left > 0;
}
