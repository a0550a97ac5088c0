import type { Recorded } from "../history/recorded.ts";
import { GRANT_TYPE } from "../protocol/envelope.ts";
import { report } from "../sending/report.ts";
import { post } from "../sending/send.ts";
import type { Connection } from "../state/connection.ts";
import { nameOf } from "./sender.ts";

/** Whose a grant is, as of one moment: who is revoked, or becomes somebody else, while it is being signed has a void one. */
interface Holder {
  readonly conn: Connection;
  readonly user: string;
  readonly mark: string | undefined;
}

export function holderOf(conn: Connection, recorded: Recorded, topic: string): Holder {
  const user = userOf(conn);
  return { conn, user, mark: recorded.markOf(topic, user) };
}

/** Hands out what proves later from where on this user may see the topic; nothing where everybody may see everything. */
export function giveGrant(conn: Connection, recorded: Recorded, topic: string, epoch: string, begin: number): void {
  if (recorded.historyOf(topic)?.visible !== "granted") return;
  const { hub } = conn;
  const holder = holderOf(conn, recorded, topic);
  grantFor(holder, recorded, topic, epoch, begin).then(
    (grant) => {
      // A void one may come behind the one that takes its place.
      if (hub.followers.of(topic)?.has(conn) !== true || recorded.markOf(topic, holder.user) !== holder.mark) return;
      post(conn, hub.codec.encode({ type: GRANT_TYPE, payload: { topic, epoch, grant } }), GRANT_TYPE, undefined);
    },
    (error: unknown) => report(hub, error, undefined, conn),
  );
}

export async function grantFor(
  { conn, user, mark }: Holder,
  recorded: Recorded,
  topic: string,
  epoch: string,
  begin: number,
): Promise<string> {
  const grants = await recorded.grantsOf(topic);
  return grants.give({ topic, user, epoch, begin, by: nameOf(conn.clientId), mark }, conn.hub.clock.now());
}

export function userOf(conn: Connection): string {
  return conn.hub.identities.get(conn) ?? "";
}
