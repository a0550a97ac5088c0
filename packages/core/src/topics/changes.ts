import type { Recorded } from "../history/recorded.ts";
import type { Change, Next } from "../history/replica.ts";
import { placed } from "../protocol/position.ts";
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
      tellSubscribed(conn, topic, { status: "gap", reason, count: 0, position }, position);
      begin(conn, recorded, topic, position.epoch, position.offset);
    }
  }
  if (moved !== undefined) {
    for (const conn of followers) {
      tellSubscribed(conn, topic, { status: "recovered", count: 0, position: moved }, moved);
      begin(conn, recorded, topic, moved.epoch, recorded.beginOf(conn, topic) ?? moved.offset);
    }
  }
  for (const entry of entries) deliver(hub, topic, entry);
}

function begin(conn: Connection, recorded: Recorded, topic: string, epoch: string, offset: number): void {
  recorded.begins(conn, topic, offset);
  giveGrant(conn, recorded, topic, epoch, offset);
}

function deliver(hub: Listener, topic: string, { epoch, offset, prev, packet, from }: Next): void {
  const publisher = from === undefined ? undefined : hub.connections.get(publisherOf(from));
  const frame = placed(hub.codec, packet, topic, offset, prev);
  deliverLocally(hub, topic, frame, publisher, undefined);
  if (publisher !== undefined && hub.followers.of(topic)?.has(publisher) === true) {
    tellPosition(publisher, topic, { epoch, offset });
  }
}
