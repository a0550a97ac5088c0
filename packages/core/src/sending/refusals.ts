import { shown } from "../base/text.ts";
import { errorPayload } from "../message/errors.ts";
import { CLOSE, type ErrorCode } from "../protocol/codes.ts";
import { type Envelope, MAX_CORRELATION_ID } from "../protocol/envelope.ts";
import { close } from "./frames.ts";
import { sendError } from "./send.ts";
import type { Connection, Offences } from "../state/connection.ts";

/** What an error frame says about the message it answers. */
export function origin({ type, meta }: Envelope): { correlationId?: string; inReplyTo: string } {
  const id: unknown = meta?.correlationId;
  const inReplyTo = shown(type);
  return typeof id === "string" && id.length <= MAX_CORRELATION_ID ? { correlationId: id, inReplyTo } : { inReplyTo };
}

/** Answers a message that does not get to its handler. */
export function refuse(conn: Connection, envelope: Envelope, code: ErrorCode, message: string): void {
  refuseAs(conn, envelope.type, origin(envelope), code, message);
}

/** As `refuse`, where what the answer says of its origin is not what the envelope says. */
export function refuseAs(
  conn: Connection,
  type: string,
  meta: { readonly correlationId?: string; readonly inReplyTo: string },
  code: ErrorCode,
  message: string,
): void {
  sendError(conn, meta, errorPayload(code, message));
  const { hooks } = conn.hub;
  if (hooks !== undefined) hooks.refused(conn, type, meta.correlationId, code, message);
}

/** Length of a minute in which offences are counted, in milliseconds. */
export const OFFENCE_WINDOW_MS = 60_000;

/** Answers a frame that breaks the protocol itself, and closes with 1008 when there are too many of them. */
export function violate(
  conn: Connection,
  code: ErrorCode,
  message: string,
  inReplyTo?: string,
  correlationId?: string,
): undefined {
  const id = typeof correlationId === "string" && correlationId.length <= MAX_CORRELATION_ID ? { correlationId } : {};
  sendError(
    conn,
    inReplyTo === undefined ? id : { ...id, inReplyTo: shown(inReplyTo) },
    errorPayload(code, message, undefined, { retryable: false }),
  );
  const { hooks } = conn.hub;
  if (hooks !== undefined) hooks.refused(conn, inReplyTo, id.correlationId, code, message);
  return countViolation(conn);
}

export function countViolation(conn: Connection): undefined {
  if (++offencesOf(conn).violations > conn.hub.limits.maxViolations) close(conn, CLOSE.POLICY, "Too many violations");
  return undefined;
}

/** Counts a request that was called off; false where there were too many within a minute, and the connection is closed with 1008. */
export function countAbort(conn: Connection): boolean {
  if (++offencesOf(conn).aborts <= conn.hub.limits.maxAborts) return true;
  close(conn, CLOSE.POLICY, "Too many aborted requests");
  return false;
}

/**
 * Counts the time that a payload took which was refused. A failed validation is no violation; but where it holds up
 * everybody else's messages for more than `maxRefusalMs` within a minute, the connection is closed with 1008.
 */
export function countRefusal(conn: Connection, ms: number, now?: number): boolean {
  const offences = offencesOf(conn, now);
  offences.refusalMs += ms;
  const { maxRefusalMs } = conn.hub.limits;
  if (offences.refusalMs <= maxRefusalMs) return true;
  const message = `Refused payloads took more than ${maxRefusalMs} ms within a minute (limits.maxRefusalMs)`;
  sendError(conn, {}, errorPayload("RESOURCE_EXHAUSTED", message, undefined, { retryable: false }));
  close(conn, CLOSE.POLICY, "Too much time spent on refused payloads");
  return false;
}

function offencesOf(conn: Connection, now: number = conn.hub.clock.monotonic()): Offences {
  const { offences } = conn;
  if (offences !== undefined && now - offences.since < OFFENCE_WINDOW_MS) return offences;
  return (conn.offences = { since: now, violations: 0, aborts: 0, refusalMs: 0 });
}
