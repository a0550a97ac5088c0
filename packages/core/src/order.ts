import type { Connection } from "./connection.ts";
import { errorPayload } from "./failures.ts";
import { sendError } from "./outgoing.ts";
import type { Envelope } from "./protocol/index.ts";

/** Puts a message behind those that wait. A peer that is too far ahead is no longer read, where the runtime can do that. */
export function enqueue(conn: Connection, envelope: Envelope): void {
  const waiting = (conn.waiting ??= []);
  const { maxPendingMessages } = conn.hub.limits;
  if (waiting.length >= maxPendingMessages) {
    if (conn.socket.pause === undefined) {
      const message = `More than ${maxPendingMessages} messages are waiting (limits.maxPendingMessages)`;
      return sendError(conn, origin(envelope), errorPayload("RESOURCE_EXHAUSTED", message));
    }
    // What the runtime had already read still arrives; it is bounded by its read buffer.
    if (!conn.paused) {
      conn.paused = true;
      conn.socket.pause();
    }
  }
  waiting.push({ envelope, arrived: conn.hub.clock.now() });
}

/** Starts what waits, one after the other, until something holds the lane again. */
export function drainLane(
  conn: Connection,
  start: (conn: Connection, envelope: Envelope, arrived: number) => void,
): void {
  // `waiting` stays in place while its last message starts, so that whatever arrives meanwhile lines up behind it.
  while (conn.waiting !== undefined && conn.holder === undefined) {
    const next = conn.waiting.shift();
    if (next === undefined) {
      conn.waiting = undefined;
      break;
    }
    start(conn, next.envelope, next.arrived);
  }
  if (conn.paused && (conn.waiting?.length ?? 0) <= conn.hub.limits.maxPendingMessages / 2) {
    conn.paused = false;
    conn.socket.resume?.();
  }
  if (conn.holder === undefined && conn.waiting === undefined) {
    const { whenIdle } = conn;
    conn.whenIdle = undefined;
    whenIdle?.();
  }
}

/** What an error frame says about the message it answers. */
export function origin({ type, meta }: Envelope): { correlationId?: string; inReplyTo: string } {
  const id: unknown = meta?.correlationId;
  return typeof id === "string" ? { correlationId: id, inReplyTo: type } : { inReplyTo: type };
}
