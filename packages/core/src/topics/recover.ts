import { isPromise } from "../base/when.ts";
import type { SavedPosition, Subscribed } from "../api/history.ts";
import type { Claim } from "../history/claims.ts";
import type { Recorded } from "../history/recorded.ts";
import { WsKitError } from "../message/errors.ts";
import type { History } from "../message/history.ts";
import type { Entry } from "../ports/topic-log.ts";
import { GRANT_TYPE, SUBSCRIBED_TYPE } from "../protocol/envelope.ts";
import { type GapReason, placed, type Position } from "../protocol/position.ts";
import { isRoomy } from "../sending/backlog.ts";
import { report } from "../sending/report.ts";
import { post } from "../sending/send.ts";
import type { Connection } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";
import { join } from "./membership.ts";
import { senderOf } from "./record.ts";
import { tellPosition } from "./tell.ts";

/** Milliseconds between two looks whether a peer has read enough for a replay. */
const LOOK_MS = 25;

const NOTHING = { messages: 0, bytes: 0 };

/** What a client says where it asks for a topic by itself. */
export interface Asked {
  readonly claim: Claim | undefined;
  readonly correlationId: string | undefined;
}

/** One connection's way into a recorded topic. */
export interface WayBack {
  readonly conn: Connection;
  readonly recorded: Recorded;
  readonly history: History;
  readonly topic: string;
  /** Where its client says that it stood. */
  readonly claim: Claim | undefined;
  /** Of the request that asked for it, where a client did. */
  readonly correlationId: string | undefined;
}

/** Where somebody stood, as far as that is proven. */
export type Since = { readonly position: Position; readonly begin: number } | { readonly gap: GapReason } | undefined;

/** Undefined for a topic that is live. */
export function wayBack(conn: Connection, topic: string, asked: Asked | undefined): WayBack | undefined {
  const { clock, recorded } = conn.hub;
  const history = recorded?.historyOf(topic);
  if (recorded === undefined || history === undefined) return undefined;
  const said = recorded.claims.take(conn, topic, clock.monotonic());
  return { conn, recorded, history, topic, claim: asked?.claim ?? said, correlationId: asked?.correlationId };
}

/** Of a topic that is followed as it is. */
export function already(conn: Connection, topic: string, asked: Asked | undefined): Subscribed | undefined {
  const way = wayBack(conn, topic, asked);
  if (way === undefined) return undefined;
  const { top } = way.recorded.log.read(topic, undefined, way.history, NOTHING);
  const subscribed: Subscribed = { status: "recovered", count: 0, position: top };
  if (asked !== undefined) tellSubscribed(way, subscribed, undefined);
  return subscribed;
}

/** Nobody follows the topic any more, or nobody is there. */
export function calledOff(way: WayBack | undefined): Subscribed | undefined {
  if (way === undefined) return undefined;
  const { top } = way.recorded.log.read(way.topic, undefined, way.history, NOTHING);
  return { status: "gap", reason: "not-resubscribed", count: 0, position: top };
}

/** @throws WsKitError FAILED_PRECONDITION for a topic without a history. */
export async function standOf(conn: Connection, topic: string): Promise<SavedPosition> {
  const { clock, recorded } = conn.hub;
  const history = recorded?.historyOf(topic);
  if (recorded === undefined || history === undefined) {
    throw new WsKitError("FAILED_PRECONDITION", `${JSON.stringify(topic)} has no history, and no positions`);
  }
  const { epoch, offset } = recorded.log.read(topic, undefined, history, NOTHING).top;
  if (history.visible === "all") return [epoch, offset];
  return [epoch, offset, await recorded.grants.give({ topic, user: userOf(conn), epoch, begin: offset }, clock.now())];
}

/** What a claim is worth, when its peer has read enough to be sent what it has missed. */
export async function standing(way: WayBack, claim: Claim): Promise<Since> {
  const since = await proven(way, claim);
  await roomFor(way.conn);
  return since;
}

