import { WsKitError } from "../message/errors.ts";
import type { History } from "../message/history.ts";
import type { AnyPublishOptions, PublishResult } from "../api/publishing.ts";
import type { Packet } from "../protocol/codec.ts";
import { placed } from "../protocol/position.ts";
import type { Recorded } from "../history/recorded.ts";
import type { Connection, Listener } from "../state/connection.ts";
import { deliverHere } from "./deliver.ts";
import { tellPosition } from "./tell.ts";

/** What a publish to a recorded topic has to leave out. @throws WsKitError FAILED_PRECONDITION */
export function checkRecordable(options: AnyPublishOptions, topic: string): void {
  const name = JSON.stringify(topic);
  if (options.filter !== undefined) {
    throw new WsKitError("FAILED_PRECONDITION", `${name} is recorded, for all who follow it: publish without a filter`);
  }
  if (options.local === true) {
    throw new WsKitError(
      "FAILED_PRECONDITION",
      `${name} is recorded, for all servers: publish without { local: true }`,
    );
  }
}

/** Adds a frame to its topic's log, and delivers it as it stands there. */
export function record(
  hub: Listener,
  recorded: Recorded,
  history: History,
  sender: Connection | undefined,
  topic: string,
  type: string,
  frame: Packet,
  options: AnyPublishOptions,
): PublishResult {
  const except = options.excludeSelf === true ? sender : undefined;
  const { position, duplicate } = recorded.log.append(
    topic,
    frame,
    history,
    except === undefined ? undefined : senderOf(except),
    options.id,
  );
  if (duplicate) return { ok: true, matched: 0, remote: "none", position, duplicate };
  const matched = deliverHere(hub, topic, placed(hub.codec, frame, topic, position.offset), except, undefined);
  if (except !== undefined && hub.followers.of(topic)?.has(except) === true) tellPosition(except, topic, position);
  if (hub.hooks !== undefined) hub.hooks.published(sender, topic, type, frame.length, matched);
  return { ok: true, matched, remote: "none", position };
}

/** Whose a message is: the user's where it is known, since a new connection of theirs is theirs as well. */
export function senderOf(conn: Connection): string {
  return conn.hub.identities.get(conn) ?? conn.clientId;
}
