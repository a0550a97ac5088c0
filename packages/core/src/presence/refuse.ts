import { errorPayload, WsKitError } from "../message/errors.ts";
import { meantForPeer } from "../message/meant.ts";
import { PRESENCE_TYPE } from "../protocol/envelope.ts";
import { report } from "../sending/report.ts";
import { sendError } from "../sending/send.ts";
import type { Connection } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";

/** Tells a client why what it said is not said. */
export function refuse(conn: Connection, topic: string, thrown: unknown): void {
  const meant = meantForPeer(thrown);
  if (meant === undefined) report(conn.hub, thrown, undefined, conn);
  const { code, message } = meant ?? { code: "INTERNAL", message: "The presence cannot be said now" };
  sendError(conn, { inReplyTo: PRESENCE_TYPE }, errorPayload(code, message, { topic }));
}

export function follows(conn: Connection, topic: string): boolean {
  return conn.state !== CLOSED && conn.hub.followers.of(topic)?.has(conn) === true;
}

export function checkFollows(conn: Connection, topic: string): void {
  if (follows(conn, topic)) return;
  throw new WsKitError("FAILED_PRECONDITION", `This connection does not follow ${JSON.stringify(topic)}`);
}
