import { isPromise } from "../base/when.ts";
import { errorPayload } from "../message/errors.ts";
import { meantForPeer } from "../message/meant.ts";
import { AUTH_TYPE } from "../protocol/envelope.ts";
import { report } from "../sending/report.ts";
import { sendError } from "../sending/send.ts";
import type { Connection } from "../state/connection.ts";
import { part } from "./membership.ts";
import { permission, ruleFor } from "./rules.ts";
import { tellUnsubscribed } from "./tell.ts";
import { inTime, refusal } from "./subscriptions.ts";

/** How often each connection was asked about: an answer counts unless a later one is asked for. */
const rounds = new WeakMap<Connection, number>();

/**
 * Asks again whether a connection may follow each of its topics, since a new token has changed its data. One that is
 * refused, or whose permission fails or does not come in time, is left, and the peer is told.
 */
export function askRightsAgain(conn: Connection): void {
  if (conn.hub.authorizeTopic === undefined && conn.hub.handlers.topicRules().length === 0) return;
  const round = (rounds.get(conn) ?? 0) + 1;
  rounds.set(conn, round);
  for (const topic of conn.following) ask(topic, conn, round);
  // Those that were asked for by the data of before are asked for again once they are given.
  for (const [topic, asked] of conn.joining ?? []) {
    asked.then(
      () => ask(topic, conn, round),
      () => {},
    );
  }
}

function ask(topic: string, conn: Connection, round: number): void {
  if (rounds.get(conn) !== round) return;
  try {
    const allowed = permission(conn, topic);
    if (!isPromise(allowed)) return allowed ? undefined : leave(topic, conn);
    inTime(conn, Promise.resolve(allowed)).then((yes) => (yes ? undefined : leaveLater()), leaveLater);
  } catch (error) {
    leave(topic, conn, error);
  }

  function leaveLater(error?: unknown): void {
    if (rounds.get(conn) === round) leave(topic, conn, error);
  }
}

function leave(topic: string, conn: Connection, error: unknown = refusal(topic)): void {
  if (conn.hub.followers.of(topic)?.has(conn) !== true) return;
  const { handlers, recorded } = conn.hub;
  part(topic, conn);
  const meant = meantForPeer(error);
  if (meant === undefined) report(conn.hub, error, undefined, conn);
  const { code, message } = meant ?? refusal(topic);
  const known = recorded?.historyOf(topic) !== undefined || ruleFor(handlers.topicRules(), topic) !== undefined;
  if (known) tellUnsubscribed(conn, topic, code);
  sendError(conn, { inReplyTo: AUTH_TYPE }, errorPayload(code, message, { topic }));
}
