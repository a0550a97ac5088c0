import { toError } from "../base/thrown.ts";
import type { AnyPublishOptions, PublishResult } from "../api/publishing.ts";
import { isPromise, when, whenAll } from "../base/when.ts";
import type { AnyMessage } from "../message/message.ts";
import type { Packet } from "../protocol/codec.ts";
import type { Meta } from "../protocol/envelope.ts";
import { checkSent, encode } from "../sending/encode.ts";
import { isApart, spend } from "../sending/backlog.ts";
import { flushAll, overBuffer, write } from "../sending/frames.ts";
import { inTurnOf } from "../sending/outbox.ts";
import { type Skip, skipOf, writeUnlessBehind } from "../sending/overflow.ts";
import { report } from "../sending/report.ts";
import type { Connection, Listener } from "../state/connection.ts";
import type { Following } from "../state/followers.ts";
import { CLOSED, CLOSING } from "../state/phases.ts";

/** A message that has to wait on its way to a topic. */
interface Publish {
  readonly hub: Listener;
  readonly sender: Connection | undefined;
  readonly topic: string;
  readonly type: string;
  readonly options: AnyPublishOptions;
  readonly skip: Skip | undefined;
}

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
  options: AnyPublishOptions = {},
): Promise<PublishResult> {
  try {
    if (options.filter !== undefined && hub.link !== undefined && options.local !== true) {
      throw new TypeError("A filter cannot travel to other nodes: with an engine, publish with { local: true }");
    }
    const given = options.meta as Meta | undefined;
    const meta = hub.hooks === undefined ? given : hub.hooks.stamp(sender, message, given, topic);
    checkSent(message);
    const frame = encode(hub, message, payload, meta);
    const { type } = message;
    const skip = skipOf(message, payload, topic);
    if (isPromise(frame) || options.filter !== undefined || isWaiting(hub, sender)) {
      return later({ hub, sender, topic, type, options, skip }, frame);
    }
    return Promise.resolve(distribute(hub, sender, topic, type, frame, options, skip, undefined));
  } catch (error) {
    return Promise.resolve(failed(hub, sender, error));
  }
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

/** Publishes when schema and filter have answered, in its turn among all that its sender sends. */
function later(publish: Publish, frame: Packet | Promise<Packet>): Promise<PublishResult> {
  const { hub, sender, topic, type, options, skip } = publish;
  const choose = (text: Packet) => {
    const { filter } = options;
    if (filter === undefined) return { text, chosen: undefined };
    return when(chosenBy(filter, hub, topic, exceptOf(sender, options)), (chosen) => ({ text, chosen }));
  };
  const go = ({ text, chosen }: Awaited<ReturnType<typeof choose>>) =>
    unlessFailed(hub, sender, Promise.resolve(distribute(hub, sender, topic, type, text, options, skip, chosen)));
  const ready = when(frame, choose);
  if (!isPromise(ready) && !isWaiting(hub, sender)) return go(ready);
  return new Promise((resolve) => {
    inTurnOf(
      hub,
      sender,
      Promise.resolve(ready),
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
): PublishResult {
  const matched =
    chosen === undefined
      ? deliverHere(hub, topic, frame, exceptOf(sender, options), skip)
      : serve(topic, chosen, frame, skip);
  if (hub.hooks !== undefined) hub.hooks.published(sender, topic, type, frame.length, matched);
  const remote = hub.link === undefined || options.local === true ? "none" : hub.link.publish(topic, frame);
  return { ok: true, matched, remote };
}

/** To the followers of this listener, and of the others that serve the router beside it. */
function deliverHere(
  hub: Listener,
  topic: string,
  frame: Packet,
  except: Connection | undefined,
  skip: Skip | undefined,
): number {
  let matched = deliverLocally(hub, topic, frame, except, skip);
  if (hub.peers.size > 1) {
    for (const peer of hub.peers) if (peer !== hub) matched += deliverLocally(peer, topic, frame, except, skip);
  }
  return matched;
}

function exceptOf(sender: Connection | undefined, { excludeSelf }: AnyPublishOptions): Connection | undefined {
  return excludeSelf === true ? sender : undefined;
}

/**
 * Delivers one encoded frame to this listener's followers of the topic, and says to how many.
 * @param except Gets nothing.
 */
export function deliverLocally(
  hub: Listener,
  topic: string,
  frame: Packet,
  except: Connection | undefined,
  skip?: Skip,
): number {
  const followers = hub.followers.of(topic);
  if (followers === undefined) return 0;
  if (skip === undefined && hub.nativeTopics) {
    // What was sent before this publish arrives before it.
    flushAll(hub);
    const self = except !== undefined && followers.has(except);
    if (self && !isApart(except)) except.socket.publish?.(hub.nativeName(topic), frame);
    else hub.runtime.publish?.(hub.nativeName(topic), frame);
    if (followers.lagging !== undefined)
      for (const conn of followers.lagging) if (conn !== except) reaches(conn, frame, skip);
    countNative(hub, followers, frame.length);
    return followers.size - (self ? 1 : 0);
  }
  let matched = 0;
  for (const conn of followers) {
    if (conn !== except && conn.state !== CLOSED && reaches(conn, frame, skip)) matched++;
  }
  return matched;
}

/** As `write`; a socket that throws, as one may that somebody has tampered with, does not cut off the followers after it. */
function reaches(conn: Connection, frame: Packet, skip: Skip | undefined): boolean {
  try {
    return skip === undefined ? write(conn, frame) : writeUnlessBehind(conn, frame, skip);
  } catch (error) {
    report(conn.hub, error, undefined, conn);
    return false;
  }
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
  const followers = [...hub.peers].flatMap((peer) => [...(peer.followers.of(topic) ?? [])]);
  const passes = followers.map((conn) => {
    if (conn === except || conn.state === CLOSED) return false;
    try {
      const passed = filter(conn.data as never);
      return isPromise(passed) ? passesLater(hub, conn, passed) : Boolean(passed);
    } catch (error) {
      report(hub, error, undefined, conn);
      return false;
    }
  });
  return whenAll(passes, (passed) => followers.filter((_, i) => passed[i]));
}

/** Delivers to those of the followers that were chosen, and have not left meanwhile. */
function serve(topic: string, chosen: readonly Connection[], frame: Packet, skip: Skip | undefined): number {
  let matched = 0;
  for (const conn of chosen) {
    if (conn.hub.followers.of(topic)?.has(conn) === true && reaches(conn, frame, skip)) matched++;
  }
  return matched;
}

function passesLater(hub: Listener, conn: Connection, passed: PromiseLike<unknown>): Promise<boolean> {
  return Promise.resolve(passed).then(Boolean, (error: unknown) => {
    report(hub, error, undefined, conn);
    return false;
  });
}

/**
 * A native publish does not say who lags behind, so after every quarter of the allowance the topic's followers are looked
 * at: by one topic nobody gets further behind than `maxBufferedBytes` and a quarter.
 */
function countNative(hub: Listener, followers: Following<Connection>, length: number): void {
  spend(hub, length * followers.size);
  if ((followers.published += length) < hub.limits.maxBufferedBytes / 4) return;
  followers.published = 0;
  for (const conn of followers) if (conn.state < CLOSING) overBuffer(conn);
}
