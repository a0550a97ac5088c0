import { errorPayload } from "../message/errors.ts";
import { CLOSE, type ErrorCode } from "../protocol/codes.ts";
import type { Envelope } from "../protocol/envelope.ts";
import { close } from "./frames.ts";
import { sendError } from "./send.ts";
import type { Connection } from "../state/connection.ts";

/** What an error frame says about the message it answers. */
export function origin({ type, meta }: Envelope): { correlationId?: string; inReplyTo: string } {
  const id: unknown = meta?.correlationId;
  return typeof id === "string" ? { correlationId: id, inReplyTo: type } : { inReplyTo: type };
}

/** Answers a message that does not get to its handler. */
export function refuse(conn: Connection, envelope: Envelope, code: ErrorCode, message: string): void {
  sendError(conn, origin(envelope), errorPayload(code, message));
}

/** Length of a minute in which violations are counted, in milliseconds. */
export const VIOLATION_WINDOW_MS = 60_000;

/** Answers a frame that breaks the protocol itself, and closes with 1008 when there are too many of them. */
export function violate(conn: Connection, code: ErrorCode, message: string, inReplyTo?: string): undefined {
  const { limits, clock } = conn.hub;
  sendError(
    conn,
    inReplyTo === undefined ? {} : { inReplyTo },
    errorPayload(code, message, undefined, { retryable: false }),
  );
  const now = clock.monotonic();
  if (conn.violations === undefined || now - conn.violations.since >= VIOLATION_WINDOW_MS) {
    conn.violations = { count: 0, since: now };
  }
  if (++conn.violations.count > limits.maxViolations) close(conn, CLOSE.POLICY, "Too many violations");
  return undefined;
}
