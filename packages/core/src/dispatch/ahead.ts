import type { Packet } from "../protocol/codec.ts";
import type { Connection, Listener } from "../state/connection.ts";
import type { Lag } from "../state/laggards.ts";

// A socket that is not read does not tell that its peer is gone: the end stands behind all that was sent before. So a
// connection that has been behind for long is read in advance, as far as the following bounds.

/** Most bytes for one connection: more than a kernel keeps for a socket. */
const MAX_BYTES = 8 * 1_048_576;

/** Most bytes for all connections of a listener. */
const MAX_TOTAL_BYTES = 4 * MAX_BYTES;

/** Frames that one connection may start before others have their turn. */
const TURN = 64;

/** Frames that are taken off a list at once. */
const CUT = 1_024;

/** What a frame takes beside its text. */
const FRAME_BYTES = 64;

/** Stops reading a connection that is too far ahead of its handlers. */
export function pause(conn: Connection): void {
  const { hub } = conn;
  conn.paused = true;
  const lag = hub.laggards.get(conn);
  if (lag === undefined) {
    const since = hub.clock.monotonic();
    hub.laggards.set(conn, { since, resting: true, ahead: undefined, next: 0, started: 0, bytes: 0 });
    hub.watchLaggards();
  } else lag.resting = true;
  conn.socket.pause?.();
}

/** Its handlers have come up: what arrives goes to the lane again. */
export function resume(conn: Connection): void {
  conn.paused = false;
  const lag = conn.hub.laggards.get(conn);
  if (lag?.resting !== true) return;
  lag.resting = false;
  conn.socket.resume?.();
}

/** Reads what has come for a paused connection, as far as it may. */
export function readOn(conn: Connection, lag: Lag): void {
  if (!conn.paused || !lag.resting || isFull(conn.hub, lag, 2)) return;
  lag.ahead ??= [];
  lag.resting = false;
  conn.socket.resume?.();
}

/** Keeps a frame of a paused connection that is read in advance; false for what belongs into its lane. */
export function keepAhead(conn: Connection, packet: Packet): boolean {
  const { laggards } = conn.hub;
  const lag = laggards.get(conn);
  if (lag?.ahead === undefined) return false;
  lag.ahead.push(packet);
  const bytes = FRAME_BYTES + packet.length;
  lag.bytes += bytes;
  laggards.bytes += bytes;
  if (!lag.resting && isFull(conn.hub, lag, 1)) pause(conn);
  return true;
}

/** The next frame that was read in advance; undefined when there is none, and what arrives goes to the lane again. */
export function nextAhead(conn: Connection): Packet | undefined {
  const { laggards } = conn.hub;
  const lag = laggards.get(conn);
  if (lag?.ahead === undefined) return undefined;
  const packet = lag.ahead[lag.next];
  // What comes after the end from this side is not looked at.
  if (packet === undefined || conn.ending !== undefined) {
    laggards.bytes -= lag.bytes;
    lag.bytes = lag.next = 0;
    lag.ahead = undefined;
    return undefined;
  }
  // Let go of; the list itself is cut now and then.
  lag.ahead[lag.next++] = "";
  lag.started++;
  if (lag.next === CUT) {
    lag.ahead.splice(0, CUT);
    lag.next = 0;
  }
  const bytes = FRAME_BYTES + packet.length;
  lag.bytes -= bytes;
  laggards.bytes -= bytes;
  return packet;
}

/** Whether frames wait that were read in advance. */
export function isAhead(conn: Connection): boolean {
  return conn.hub.laggards.get(conn)?.ahead !== undefined;
}

/** Whether as many frames were started that others should have their turn. */
export function hasHadItsTurn(conn: Connection): boolean {
  const lag = conn.paused ? conn.hub.laggards.get(conn) : undefined;
  return lag?.ahead !== undefined && lag.started >= TURN;
}

export function nextTurn(conn: Connection): void {
  const lag = conn.hub.laggards.get(conn);
  if (lag !== undefined) lag.started = 0;
}

/** Everything that came is done, or will never be. */
export function caughtUp(conn: Connection): void {
  const { laggards } = conn.hub;
  const lag = laggards.get(conn);
  if (lag === undefined) return;
  laggards.bytes -= lag.bytes;
  laggards.delete(conn);
}

function isFull({ laggards }: Listener, lag: Lag, share: number): boolean {
  return lag.bytes > MAX_BYTES / share || laggards.bytes > MAX_TOTAL_BYTES / share;
}