/** Where only those may see a topic who followed it, as much as its grant. */
async function proven({ conn, recorded, history, topic }: WayBack, { position, grant }: Claim): Promise<Since> {
  if (history.visible === "all") return { position, begin: 0 };
  if (grant === undefined) return { gap: "grant" };
  const now = conn.hub.clock.now();
  const user = userOf(conn);
  const revokedAt = recorded.revokedAt(topic, user);
  const begin = await recorded.grants.beginOf(grant, topic, user, position, history, now, revokedAt);
  return begin === undefined ? { gap: "grant" } : { position, begin };
}

export function userOf(conn: Connection): string {
  return conn.hub.identities.get(conn) ?? "";
}

/** Waits until the peer has read most of what it was sent: a replay is much at once. */
async function roomFor(conn: Connection): Promise<void> {
  while (conn.state !== CLOSED && !isRoomy(conn)) {
    await new Promise<void>((resolve) => conn.hub.clock.setTimeout(resolve, LOOK_MS));
  }
}

/** Says what becomes of it, sends what was missed, and lets the topic's next message come: with none between these. */
export function follow(way: WayBack, since: Since): Subscribed | undefined {
  const { conn, recorded, history, topic } = way;
  if (conn.state === CLOSED) return undefined;
  const { maxReplayMessages: messages, maxReplayBytes: bytes } = conn.hub.limits;
  const after = since !== undefined && "position" in since ? since.position : undefined;
  const reading = recorded.log.read(topic, after, history, { messages, bytes });
  const { top } = reading;
  const reason = "gap" in reading ? reading.gap : since !== undefined && "gap" in since ? since.gap : undefined;
  const missed = "gap" in reading ? [] : reading.entries;
  const subscribed: Subscribed =
    reason !== undefined
      ? { status: "gap", reason, count: 0, position: top }
      : { status: since === undefined ? "fresh" : "recovered", count: missed.length, position: top };
  tellSubscribed(way, subscribed, after);
  for (const entry of missed) replay(way, entry, top.epoch);
  const begin = reason === undefined && since !== undefined && "begin" in since ? since.begin : top.offset;
  if (history.visible === "granted") handOut(way, top.epoch, begin);
  const joined = join(topic, conn);
  if (isPromise(joined)) Promise.resolve(joined).catch((error: unknown) => report(conn.hub, error, undefined, conn));
  return subscribed;
}

/** The client then stands where the replay begins: before what it has missed. */
function tellSubscribed(
  way: WayBack,
  { status, reason, count, position }: Subscribed,
  after: Position | undefined,
): void {
  const { conn, topic, correlationId } = way;
  const { epoch, offset } = status === "recovered" && after !== undefined ? after : position;
  const meta = correlationId === undefined ? undefined : { correlationId };
  const payload = { topic, status, reason, count, epoch, offset };
  post(conn, conn.hub.codec.encode({ type: SUBSCRIBED_TYPE, meta, payload }), SUBSCRIBED_TYPE, correlationId);
}

/** A message that was missed; who had published it and did not want it is told only that it was. */
function replay({ conn, topic }: WayBack, { offset, packet, from }: Entry, epoch: string): void {
  if (from !== undefined && from === senderOf(conn)) return tellPosition(conn, topic, { epoch, offset });
  post(conn, placed(conn.hub.codec, packet, topic, offset), "", undefined);
}

/** Hands out what proves later from where on this user may see the topic. */
function handOut({ conn, recorded, topic }: WayBack, epoch: string, begin: number): void {
  const { hub } = conn;
  recorded.grants.give({ topic, user: userOf(conn), epoch, begin }, hub.clock.now()).then(
    (given) => {
      if (hub.followers.of(topic)?.has(conn) !== true) return;
      post(
        conn,
        hub.codec.encode({ type: GRANT_TYPE, payload: { topic, epoch, grant: given } }),
        GRANT_TYPE,
        undefined,
      );
    },
    (error: unknown) => report(hub, error, undefined, conn),
  );
}
