import type { Subscribed } from "../api/history.ts";
import { POSITION_TYPE, SUBSCRIBED_TYPE, UNSUBSCRIBED_TYPE } from "../protocol/envelope.ts";
import type { Position } from "../protocol/position.ts";
import { post } from "../sending/send.ts";
import type { Connection } from "../state/connection.ts";

/** In place of a message that its follower did not want, or need not get. */
export function tellPosition(conn: Connection, topic: string, { epoch, offset }: Position): void {
  tell(conn, POSITION_TYPE, { topic, epoch, offset });
}

/**
 * To who follows a topic no longer, and might otherwise come back to it.
 * @param code Where it may not, and did not leave by itself.
 */
export function tellUnsubscribed(conn: Connection, topic: string, code?: string): void {
  tell(conn, UNSUBSCRIBED_TYPE, { topic, code });
}

/**
 * What has become of a topic that is followed, or of its log since.
 * @param from Where its client stands: what comes next comes after it.
 */
export function tellSubscribed(
  conn: Connection,
  topic: string,
  { status, reason, count }: Subscribed,
  { epoch, offset }: Position,
  correlationId?: string,
): void {
  const meta = correlationId === undefined ? undefined : { correlationId };
  const payload = { topic, status, reason, count, epoch, offset };
  post(conn, conn.hub.codec.encode({ type: SUBSCRIBED_TYPE, meta, payload }), SUBSCRIBED_TYPE, correlationId);
}

function tell(conn: Connection, type: string, payload: object): void {
  post(conn, conn.hub.codec.encode({ type, payload }), type, undefined);
}
