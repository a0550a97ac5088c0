import { askRenewed, expire, tellExpiry } from "../contexts/expiry.ts";
import { assignAgain } from "../contexts/identity.ts";
import { CLOSE } from "../protocol/codes.ts";
import { AUTH_TYPE, type Envelope } from "../protocol/envelope.ts";
import { close } from "../sending/frames.ts";
import { violate } from "../sending/refusals.ts";
import type { Connection } from "../state/connection.ts";
import type { Lease, Renewed } from "../state/lease.ts";
import { CLOSING } from "../state/phases.ts";
import { askRightsAgain } from "../topics/rights.ts";

/** Milliseconds between a decision on a token and the next token: each costs what `authenticate` costs. */
const MIN_GAP_MS = 1_000;

/** What a header carries as it is (RFC 9110 §5.5), and no blank: `Authorization: Bearer <token>` has to be readable. */
const TOKEN = /^[\x21-\x7e]+$/;

/** A client brings a new token. False where this connection takes none. */
export function renew(conn: Connection, { payload }: Envelope): boolean {
  const lease = conn.hub.leases.get(conn);
  if (lease?.renew === undefined) return false;
  const token: unknown = (payload as { readonly token?: unknown } | null | undefined)?.token;
  if (typeof token !== "string" || !TOKEN.test(token)) {
    violate(
      conn,
      "INVALID_ARGUMENT",
      "A new token is { token }: a string of printable ASCII without blanks",
      AUTH_TYPE,
    );
  } else if (lease.renewing !== undefined || conn.hub.clock.monotonic() - lease.decidedAt < MIN_GAP_MS) {
    violate(conn, "RESOURCE_EXHAUSTED", `One token at a time, and one in ${MIN_GAP_MS} ms`, AUTH_TYPE);
  } else {
    lease.renewing = lease.renew(token);
    void decide(conn, lease, lease.renewing);
  }
  return true;
}

async function decide(conn: Connection, lease: Lease, asked: Promise<Renewed>): Promise<void> {
  const renewed = await asked;
  // A socket that its client has come back on brought a newer one.
  if (lease.renewing !== asked) return;
  lease.renewing = undefined;
  lease.decidedAt = conn.hub.clock.monotonic();
  if (conn.state < CLOSING) settle(conn, lease, renewed);
}

function settle(conn: Connection, lease: Lease, renewed: Renewed): void {
  if (renewed === "refused") return close(conn, CLOSE.UNAUTHENTICATED, "The new token was refused");
  if (renewed === "failed") {
    // Not known to be bad: what held before holds until it ends, and the peer may try again.
    tellExpiry(conn);
    return lease.over ? expire(conn, lease) : undefined;
  }
  conn.hub.resume?.renewed(conn, renewed.data);
  if (!assignAgain(conn, renewed.data)) return;
  askRenewed(conn, lease);
  if (conn.state >= CLOSING) return;
  conn.hub.runtime.settled?.(conn);
  askRightsAgain(conn);
}
