import type { Expiring } from "../base/deadlines.ts";
import { closeArguments } from "../ports/socket.ts";
import type { Packet } from "../protocol/codec.ts";
import { CLOSE } from "../protocol/codes.ts";
import { congest, fallBehind, hold, relieve } from "./backlog.ts";
import type { Connection, Listener } from "../state/connection.ts";
import { CLOSING, LEAVING } from "../state/phases.ts";

/**
 * Sends an encoded frame: in its turn, where others before it have yet to be checked. False when the peer is gone, or so
 * far behind that it is closed with 1013.
 */
export function write(conn: Connection, frame: Packet): boolean {
  if (conn.state >= LEAVING || conn.outbox !== undefined) {
    const kept = keepTurn(conn, frame);
    if (kept !== undefined) return kept;
  }
  if (conn.congested && overBuffer(conn)) return false;
  if (!isLate(conn)) return hand(conn, frame);
  gather(conn, frame);
  return true;
}

/**
 * What becomes of a frame that may not leave yet; undefined where it may, since its turn has come. Apart from `write`: a
 * function that holds a closure pays for it at every call.
 */
function keepTurn(conn: Connection, frame: Packet): boolean | undefined {
  const { outbox, state } = conn;
  if (outbox?.acting === true) return state < CLOSING ? undefined : false;
  if (outbox === undefined || state >= LEAVING) return false;
  outbox.add(() => void write(conn, frame));
  return true;
}

/** Gives one frame to the socket. */
function hand(conn: Connection, frame: Packet): boolean {
  if (conn.congested && overBuffer(conn)) return false;
  const sent = conn.socket.send(frame);
  // Bun: -1 when the frame was queued behind others, 0 when it was dropped. Runtimes that say nothing are asked.
  if (sent === -1 || (sent === undefined && conn.socket.getBufferedAmount() > 0)) fallBehind(conn, frame.length);
  return sent !== 0;
}

/** Closes a peer that has left more than `maxBufferedBytes` unread; false while it has not. */
export function overBuffer(conn: Connection): boolean {
  const bytes = conn.socket.getBufferedAmount();
  if (bytes === 0) {
    if (conn.congested) catchUp(conn);
    return false;
  }
  congest(conn, bytes);
  if (bytes <= conn.hub.limits.maxBufferedBytes) return false;
  dismiss(conn, `it has ${bytes} bytes unread, over limits.maxBufferedBytes`);
  return true;
}

/** The peer has read everything: it gets what was held back, until it is behind again. */
function catchUp(conn: Connection): void {
  for (const [key, frame] of relieve(conn)) {
    if (conn.congested) hold(conn, key, frame);
    else write(conn, frame);
  }
}

/** Milliseconds that a peer which is closed for its slowness has to read up to the close frame. */
const LAST_WORDS_MS = 1_000;

export const SLOW = "Slow consumer";

/** Closes a slow peer with 1013. Its socket, and what it has not read, are kept for one more second. */
export function dismiss(conn: Connection, why: string): void {
  if (conn.state >= CLOSING) return;
  const { hub } = conn;
  hub.logger.warn(`Closing ${conn.clientId}: ${why}`);
  const backlog = hub.congested.get(conn);
  if (backlog !== undefined) backlog.until = hub.clock.monotonic() + LAST_WORDS_MS;
  conn.ending = { code: CLOSE.TRY_LATER, reason: SLOW };
  closeNow(conn);
}

/**
 * Starts the closing handshake with a code that `onClose` will see, whatever the runtime makes of it. What was sent before
 * leaves before it; what has yet to be checked gets `closeGraceMs` for that.
 */
export function close(conn: Connection, code: number, reason: string): void {
  if (conn.state >= LEAVING) return;
  const [sent, why] = closeArguments(code, reason);
  if (conn.outbox === undefined) {
    conn.ending = { code: sent, reason: why };
    return closeNow(conn);
  }
  const leaving = new Leaving(conn, sent, why);
  conn.ending = leaving;
  conn.state = LEAVING;
  conn.hub.deadlines.add(leaving, conn.hub.limits.closeGraceMs);
}

