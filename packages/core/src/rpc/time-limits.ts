import type { Expiring } from "../base/deadlines.ts";
import type { Calls, OpenCall } from "../state/calls.ts";
import type { Connection } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";

/**
 * Counts a request among those that have not settled, until its time is up. All requests of a connection are behind one
 * entry of the listener's deadlines, which stays there between them: nearly all settle long before they are due.
 *
 * @returns the present, in monotonic milliseconds.
 */
export function begun(conn: Connection, calls: Calls, call: OpenCall): number {
  const { clock, deadlines } = conn.hub;
  const { timeoutMs } = call;
  const timer = (calls.timer ??= new CallTimer(conn, calls));
  const now = clock.monotonic();
  call.expiresAt = now + timeoutMs;
  calls.set(call.id, call);
  if (timer.listed === undefined || call.expiresAt < timer.expiresAt) deadlines.add(timer, timeoutMs);
  return now;
}

/** It has settled. */
export function over({ calls, hub, state }: Connection, id: string): void {
  if (calls?.delete(id) !== true || calls.size > 0 || calls.timer === undefined) return;
  // A connection that is gone has no more requests, and is not kept in memory for the last one's time.
  if (state === CLOSED) hub.deadlines.delete(calls.timer);
  else hub.deadlines.pause(calls.timer);
}

/** Ends the requests of a connection whose time is up. */
class CallTimer implements Expiring {
  expiresAt = 0;
  listed: object | undefined = undefined;
  private readonly conn: Connection;
  private readonly calls: Calls;

  constructor(conn: Connection, calls: Calls) {
    this.conn = conn;
    this.calls = calls;
  }

  expire(): void {
    const { clock, deadlines } = this.conn.hub;
    const now = clock.monotonic();
    let next = Infinity;
    for (const call of this.calls.values()) {
      if (call.expiresAt <= now) call.expire();
      else next = Math.min(next, call.expiresAt);
    }
    if (next < Infinity) deadlines.add(this, next - now);
  }
}
