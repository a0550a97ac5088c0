import { atOnce } from "../base/when.ts";
import { newMark } from "../history/revocations.ts";
import { report } from "../sending/report.ts";
import type { Connection, Listener } from "../state/connection.ts";
import { part } from "./membership.ts";
import { userOf } from "./grants.ts";
import { tellUnsubscribed } from "./tell.ts";

/**
 * Takes a topic from those of its followers that are meant, and tells them; who waits for it is refused.
 * @returns how many there were.
 */
export function revoke(hubs: Iterable<Listener>, topic: string, test: (data: never) => unknown): number {
  let count = 0;
  const mark = newMark();
  for (const hub of hubs) {
    const users = new Set<string>();
    for (const conn of havingOrAwaiting(hub, topic)) {
      if (!isMeant(conn, test)) continue;
      count++;
      users.add(userOf(conn));
      take(conn, topic);
    }
    // Last: a log that cannot keep it says so by an error.
    for (const user of users) hub.recorded?.revoke(topic, user, mark, hub.clock.now());
  }
  return count;
}

/**
 * Takes a topic from all connections of a user, and tells them. Grants are void also where the user has none.
 * @param mark As of a `Revocation`: the same on all nodes.
 * @returns how many there were.
 */
export function revokeFromUser(hubs: Iterable<Listener>, user: string, topic: string, mark: string): number {
  let count = 0;
  // That is nobody: grants of those of whom nobody says who they are would be void, all of them.
  if (user === "") return count;
  for (const hub of hubs) {
    for (const conn of hub.identities.of(user)) {
      if (hub.followers.of(topic)?.has(conn) !== true && conn.joining?.has(topic) !== true) continue;
      count++;
      take(conn, topic);
    }
    hub.recorded?.revoke(topic, user, mark, hub.clock.now());
  }
  return count;
}

/** The followers of a topic, and those whose subscribe waits: they were let in, or will be, by what was true before. */
function havingOrAwaiting(hub: Listener, topic: string): Set<Connection> {
  const found = new Set(hub.followers.of(topic) ?? []);
  for (const conn of hub.joining) if (conn.joining?.has(topic) === true) found.add(conn);
  return found;
}

function take(conn: Connection, topic: string): void {
  conn.joining?.revoke(topic);
  if (part(topic, conn)) tellUnsubscribed(conn, topic, "PERMISSION_DENIED");
}

/** One for whom the test fails is left as it is: an error is no reason to throw anybody out. */
function isMeant(conn: Connection, test: (data: never) => unknown): boolean {
  let meant: unknown;
  try {
    meant = test(conn.data as never);
  } catch (error) {
    report(conn.hub, error, undefined, conn);
    return false;
  }
  // Nobody would be meant, and whoever is banned would stay.
  return atOnce(meant, "The test of revoke()") === true;
}
