import type { Grants } from "../history/grants.ts";
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
  const give = (grant: string): void => {
    // A void one may come behind the one that takes its place.
    if (hub.followers.of(topic)?.has(conn) !== true || recorded.markOf(topic, holder.user) !== holder.mark) return;
    post(conn, hub.codec.encode({ type: GRANT_TYPE, payload: { topic, epoch, grant } }), GRANT_TYPE, undefined);
  };
  const failed = (error: unknown): void => report(hub, error, undefined, conn);
  const later = (error: unknown): void => {
    failed(error);
    // Without one nobody comes back from another node without a gap.
    recorded
      .grantsAtLast(topic)
      ?.then((grants) => signed(grants, holder, topic, epoch, begin).then(give))
      .catch(failed);
  };
  grantFor(holder, recorded, topic, epoch, begin).then(give, later);
}

export async function grantFor(
  holder: Holder,
  recorded: Recorded,
  topic: string,
  epoch: string,
  begin: number,
): Promise<string> {
  return signed(await recorded.grantsOf(topic), holder, topic, epoch, begin);
}

function signed(grants: Grants, holder: Holder, topic: string, epoch: string, begin: number): Promise<string> {
  const { conn, user, mark } = holder;
  return grants.give({ topic, user, epoch, begin, by: nameOf(conn.clientId), mark }, conn.hub.clock.now());
}

export function userOf(conn: Connection): string {
  return conn.hub.identities.get(conn) ?? "";
}
