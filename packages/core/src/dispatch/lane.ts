import { takeAnswer } from "../asking/take.ts";
import type { Expiring } from "../base/deadlines.ts";
import type { MessageContextImpl } from "../contexts/message-context.ts";
import type { Envelope } from "../protocol/envelope.ts";
import { refuse } from "../sending/refusals.ts";
import { caughtUp, hasHadItsTurn, isAhead, nextAhead, nextTurn, pause, resume } from "./ahead.ts";
import { arrivalAt, type Connection } from "../state/connection.ts";

/** Puts a message behind those that wait. A peer that is too far ahead is no longer read, where the runtime can do that. */
export function enqueue(conn: Connection, envelope: Envelope, arrived: number): void {
  // What holds the lane may be waiting for it.
  if (conn.hub.asked.has(conn) && takeAnswer(conn, envelope)) return;
  const waiting = (conn.waiting ??= []);
  const { maxPendingMessages } = conn.hub.limits;
  if (waiting.length >= maxPendingMessages) {
    if (conn.socket.pause === undefined) {
      const message = `More than ${maxPendingMessages} messages are waiting (limits.maxPendingMessages)`;
      return refuse(conn, envelope, "RESOURCE_EXHAUSTED", message);
    }
    // What the runtime had already read still arrives; it is bounded by its read buffer.
    if (!conn.paused) pause(conn);
  }
  waiting.push({ envelope, arrived: arrived || arrivalAt(conn.hub.clock.monotonic()) });
}

/** Later messages wait until `ctx` is done, or takes too long. */
export function hold(conn: Connection, ctx: MessageContextImpl): void {
  const { deadlines, limits } = conn.hub;
  conn.holder = ctx;
  conn.laneTimer ??= new LaneTimer(conn);
  ctx.arrivedBy(deadlines.add(conn.laneTimer, limits.handlerTimeoutMs));
}

/** The lane is free: what waited goes on. */
export function release(conn: Connection): void {
  conn.holder = undefined;
  if (conn.laneTimer !== undefined) conn.hub.deadlines.rest(conn.laneTimer);
  drainLane(conn);
}

/** Starts what waits, one after the other, until something holds the lane again. */
function drainLane(conn: Connection): void {
  const { hub } = conn;
  // `waiting` stays in place while its last message starts, so that whatever arrives meanwhile lines up behind it.
  while (conn.waiting !== undefined && conn.holder === undefined) {
    const next = conn.waiting.shift();
    if (next !== undefined) hub.start(conn, next.envelope, next.arrived, true);
    else if (hasHadItsTurn(conn)) return drainLater(conn);
    else if (!startAhead(conn)) conn.waiting = undefined;
  }
  if (conn.paused && (conn.waiting?.length ?? 0) <= hub.limits.maxPendingMessages / 2 && !isAhead(conn)) resume(conn);
  if (conn.waiting === undefined && hub.laggards.size > 0) caughtUp(conn);
  if (conn.holder === undefined && conn.waiting === undefined) {
    const { whenIdle } = conn;
    conn.whenIdle = undefined;
    whenIdle?.();
  }
}

/** Others have their turn before a peer that is far ahead goes on. */
function drainLater(conn: Connection): void {
  conn.hub.clock.setTimeout(() => {
    nextTurn(conn);
    drainLane(conn);
  }, 0);
}

/** Starts what was read in advance, while `waiting` is empty. */
function startAhead(conn: Connection): boolean {
  const frame = conn.paused ? nextAhead(conn) : undefined;
  if (frame === undefined) return false;
  conn.hub.startFrame(conn, frame);
  return true;
}

/** Frees a lane whose handler takes too long. */
class LaneTimer implements Expiring {
  expiresAt = 0;
  listed: object | undefined = undefined;
  private readonly conn: Connection;

  constructor(conn: Connection) {
    this.conn = conn;
  }

  expire(): void {
    const { holder, hub } = this.conn;
    if (holder === undefined) return;
    hub.logger.error(
      `${holder.type ?? holder.subject} of ${holder.clientId} took over ${hub.limits.handlerTimeoutMs} ms: later messages go on without it`,
    );
    holder.overrun();
    release(this.conn);
    hub.runtime.settled?.(this.conn);
  }
}