/** As `close`, for whoever closes the runtime's own socket; false where it is the core that does. */
export function hangUp(conn: Connection, code: number = CLOSE.NORMAL, reason = ""): boolean {
  if (conn.state >= CLOSING) return false;
  close(conn, code, reason);
  return true;
}

/** A close that waits for what was sent before it, though not for ever. */
class Leaving implements Expiring {
  expiresAt = 0;
  listed: object | undefined = undefined;
  readonly code: number;
  readonly reason: string;
  private readonly conn: Connection;

  constructor(conn: Connection, code: number, reason: string) {
    this.conn = conn;
    this.code = code;
    this.reason = reason;
  }

  expire(): void {
    if (this.conn.state === LEAVING) closeNow(this.conn);
  }
}

/** Closes as `ending` says. */
export function closeNow(conn: Connection): void {
  if (conn.state >= CLOSING) return;
  flush(conn);
  // Sending may have found that the peer is too far behind.
  if (conn.state >= CLOSING) return;
  conn.state = CLOSING;
  if (conn.ending instanceof Leaving) conn.hub.deadlines.delete(conn.ending);
  const { code: sent, reason: why } = conn.ending ?? { code: CLOSE.NORMAL, reason: "" };
  if (conn.hub.runtime.closesForGood === true) {
    const bytes = conn.socket.getBufferedAmount();
    // The close frame would come behind them anyway.
    if (bytes > 0) return congest(conn, bytes);
  }
  conn.socket.close(sent, why);
}

/** UTF-16 units, or bytes, that one connection may gather before they are sent without waiting for the rest of the tick. */
const MAX_GATHERED = 65_536;

/** The same for all connections of a listener together. */
const MAX_GATHERED_TOTAL = 4_194_304;

// Frames sent outside the callback of their own socket: from a timer, after I/O, to somebody else. There every `send` of
// the runtime would be a system call of its own, which costs fifty times what the frame does; gathered until the
// microtasks of the tick, those of one connection leave in one.

/** Whether a frame to this connection had better wait for others of the same tick. */
function isLate(conn: Connection): boolean {
  return conn.late !== undefined || (conn.hub.receiving !== conn && conn.socket.cork !== undefined);
}

/** Keeps a frame until the tick's microtasks. Everything sent to the connection later has to come this way too. */
function gather(conn: Connection, frame: Packet): void {
  const { hub, late } = conn;
  let units = frame.length;
  if (late === undefined) {
    conn.late = { first: frame, all: undefined, units };
    if (hub.late.push(conn) === 1) queueMicrotask(hub.flushLate);
  } else {
    (late.all ??= [late.first]).push(frame);
    units = late.units += units;
  }
  if ((hub.lateUnits += frame.length) > MAX_GATHERED_TOTAL) flushAll(hub);
  else if (units > MAX_GATHERED) flush(conn);
}

/** Sends everything that was gathered, because its tick ends or something is about to be sent that must come after it. */
export function flushAll(hub: Listener): void {
  if (hub.late.length === 0) return;
  const { late } = hub;
  hub.lateUnits = 0;
  if (late.length === 1) return flush(late.pop() as Connection);
  hub.late = [];
  for (const conn of late) flush(conn);
}

function flush(conn: Connection): void {
  if (conn.late === undefined) return;
  const { first, all } = conn.late;
  conn.late = undefined;
  if (all === undefined) hand(conn, first);
  else handAll(conn, all);
}

/** Apart from `flush`: a function that holds a closure pays for it at every call. */
function handAll(conn: Connection, frames: readonly Packet[]): void {
  conn.socket.cork?.(() => frames.forEach((frame) => conn.state < CLOSING && hand(conn, frame)));
  // Only now it is known what the peer did not take.
  if (!conn.congested && conn.state < CLOSING && conn.socket.getBufferedAmount() > 0) fallBehind(conn, 0);
}
