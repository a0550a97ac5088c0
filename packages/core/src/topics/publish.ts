import { toError } from "../base/thrown.ts";
import { WsKitError } from "../message/errors.ts";
import type { AnyPublishOptions, PublishResult } from "../api/publishing.ts";
import { checkGiven, type PlainKinds } from "../base/options.ts";
import { isPromise, whenAll } from "../base/when.ts";
import { checkTold } from "../message/untold-topics.ts";
import type { AnyMessage } from "../message/message.ts";
import { notCarried } from "../message/not-carried.ts";
import type { NodeLink } from "../ports/engine.ts";
import type { Packet } from "../protocol/codec.ts";
import type { Meta } from "../protocol/envelope.ts";
import { checkSent, encode } from "../sending/encode.ts";
import { inTurnOf } from "../sending/outbox.ts";
import { type Skip, skipOf } from "../sending/overflow.ts";
import { report } from "../sending/report.ts";
import type { Connection, Listener } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";
import { deliverHere, serve } from "./deliver.ts";
import { checkRecordable, record } from "./record.ts";

/** A message that has to wait on its way to a topic. */
interface Publish {
  readonly hub: Listener;
  readonly sender: Connection | undefined;
  readonly topic: string;
  readonly type: string;
  readonly options: AnyPublishOptions;
  readonly skip: Skip | undefined;
}

const OPTIONS: PlainKinds<AnyPublishOptions> = {
  meta: "object",
  excludeSelf: "boolean",
  local: "boolean",
  ack: "boolean",
  id: "any",
  filter: "function",
};
const NONE: AnyPublishOptions = {};

/**
 * Publishes to every listener that serves the same router in this process, and to other nodes. Never throws or rejects:
 * failures are reported, and told in the result.
 */
export function publishFrom(
  hub: Listener,
  sender: Connection | undefined,
  topic: string,
  message: AnyMessage,
  payload: unknown,
  options: AnyPublishOptions = NONE,
): Promise<PublishResult> {
  try {
    // A filter of another name would let everybody have it.
    if (options !== NONE) checkGiven("publish()", options, OPTIONS);
    if (options.filter !== undefined && hub.link !== undefined && options.local !== true) {
      throw new TypeError("A filter cannot travel to other nodes: with an engine, publish with { local: true }");
    }
    if (options.excludeSelf === true && sender === undefined) {
      throw new TypeError("No connection publishes here that excludeSelf could leave out: ctx.publish() takes it");
    }
    if (hub.recorded?.historyFor(topic, message?.type) !== undefined) checkRecordable(options, topic);
    else if (options.ack === true || options.id !== undefined) throw notKept(topic);
    const given = options.meta as Meta | undefined;
    const meta = hub.hooks === undefined ? given : hub.hooks.stamp(sender, message, given, topic);
    checkSent(message);
    const frame = encode(hub, message, payload, meta);
    const { type } = message;
    const skip = skipOf(message, payload, topic);
    if (isPromise(frame)) return later({ hub, sender, topic, type, options, skip }, frame, undefined);
    const { filter } = options;
    const chosen = filter && chosenBy(filter, hub, topic, exceptOf(sender, options));
    if (isPromise(chosen) || isWaiting(hub, sender)) {
      return later({ hub, sender, topic, type, options, skip }, frame, chosen);
    }
    const result = distribute(hub, sender, topic, type, frame, options, skip, chosen);
    return isPromise(result) ? unlessFailed(hub, sender, result) : Promise.resolve(result);
  } catch (error) {
    return Promise.resolve(failed(hub, sender, error));
  }
}

function notKept(topic: string): WsKitError {
  checkTold(topic);
  return new WsKitError(
    "FAILED_PRECONDITION",
    `${JSON.stringify(topic)} has no history: nothing knows the id of a message`,
  );
}

function failed(hub: Listener, sender: Connection | undefined, thrown: unknown): PublishResult {
  report(hub, thrown, undefined, sender);
  return { ok: false, matched: 0, error: toError(thrown) };
}

// Whatever waits has a function of its own: one that holds a closure pays for it at every call.

function unlessFailed(
  hub: Listener,
  sender: Connection | undefined,
  result: PromiseLike<PublishResult>,
): Promise<PublishResult> {
  return Promise.resolve(result).catch((error: unknown) => failed(hub, sender, error));
}

/** Whether something that the same sender has sent before has yet to be checked. */
function isWaiting(hub: Listener, sender: Connection | undefined): boolean {
  const outbox = sender === undefined ? hub.outbox : sender.outbox;
  return outbox !== undefined && !outbox.acting;
}

