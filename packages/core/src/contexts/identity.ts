import { assignOwn } from "../base/own.ts";
import { calmed } from "../base/when.ts";
import { CLOSE } from "../protocol/codes.ts";
import { close } from "../sending/frames.ts";
import { report } from "../sending/report.ts";
import type { Connection } from "../state/connection.ts";
import { LEAVING } from "../state/phases.ts";

/**
 * Asks the application whose connection it is. The first id it gives is fixed: a connection that then turns out to be
 * somebody else's, or nobody's, is closed with 4403.
 * @returns false where it has been closed for that.
 */
export function askIdentity(conn: Connection): boolean {
  const { identify, identities } = conn.hub;
  if (identify === undefined) return true;
  if (conn.state >= LEAVING) return conn.ending?.code !== CLOSE.FORBIDDEN;
  const known = identities.get(conn);
  const id = idOf(conn, identify as (data: unknown) => unknown, conn.data);
  if (id === known) return true;
  if (known === undefined && id !== undefined) {
    identities.set(conn, id);
    conn.hub.presence?.renamed(conn);
    return true;
  }
  return expelStranger(conn);
}

/**
 * As `askIdentity`, about data that a connection would come to have: nothing that runs for it sees somebody else's.
 * @returns false where it has been closed for that.
 */
function staysWithIdentity(conn: Connection, data: Record<string, unknown>): boolean {
  const { identify, identities } = conn.hub;
  const known = identities.get(conn);
  if (identify === undefined || known === undefined) return true;
  return idOf(conn, identify as (data: unknown) => unknown, data) === known || expelStranger(conn);
}

/**
 * Assigns what `authenticate` returned of a connection that is known already.
 * @returns false where it has been closed: it is somebody else's, whose data nothing has then seen, or its data cannot be changed.
 */
export function assignAgain(conn: Connection, given: Readonly<Record<string, unknown>>): boolean {
  const { clientId: _mine, ...record } = given;
  const whole = {};
  try {
    assignOwn(whole, conn.data);
    assignOwn(whole, record);
    if (!staysWithIdentity(conn, whole)) return false;
    assignOwn(conn.data, record);
  } catch (error) {
    // A handler may have frozen it. What it says by now is not what was decided.
    report(conn.hub, error, undefined, conn);
    close(conn, CLOSE.INTERNAL, "The data of the connection cannot be changed");
    return false;
  }
  conn.hub.presence?.renamed(conn);
  return askIdentity(conn);
}

function expelStranger(conn: Connection): false {
  conn.hub.logger.warn(`Closing ${conn.clientId}: identify() gave another identity than before`);
  close(conn, CLOSE.FORBIDDEN, "The identity of a connection cannot change");
  return false;
}

function idOf(conn: Connection, identify: (data: unknown) => unknown, data: unknown): string | undefined {
  try {
    const id = identify(data);
    if (id === undefined || id === null || id === "") return undefined;
    if (typeof id === "string") return id;
    calmed(id);
    throw new TypeError("identify() has to return a string, or undefined for nobody");
  } catch (error) {
    report(conn.hub, error, undefined, conn);
    return undefined;
  }
}
