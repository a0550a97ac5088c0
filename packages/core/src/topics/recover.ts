import { isPromise } from "../base/when.ts";
import type { FreshPosition, Subscribed } from "../api/history.ts";
import type { Claim } from "../history/claims.ts";
import type { Recorded } from "../history/recorded.ts";
import { WsKitError } from "../message/errors.ts";
import { checkTold, warnUntold } from "../message/untold-topics.ts";
import type { History } from "../message/history.ts";
import type { Entry } from "../ports/topic-log.ts";
import { type GapReason, placed, type Position } from "../protocol/position.ts";
import { isRoomy } from "../sending/backlog.ts";
import { report } from "../sending/report.ts";
import { post } from "../sending/send.ts";
import type { Connection } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";
import { join } from "./membership.ts";
import { giveGrant, grantFor, holderOf, userOf } from "./grants.ts";
import { isOwn } from "./sender.ts";
import { tellPosition, tellSubscribed } from "./tell.ts";

/** Milliseconds between two looks whether a peer has read enough for a replay. */
const LOOK_MS = 25;

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

/**
 * Where somebody stood, as far as that is proven.
 * @property begin From where on it may be seen; undefined for all of it.
 * @property by The connection that stood there, where that is proven.
 * @property claimed Where somebody says to have stood, which nothing proves.
 */
export type Since =
  | { readonly position: Position; readonly begin: Position | undefined; readonly by: string | undefined }
  | { readonly claimed: Position }
  | undefined;

/** Undefined for a topic that is live; the log says so where it may be since no router was told of it. */
export function wayBack(conn: Connection, topic: string, asked: Asked | undefined): WayBack | undefined {
  const { clock, logger, recorded } = conn.hub;
  const history = recorded?.historyOf(topic);
  if (recorded === undefined || history === undefined) {
    warnUntold(topic, logger);
    return undefined;
  }
  const said = recorded.claims.take(conn, topic, clock.monotonic());
  return { conn, recorded, history, topic, claim: asked?.claim ?? said, correlationId: asked?.correlationId };
}

/**
 * Of a topic that is followed as it is. What came before this connection began to follow it cannot be sent any more: its client
 * stands behind that, and would take it for a repeat.
 */
export function already(conn: Connection, topic: string, asked: Asked | undefined): Subscribed | undefined {
  const way = wayBack(conn, topic, asked);
  if (way === undefined) return undefined;
  const top = way.recorded.topOf(topic);
  const isWhole = way.claim === undefined || way.recorded.hasSent(conn, topic, way.claim.position);
  const subscribed: Subscribed = isWhole
    ? { status: "recovered", count: 0, position: top }
    : { status: "gap", reason: "hole", count: 0, position: top };
  if (asked !== undefined || !isWhole) tellSubscribed(conn, topic, subscribed, top, way.correlationId);
  return subscribed;
}

/** Nobody follows the topic any more, or nobody is there. */
export function calledOff(way: WayBack | undefined): Subscribed | undefined {
  if (way === undefined) return undefined;
  const top = way.recorded.topOf(way.topic);
  return { status: "gap", reason: "not-resubscribed", count: 0, position: top };
}

/** @throws WsKitError FAILED_PRECONDITION for a topic without a history. */
export async function standOf(conn: Connection, topic: string): Promise<FreshPosition> {
  const { recorded } = conn.hub;
  const history = recorded?.historyOf(topic);
  if (recorded === undefined || history === undefined) {
    checkTold(topic);
    throw new WsKitError("FAILED_PRECONDITION", `${JSON.stringify(topic)} has no history, and no positions`);
  }
  const holder = holderOf(conn, recorded, topic);
  const release = await recorded.ready(topic, undefined);
  const { epoch, offset } = recorded.topOf(topic);
  release?.();
  if (history.visible === "all") return [epoch, offset];
  return [epoch, offset, await grantFor(holder, recorded, topic, epoch, offset)];
}

/** What a claim is worth, when its peer has read enough to be sent what it has missed. */
export async function standing(way: WayBack, claim: Claim): Promise<Since> {
  const since = await proven(way, claim);
  await roomFor(way.conn);
  return since;
}

