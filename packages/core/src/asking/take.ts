import { type Envelope, isServerId } from "../protocol/envelope.ts";
import type { Connection } from "../state/connection.ts";

/**
 * Takes a frame that answers a request of the server; one that comes too late is ignored.
 * @returns false where it answers none.
 */
export function takeAnswer(conn: Connection, envelope: Envelope): boolean {
  const id = envelope.meta?.correlationId;
  if (!isServerId(id)) return false;
  conn.hub.asked.get(conn, id as string)?.take(envelope);
  return true;
}
