import type { Recorded } from "../history/recorded.ts";
import { GRANT_TYPE } from "../protocol/envelope.ts";
import { report } from "../sending/report.ts";
import { post } from "../sending/send.ts";
import type { Connection } from "../state/connection.ts";
import { nameOf } from "./sender.ts";

/** Hands out what proves later from where on this user may see the topic; nothing where everybody may see everything. */
export function giveGrant(conn: Connection, recorded: Recorded, topic: string, epoch: string, begin: number): void {
  if (recorded.historyOf(topic)?.visible !== "granted") return;
  const { hub } = conn;
  grantFor(conn, recorded, topic, epoch, begin).then(
    (grant) => {
      if (hub.followers.of(topic)?.has(conn) !== true) return;
      post(conn, hub.codec.encode({ type: GRANT_TYPE, payload: { topic, epoch, grant } }), GRANT_TYPE, undefined);
    },
    (error: unknown) => report(hub, error, undefined, conn),
  );
}

export async function grantFor(
  conn: Connection,
  recorded: Recorded,
  topic: string,
  epoch: string,
  begin: number,
): Promise<string> {
  const grants = await recorded.grantsOf(topic);
  return grants.give({ topic, user: userOf(conn), epoch, begin, by: nameOf(conn.clientId) }, conn.hub.clock.now());
}

export function userOf(conn: Connection): string {
  return conn.hub.identities.get(conn) ?? "";
}