/** Where only those may see a topic who followed it, as much as its grant. */
async function proven({ conn, recorded, history, topic }: WayBack, { position, grant }: Claim): Promise<Since> {
  if (history.visible === "all") return { position, begin: undefined, by: undefined };
  if (grant === undefined) return { claimed: position };
  const now = conn.hub.clock.now();
  const grants = await recorded.grantsOf(topic);
  const proof = await grants.proofOf(grant, topic, userOf(conn), history, now);
  return proof === undefined || proof.begin.offset > position.offset ? { claimed: position } : { position, ...proof };
}

/** Waits until the peer has read most of what it was sent: a replay is much at once. */
async function roomFor(conn: Connection): Promise<void> {
  while (conn.state !== CLOSED && !isRoomy(conn)) {
    await new Promise<void>((resolve) => conn.hub.clock.setTimeout(resolve, LOOK_MS));
  }
}

/**
 * Resolves when the log is known here up to where somebody stood; what it gives lets go of it.
 * @returns undefined where the log is this process's own. @throws WsKitError UNAVAILABLE, by rejecting.
 */
export function readyFor({ recorded, topic }: WayBack, since: Since): Promise<() => void> | undefined {
  return recorded.ready(topic, since !== undefined && "position" in since ? since.position : undefined);
}

/** Says what becomes of it, sends what was missed, and lets the topic's next message come: with none between these. */
export function follow(way: WayBack, since: Since): Subscribed | undefined {
  const { conn, recorded, topic } = way;
  if (conn.state === CLOSED) return undefined;
  const { maxReplayMessages: messages, maxReplayBytes: bytes } = conn.hub.limits;
  const after = since !== undefined && "position" in since ? since.position : undefined;
  const reading = recorded.read(topic, after, { messages, bytes });
  const { top } = reading;
  const reason = "gap" in reading ? reading.gap : unproven(way, since);
  const missed = "gap" in reading || reason !== undefined ? [] : reading.entries;
  const subscribed: Subscribed =
    reason !== undefined
      ? { status: "gap", reason, count: 0, position: top }
      : { status: since === undefined ? "fresh" : "recovered", count: missed.length, position: top };
  // The client then stands where the replay begins: before what it has missed.
  const from = after !== undefined && reason === undefined ? { epoch: top.epoch, offset: after.offset } : top;
  tellSubscribed(conn, topic, subscribed, from, way.correlationId);
  const by = since !== undefined && "by" in since ? since.by : undefined;
  let prev = from.offset;
  for (const entry of missed) {
    replay(way, entry, top.epoch, prev, by);
    prev = entry.offset;
  }
  const begin =
    reason === undefined && since !== undefined && "begin" in since ? (since.begin?.offset ?? 0) : top.offset;
  recorded.begins(conn, topic, begin);
  recorded.sends(conn, topic, from);
  giveGrant(conn, recorded, topic, top.epoch, begin);
  const joined = join(topic, conn);
  if (isPromise(joined)) Promise.resolve(joined).catch((error: unknown) => report(conn.hub, error, undefined, conn));
  return subscribed;
}

/** Why somebody may not see what came after where they stood; undefined where they may. */
function unproven({ recorded, topic }: WayBack, since: Since): GapReason | undefined {
  if (since === undefined) return undefined;
  // A server that was started again knows neither the key nor the log of before: of the two that is what there is to be said.
  if ("claimed" in since) return recorded.goesOnFrom(topic, since.claimed) ? "grant" : "epoch";
  return since.begin === undefined || recorded.goesOnFrom(topic, since.begin) ? undefined : "grant";
}

/** A message that was missed; who had published it and did not want it is told only that it was. */
function replay(
  { conn, topic }: WayBack,
  { offset, packet, from }: Entry,
  epoch: string,
  prev: number,
  by: string | undefined,
): void {
  if (from !== undefined && isOwn(from, conn, by)) return tellPosition(conn, topic, { epoch, offset });
  post(conn, placed(conn.hub.codec, packet, topic, offset, prev), "", undefined);
}
