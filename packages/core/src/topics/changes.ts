import type { Subscribed } from "../api/history.ts";
import type { Recorded } from "../history/recorded.ts";
import type { Change, Next } from "../history/replica.ts";
import { placed } from "../protocol/position.ts";
import { report } from "../sending/report.ts";
import type { Connection, Listener } from "../state/connection.ts";
import { deliverLocally } from "./deliver.ts";
import { giveGrant } from "./grants.ts";
import { publisherOf } from "./sender.ts";
import { tellPosition, tellSubscribed } from "./tell.ts";

/** Tells this listener's followers of a recorded topic what has become of it, where an engine keeps its log. */
export function tellChange(hub: Listener, topic: string, { gap, moved, entries }: Change): void {
  const followers = hub.followers.of(topic);
  const { recorded } = hub;
  if (followers === undefined || recorded === undefined) return;
  if (gap !== undefined) {
    const { reason, position } = gap;
    for (const conn of followers) {
      stands(conn, recorded, topic, { status: "gap", reason, count: 0, position }, position.offset);
    }
  }
  if (moved !== undefined) {
    for (const conn of followers) {
      const begin = recorded.beginOf(conn, topic) ?? moved.offset;
      stands(conn, recorded, topic, { status: "recovered", count: 0, position: moved }, begin);
    }
  }
  for (const entry of entries) deliver(hub, topic, entry);
}

/** A socket that throws, as one may that somebody has tampered with, does not cut off the followers after it. */
function stands(conn: Connection, recorded: Recorded, topic: string, subscribed: Subscribed, begin: number): void {
  const { position } = subscribed;
  try {
    tellSubscribed(conn, topic, subscribed, position);
    recorded.begins(conn, topic, begin);
    recorded.sends(conn, topic, position);
    giveGrant(conn, recorded, topic, position.epoch, begin);
  } catch (error) {
    report(conn.hub, error, undefined, conn);
  }
}

function deliver(hub: Listener, topic: string, { epoch, offset, prev, packet, from }: Next): void {
  const publisher = from === undefined ? undefined : hub.connections.get(publisherOf(from));
  const frame = placed(hub.codec, packet, topic, offset, prev);
  deliverLocally(hub, topic, frame, publisher, undefined);
  if (publisher !== undefined && hub.followers.of(topic)?.has(publisher) === true) {
    tellPosition(publisher, topic, { epoch, offset });
  }
}