/** Those of a topic's followers that a filter has let through; all where there is none. */
type Chosen = readonly Connection[] | undefined;

/** Publishes when schema and filter have answered, in its turn among all that its sender sends. */
function later(
  publish: Publish,
  given: Packet | Promise<Packet>,
  chosen: Chosen | Promise<Chosen>,
): Promise<PublishResult> {
  const { hub, sender, topic, type, options, skip } = publish;
  const go = ([frame, followers]: readonly [Packet, Chosen]) =>
    unlessFailed(hub, sender, Promise.resolve(distribute(hub, sender, topic, type, frame, options, skip, followers)));
  return new Promise((resolve) => {
    inTurnOf(
      hub,
      sender,
      choice(publish, given, chosen),
      (whole) => {
        try {
          resolve(go(whole));
        } catch (error) {
          resolve(failed(hub, sender, error));
        }
      },
      (error) => resolve(failed(hub, sender, error)),
    );
  });
}

async function choice(
  { hub, sender, topic, options }: Publish,
  given: Packet | Promise<Packet>,
  chosen: Chosen | Promise<Chosen>,
): Promise<readonly [Packet, Chosen]> {
  if (!isPromise(given)) return [given, await chosen];
  const frame = await given;
  const { filter } = options;
  return [frame, filter && (await chosenBy(filter, hub, topic, exceptOf(sender, options)))];
}

/** Delivers an encoded frame here, and hands it to other nodes. */
function distribute(
  hub: Listener,
  sender: Connection | undefined,
  topic: string,
  type: string,
  frame: Packet,
  options: AnyPublishOptions,
  skip: Skip | undefined,
  chosen: readonly Connection[] | undefined,
): PublishResult | Promise<PublishResult> {
  const { recorded } = hub;
  const history = recorded?.historyFor(topic, type);
  if (recorded !== undefined && history !== undefined) {
    return record(hub, recorded, history, sender, topic, type, frame, options);
  }
  const except = exceptOf(sender, options);
  // First: of what the engine cannot carry nobody here has heard when it is refused.
  const remote = hub.link === undefined || options.local === true ? "none" : toOthers(hub.link, topic, frame);
  const matched =
    chosen === undefined ? deliverHere(hub, topic, frame, except, skip) : serve(topic, chosen, frame, skip);
  if (hub.hooks !== undefined) hub.hooks.published(sender, topic, type, frame, matched, except, chosen);
  return { ok: true, matched, remote };
}

/** @throws WsKitError INVALID_ARGUMENT for what the engine cannot carry. */
function toOthers(link: NodeLink, topic: string, frame: Packet): "sent" | "away" {
  const reach = link.publish(topic, frame);
  const most = reach === "sent" ? undefined : link.limitOf(topic, frame);
  if (most === undefined) return reach;
  throw notCarried(most);
}

function exceptOf(sender: Connection | undefined, { excludeSelf }: AnyPublishOptions): Connection | undefined {
  return excludeSelf === true ? sender : undefined;
}

/**
 * Asks a filter about every follower before anybody is served, so that one for which it has to be waited for is not taken for
 * a yes. A follower for which it fails gets nothing; the others are served.
 */
function chosenBy(
  filter: (data: never) => unknown,
  hub: Listener,
  topic: string,
  except: Connection | undefined,
): readonly Connection[] | Promise<readonly Connection[]> {
  const asked: Connection[] = [];
  /** Of those asked, where one has to be waited for. */
  let answers: (boolean | Promise<boolean>)[] | undefined;
  for (const peer of hub.peers) {
    // A copy, since a filter may do anything.
    const present = [...(peer.followers.of(topic) ?? [])];
    for (const conn of present) {
      if (conn === except || conn.state === CLOSED) continue;
      const passed = passes(filter, hub, conn);
      if (passed === false) continue;
      if (passed !== true) answers ??= asked.map(() => true);
      asked.push(conn);
      answers?.push(passed);
    }
  }
  return answers === undefined ? asked : whenAll(answers, (passed) => asked.filter((_, i) => passed[i]));
}

function passes(filter: (data: never) => unknown, hub: Listener, conn: Connection): boolean | Promise<boolean> {
  try {
    const passed = filter(conn.data as never);
    return isPromise(passed) ? passesLater(hub, conn, passed) : Boolean(passed);
  } catch (error) {
    report(hub, error, undefined, conn);
    return false;
  }
}

function passesLater(hub: Listener, conn: Connection, passed: PromiseLike<unknown>): Promise<boolean> {
  return Promise.resolve(passed).then(Boolean, (error: unknown) => {
    report(hub, error, undefined, conn);
    return false;
  });
}
