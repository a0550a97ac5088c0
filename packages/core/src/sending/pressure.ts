import { congest } from "./backlog.ts";
import { dismiss, overBuffer, SLOW } from "./frames.ts";
import { CLOSE } from "../protocol/codes.ts";
import type { Backlog } from "../state/backlog.ts";
import type { Connection, Listener } from "../state/connection.ts";
import { CLOSING } from "../state/phases.ts";

/** How much may be sent to all peers of a listener before their unread bytes are summed up again: a quarter of the most they may be. */
export function allowanceOf(hub: Listener): number {
  return Math.min(hub.limits.maxBufferedBytesTotal, 268_435_456) / 4 / growth(hub);
}

function growth({ runtime }: Listener): number {
  return runtime.bufferGrowth ?? 1;
}

/**
 * Looks at those that have not read everything: ends who has stopped reading, and, where all of them together are over
 * `maxBufferedBytesTotal`, the largest.
 *
 * @param everybody Also at those not known to be behind, where a native publish does not say who it has put there.
 */
export function relievePressure(hub: Listener, everybody: boolean): void {
  if (everybody) {
    for (const conn of hub.connections) {
      if (conn.congested || conn.state >= CLOSING) continue;
      const bytes = conn.socket.getBufferedAmount();
      if (bytes > 0) congest(conn, bytes);
    }
  }
  const now = hub.clock.monotonic();
  let total = 0;
  for (const [conn, backlog] of hub.congested) total += attend(conn, backlog, now);
  total *= growth(hub);
  if (total > hub.limits.maxBufferedBytesTotal) reduce(hub, total);
}

/** @returns the bytes that one peer still has to read. */
function attend(conn: Connection, backlog: Backlog, now: number): number {
  const { hub } = conn;
  const { maxStallMs } = hub.limits;
  if (conn.state < CLOSING && !overBuffer(conn)) {
    if (!conn.congested) return 0;
    if (now - backlog.since >= maxStallMs && hub.resume?.detach(conn, CLOSE.TRY_LATER, SLOW, true) !== true) {
      dismiss(conn, `it has read nothing of ${backlog.bytes} bytes for ${maxStallMs} ms (limits.maxStallMs)`);
    }
    return backlog.bytes;
  }
  read(conn);
  if (!hub.congested.has(conn)) return 0;
  if (now < Math.min(backlog.until, backlog.since + maxStallMs)) return backlog.bytes;
  end(conn);
  return 0;
}

/** Looks at how much of its backlog a peer has read that is being closed, and goes on with the close after the last of it. */
export function read(conn: Connection): void {
  const { hub, ending, socket } = conn;
  const bytes = socket.getBufferedAmount();
  if (bytes > 0) return congest(conn, bytes);
  // One that is closed for its slowness is watched until its socket is gone.
  if (hub.congested.get(conn)?.until === Infinity) hub.congested.delete(conn);
  if (conn.state === CLOSING && ending !== undefined) socket.close(ending.code, ending.reason);
}

/** Too much for all together: what is being closed goes first, then the largest. */
function reduce(hub: Listener, total: number): void {
  let over = (total - hub.limits.maxBufferedBytesTotal) / growth(hub);
  const largest = [...hub.congested].toSorted(([, a], [, b]) => b.bytes - a.bytes);
  for (const [conn, { bytes }] of largest) {
    if (over <= 0) return;
    if (conn.state < CLOSING) continue;
    end(conn);
    over -= bytes;
  }
  for (const [conn, { bytes }] of largest) {
    if (over <= 0) return;
    if (conn.state >= CLOSING) continue;
    dismiss(conn, `all peers together have ${total} bytes unread, over limits.maxBufferedBytesTotal, it ${bytes}`);
    over -= bytes;
  }
}

function end(conn: Connection): void {
  conn.hub.congested.delete(conn);
  conn.socket.terminate();
}
