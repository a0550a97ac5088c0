import { describe } from "../base/thrown.ts";
import { calmed } from "../base/when.ts";
import { CLOSE } from "../protocol/codes.ts";
import { AUTH_TYPE } from "../protocol/envelope.ts";
import { close } from "../sending/frames.ts";
import { report } from "../sending/report.ts";
import { post } from "../sending/send.ts";
import type { Connection, Listener } from "../state/connection.ts";
import type { Lease, Renew } from "../state/lease.ts";
import { CLOSING, OPENING } from "../state/phases.ts";

/** No token is valid until then, in milliseconds since the epoch (1973): it must have been meant in seconds. */
const SECONDS_BELOW = 1e11;

class ConnectionLease implements Lease {
  expiresAt = 0;
  listed: object | undefined = undefined;
  until = Infinity;
  endsAt = Infinity;
  over = false;
  renewing: Lease["renewing"] = undefined;
  decidedAt = -Infinity;
  readonly renew: Renew | undefined;
  private readonly conn: Connection;

  constructor(conn: Connection, renew: Renew | undefined) {
    this.conn = conn;
    this.renew = renew;
  }

  expire(): void {
    expire(this.conn, this);
  }
}

/** A connection begins: from here on it is looked after for how long it may stay. */
export function beginLease(conn: Connection, renew: Renew | undefined): void {
  const { expiresAt, leases } = conn.hub;
  if (expiresAt === undefined) return;
  const lease = new ConnectionLease(conn, renew);
  leases.set(conn, lease);
  // One that has slept was told before.
  ask(conn, lease);
}

export function endLease(conn: Connection): void {
  const { expiresAt, leases, deadlines } = conn.hub;
  const lease = expiresAt && leases.get(conn);
  if (lease === undefined) return;
  leases.delete(conn);
  deadlines.delete(lease);
}

/** Asks the application until when a connection may stay, as after each change of its data. */
export function askExpiry(conn: Connection): void {
  const { expiresAt, leases } = conn.hub;
  const lease = expiresAt && leases.get(conn);
  if (lease === undefined || conn.state >= CLOSING) return;
  const before = lease.until;
  if (!ask(conn, lease) || lease.until === before) return;
  if (conn.state !== OPENING) tellExpiry(conn);
}

/**
 * As `askExpiry`, for data that a new token has brought: the peer is told in any case. One that is still being decided on is older, and
 * changes nothing any more.
 */
export function askRenewed(conn: Connection, lease: Lease): void {
  lease.renewing = undefined;
  if (ask(conn, lease)) tellExpiry(conn);
}

/** Tells the peer how long it may stay, where it can do something about it. */
export function tellExpiry(conn: Connection): void {
  const { clock, codec, expiresAt, leases } = conn.hub;
  const lease = expiresAt && leases.get(conn);
  if (lease?.renew === undefined || lease.endsAt === Infinity) return;
  const expiresInMs = Math.max(0, Math.round(lease.endsAt - clock.monotonic()));
  post(conn, codec.encode({ type: AUTH_TYPE, payload: { expiresInMs } }), AUTH_TYPE, undefined);
}

/** Does what is due: says that the time is over, and closes after the grace. */
export function expire(conn: Connection, lease: Lease): void {
  if (conn.state >= CLOSING) return;
  const { clock, limits } = conn.hub;
  const now = clock.monotonic();
  if (now < lease.endsAt) return schedule(conn, lease);
  if (now < lease.endsAt + limits.expiryGraceMs) {
    const told = lease.over;
    lease.over = true;
    // Also wakes the client of a page whose timers are held up.
    if (!told) tellExpiry(conn);
    return schedule(conn, lease);
  }
  // What came in time is waited for, no longer than authTimeoutMs.
  if (lease.renewing === undefined) close(conn, CLOSE.UNAUTHENTICATED, "The token has expired");
}

/**
 * Looks at all connections of a listener that has no timers to do so.
 * @returns when to look the next time, in milliseconds since the epoch; Infinity for never.
 */
export function expireDue({ clock, connections, leases }: Listener): number {
  let next = Infinity;
  for (const conn of connections) {
    const lease = leases.get(conn);
    if (lease === undefined) continue;
    if (dueAt(conn, lease) <= clock.now()) expire(conn, lease);
    if (conn.state < CLOSING) next = Math.min(next, dueAt(conn, lease));
  }
  return next;
}

/** When a connection has to be looked at, in milliseconds since the epoch. */
function dueAt({ hub }: Connection, { until, over }: Lease): number {
  return over ? until + hub.limits.expiryGraceMs : until;
}

function schedule(conn: Connection, lease: Lease): void {
  const { clock, deadlines, limits, runtime } = conn.hub;
  if (runtime.sleeps === true) return void (lease.until < Infinity && runtime.expires?.(dueAt(conn, lease)));
  const end = lease.over ? lease.endsAt + limits.expiryGraceMs : lease.endsAt;
  deadlines.add(lease, Math.max(0, end - clock.monotonic()));
}

/** False where the connection has been closed, since nobody knows. */
function ask(conn: Connection, lease: Lease): boolean {
  const { clock, logger } = conn.hub;
  const until = untilOf(conn);
  if (until === undefined) {
    close(conn, CLOSE.INTERNAL, "Nobody knows until when the connection may stay");
    return false;
  }
  if (until < SECONDS_BELOW)
    logger.warn(
      `expiresAt() gave ${until}, which is over since 1970: it is in milliseconds, a JWT's exp is in seconds`,
    );
  lease.until = until;
  lease.endsAt = clock.monotonic() + until - clock.now();
  // It has been told that it is over, unless that is no longer so.
  lease.over &&= lease.endsAt <= clock.monotonic();
  schedule(conn, lease);
  return true;
}

function untilOf(conn: Connection): number | undefined {
  const expiresAt = conn.hub.expiresAt as ((data: unknown) => unknown) | undefined;
  try {
    const until = expiresAt?.(conn.data) ?? Infinity;
    if (typeof until === "number" && !Number.isNaN(until)) return until;
    calmed(until);
    throw new TypeError(
      `expiresAt() has to return milliseconds since the epoch, or undefined for never, not ${describe(until)}`,
    );
  } catch (error) {
    report(conn.hub, error, undefined, conn);
    return undefined;
  }
}
