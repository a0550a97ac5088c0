import { aKind } from "../base/options.ts";
import { WsKitError } from "../message/errors.ts";
import type { History } from "../message/history.ts";
import type { AnyPublishOptions, PublishResult } from "../api/publishing.ts";
import type { Recording } from "../ports/engine-log.ts";
import type { Packet } from "../protocol/codec.ts";
import { placed } from "../protocol/position.ts";
import type { Recorded } from "../history/recorded.ts";
import type { Connection, Listener } from "../state/connection.ts";
import { deliverHere } from "./deliver.ts";
import { fromOf } from "./sender.ts";
import { tellPosition } from "./tell.ts";

/**
 * What a publish to a recorded topic has to leave out.
 * @throws WsKitError FAILED_PRECONDITION, and INVALID_ARGUMENT for an id that is none.
 */
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
  const { id }: { id?: unknown } = options;
  // Written as text all of a kind would be one message, and all but the first be lost.
  if (id !== undefined && typeof id !== "string") {
    throw new WsKitError("INVALID_ARGUMENT", `The id of a message is a string: this one is ${aKind(id)}`);
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
): PublishResult | Promise<PublishResult> {
  const except = options.excludeSelf === true ? sender : undefined;
  const from = except === undefined ? undefined : fromOf(except);
  const { log } = recorded;
  if (log === undefined)
    return recordElsewhere(hub, recorded, sender, topic, type, { packet: frame, from, id: options.id }, options);
  const { position, duplicate } = log.append(topic, frame, history, from, options.id);
  if (duplicate) return { ok: true, matched: 0, remote: "none", position, duplicate };
  const there = placed(hub.codec, frame, topic, position.offset);
  const matched = deliverHere(hub, topic, there, except, undefined);
  if (except !== undefined && hub.followers.of(topic)?.has(except) === true) tellPosition(except, topic, position);
  if (hub.hooks !== undefined) hub.hooks.published(sender, topic, type, there, matched, except, undefined);
  return { ok: true, matched, remote: "none", position };
}

/** Adds it to the engine's log, from where it comes to the followers of all nodes, this one's as well. */
async function recordElsewhere(
  hub: Listener,
  recorded: Recorded,
  sender: Connection | undefined,
  topic: string,
  type: string,
  recording: Recording,
  { ack }: AnyPublishOptions,
): Promise<PublishResult> {
  const known = ack === true && recording.id === undefined ? { ...recording, id: crypto.randomUUID() } : recording;
  const { position, duplicate } = await recorded.append(topic, known, ack === true);
  // Under an id that was made here only this one itself can have been there.
  if (duplicate && known === recording) return { ok: true, matched: 0, remote: "sent", position, duplicate };
  let matched = 0;
  for (const peer of hub.peers) matched += peer.followers.of(topic)?.size ?? 0;
  if (recording.from !== undefined && sender !== undefined && hub.followers.of(topic)?.has(sender) === true) matched--;
  const except = recording.from === undefined ? undefined : sender;
  if (hub.hooks !== undefined) hub.hooks.published(sender, topic, type, recording.packet, matched, except, undefined);
  return { ok: true, matched, remote: "sent", position };
}
