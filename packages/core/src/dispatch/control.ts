import { takeAnswer } from "../asking/take.ts";
import { quote } from "../base/text.ts";
import { errorPayload } from "../message/errors.ts";
import {
  ABORT_TYPE,
  AUTH_TYPE,
  type Envelope,
  FAILED_TYPE,
  GOAWAY_TYPE,
  MAX_CORRELATION_ID,
  PING_TYPE,
  PONG_FRAME,
  PONG_TYPE,
  PROGRESS_TYPE,
} from "../protocol/envelope.ts";
import { flow } from "./flow.ts";
import { neverStarted } from "./forget.ts";
import { countAbort, violate } from "../sending/refusals.ts";
import { post, sendError } from "../sending/send.ts";
import type { Connection } from "../state/connection.ts";

/** Frames of the protocol itself: they never wait behind messages and no middleware sees them. */
export function control(conn: Connection, envelope: Envelope): void {
  const { type, meta } = envelope;
  // A pong has done its work by arriving.
  if (type === PONG_TYPE) return;
  if (type === PING_TYPE) post(conn, PONG_FRAME, PONG_TYPE, undefined);
  else if (type === ABORT_TYPE) abort(conn, meta?.correlationId);
  else if ((type === FAILED_TYPE || type === PROGRESS_TYPE) && takeAnswer(conn, envelope)) return;
  else if (type === GOAWAY_TYPE) conn.hub.untold?.delete(conn);
  else if (flow(conn, envelope)) return;
  else if (type === AUTH_TYPE && conn.hub.renew(conn, envelope)) return;
  else if (conn.hub.topicFrame(conn, envelope)) return;
  else if (conn.hub.hooks?.control(conn, envelope) !== true) {
    violate(conn, "INVALID_ARGUMENT", `${quote(type)} is reserved for the protocol`, type);
  }
}

/** Ends a request: one that runs, or one that still waits for its turn. An id that nobody knows has been answered. */
function abort(conn: Connection, id: unknown): void {
  if (typeof id !== "string" || id.length > MAX_CORRELATION_ID) return;
  const call = conn.calls?.get(id);
  if (call !== undefined) return countAbort(conn) ? call.cancel() : undefined;
  const index = conn.waiting?.findIndex(({ envelope }) => envelope.meta?.correlationId === id) ?? -1;
  if (index < 0) return;
  const [cancelled] = conn.waiting?.splice(index, 1) ?? [];
  if (cancelled !== undefined) neverStarted(conn, cancelled, "error", "CANCELLED");
  if (!countAbort(conn)) return;
  sendError(conn, { correlationId: id }, errorPayload("CANCELLED", "The caller cancelled the request"));
}
