import { toError } from "../base/thrown.ts";
import { type Claim, claimOf, claimsOf } from "../history/claims.ts";
import { errorPayload, WsKitError } from "../message/errors.ts";
import { meantForPeer } from "../message/meant.ts";
import {
  type Envelope,
  MAX_CORRELATION_ID,
  POSITIONS_TYPE,
  PRESENCE_TYPE,
  SUBSCRIBE_TYPE,
  SUBSCRIBED_TYPE,
  UNSUBSCRIBE_TYPE,
} from "../protocol/envelope.ts";
import { violate } from "../sending/refusals.ts";
import { report } from "../sending/report.ts";
import { post, sendError } from "../sending/send.ts";
import type { Connection } from "../state/connection.ts";
import { ruleFor } from "./rules.ts";
import { refusal, TopicsOf } from "./subscriptions.ts";

/** Takes in what a client says of topics. False for a frame that says nothing of them, or nothing that can be understood. */
export function topicFrame(conn: Connection, envelope: Envelope): boolean {
  const { type, payload, meta } = envelope;
  if (type === POSITIONS_TYPE) return positions(conn, payload);
  if (type === PRESENCE_TYPE) return conn.hub.presence?.frame(conn, envelope) === true;
  if (type !== SUBSCRIBE_TYPE && type !== UNSUBSCRIBE_TYPE) return false;
  const { topic, since } = (payload ?? {}) as { topic?: unknown; since?: unknown };
  if (typeof topic !== "string") return false;
  if (type === UNSUBSCRIBE_TYPE) {
    if (ruleFor(conn.hub.handlers.topicRules(), topic) !== undefined) void new TopicsOf(conn).unsubscribe(topic);
    return true;
  }
  const { correlationId } = meta ?? {};
  if (typeof correlationId !== "string" || correlationId.length > MAX_CORRELATION_ID) return false;
  const claim = since === undefined ? undefined : claimOf(since);
  if (since !== undefined && claim === undefined) {
    violate(conn, "INVALID_ARGUMENT", `since is ${POSITION}`, type, correlationId);
    return true;
  }
  subscribe(conn, topic, correlationId, claim).catch((error: unknown) => refuse(conn, correlationId, error));
  return true;
}

const POSITION = "[epoch, offset], or [epoch, offset, grant]";

/** What a client says at the beginning, of where it stood: it waits until a handler follows these topics again. */
function positions(conn: Connection, payload: unknown): boolean {
  const { clock, limits, recorded } = conn.hub;
  if (recorded === undefined) return false;
  const claimed = claimsOf(payload, limits.maxTopics);
  const wrong = (why: string): true => violate(conn, "INVALID_ARGUMENT", why, POSITIONS_TYPE) ?? true;
  if (claimed === undefined)
    return wrong(`topics is an object with at most ${limits.maxTopics} topics (limits.maxTopics)`);
  if (!recorded.claims.add(conn, claimed.claims, clock.monotonic()))
    return wrong("Positions are said once a connection");
  // One that is none costs no other topic its place.
  return claimed.isWhole || wrong(`A position is ${POSITION}`);
}

/** Follows a topic since its client asks for it: where there is a rule for it, and it lets it. */
async function subscribe(conn: Connection, topic: string, correlationId: string, claim: Claim | undefined) {
  // A topic that nobody has heard of is told apart from one that is not this peer's by nobody.
  if (ruleFor(conn.hub.handlers.topicRules(), topic) === undefined) {
    conn.hub.logger.warn(
      `A client asked for the topic ${JSON.stringify(topic)}, of which no rule says who may: router.topic() with its family lets clients follow it by themselves, authorizeTopic alone only handlers (ctx.topics.subscribe)`,
    );
    throw refusal(topic);
  }
  // Somebody has asked for it just now: what comes of that is told, and not asked for twice. Otherwise at once: what the client
  // sends next may be that it wants it no longer.
  for (let waiting; (waiting = conn.joining?.get(topic)) !== undefined;) await waiting.catch(() => {});
  const topics = new TopicsOf(conn);
  const subscribed = await topics.subscribe(topic, { claim, correlationId });
  if (!topics.has(topic)) throw new WsKitError("ABORTED", `${JSON.stringify(topic)} was left meanwhile`);
  if (subscribed !== undefined) return;
  const { codec } = conn.hub;
  const payload = { topic, status: "fresh" };
  post(conn, codec.encode({ type: SUBSCRIBED_TYPE, meta: { correlationId }, payload }), SUBSCRIBED_TYPE, correlationId);
}

function refuse(conn: Connection, correlationId: string, thrown: unknown): void {
  const meant = meantForPeer(thrown);
  if (meant === undefined) report(conn.hub, toError(thrown), undefined, conn);
  const { code, message } = meant ?? { code: "INTERNAL", message: "The topic cannot be followed now" };
  sendError(conn, { correlationId }, errorPayload(code, message, meant?.details, meant?.retry));
}
