import { CHUNK_TYPE, CREDIT_TYPE, END_TYPE, type Envelope } from "../protocol/envelope.ts";
import type { Connection } from "../state/connection.ts";
import type { Streams } from "../state/streams.ts";

/** Takes an item of a stream, which waits behind nothing; false where the frame is none. One of no request that runs is ignored. */
export function takeItem(
  conn: Connection,
  streams: Streams<Connection>,
  { type, meta, payload }: Envelope,
  units: number,
): boolean {
  if (type !== CHUNK_TYPE) return false;
  streams.get(conn, meta?.correlationId)?.take(payload, units);
  return true;
}

/** What a client says of its streams beside their items; false where it says nothing of them. */
export function flow(conn: Connection, { type, meta, payload }: Envelope): boolean {
  // Items whose request has ended.
  if (type === CHUNK_TYPE) return true;
  const stream = conn.hub.streams?.get(conn, meta?.correlationId);
  if (type === END_TYPE) stream?.ended();
  else if (type === CREDIT_TYPE) stream?.confirmed((Object(payload) as { taken?: unknown }).taken);
  else return false;
  return true;
}
