import { toError } from "../base/thrown.ts";
import type { AnyPublishOptions, PublishResult } from "../api/publishing.ts";
import { isPromise, whenAll } from "../base/when.ts";
import type { AnyMessage } from "../message/message.ts";
import type { Packet } from "../protocol/codec.ts";
import type { Meta } from "../protocol/envelope.ts";
import { encode } from "../sending/encode.ts";
import { spend } from "../sending/backlog.ts";
import { flushAll, overBuffer, write } from "../sending/frames.ts";
import { type Skip, skipOf, writeUnlessBehind } from "../sending/overflow.ts";
import { report } from "../sending/report.ts";
import type { Connection, Listener } from "../state/connection.ts";
import type { Following } from "../state/followers.ts";
import { CLOSED, CLOSING } from "../state/phases.ts";

/** Publishes on one listener. Never throws or rejects: failures are reported, and told in the result. */
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
      throw new TypeError("A filter cannot travel to other nodes: with a broker, publish with { local: true }");
    }
    const given = options.meta as Meta | undefined;
    const meta = hub.hooks === undefined ? given : hub.hooks.stamp(sender, message, given, topic);
    const frame = encode(hub, message, payload, meta);
    const { type } = message;
    const skip = skipOf(message, payload, topic);
    const result = isPromise(frame)
      ? distributeLater(hub, sender, topic, type, frame, options, skip)
      : distribute(hub, sender, topic, type, frame, options, skip);
    return isPromise(result) ? unlessFailed(hub, sender, result) : Promise.resolve(result);
  } catch (error) {
    return Promise.resolve(failed(hub, sender, error));
  }
}

function failed(hub: Listener, sender: Connection | undefined, thrown: unknown): PublishResult {
  report(hub, thrown, undefined, sender);
  return { ok: false, error: toError(thrown) };
}

// Whatever waits has a function of its own: one that holds a closure pays for it at every call.

function unlessFailed(
  hub: Listener,
  sender: Connection | undefined,
  result: PromiseLike<PublishResult>,
): Promise<PublishResult> {
  return Promise.resolve(result).catch((error: unknown) => failed(hub, sender, error));
}

function distributeLater(
  hub: Listener,
  sender: Connection | undefined,
  topic: string,
  type: string,
  frame: PromiseLike<Packet>,
  options: AnyPublishOptions,
  skip: Skip | undefined,
): Promise<PublishResult> {
  return Promise.resolve(frame).then((ready) => distribute(hub, sender, topic, type, ready, options, skip));
}

function distribute(
  hub: Listener,
  sender: Connection | undefined,
  topic: string,
  type: string,
  frame: Packet,
  options: AnyPublishOptions,
  skip: Skip | undefined,
): PublishResult | Promise<PublishResult> {
  const matched = deliverLocally(hub, topic, frame, sender, options, skip);
  // Only a filter has to be waited for, and a filter stays here.
  if (isPromise(matched)) return countLater(hub, sender, topic, type, frame, matched);
  if (hub.hooks !== undefined) hub.hooks.published(sender, topic, type, frame.length, matched);
  const result: PublishResult = { ok: true, matched };
  if (hub.link === undefined || options.local === true) return result;
  const sent: unknown = hub.link.publish(topic, frame);
  return isPromise(sent) ? resultAfter(sent, result) : result;
}

function countLater(
  hub: Listener,
  sender: Connection | undefined,
  topic: string,
  type: string,
  frame: Packet,
  matched: Promise<number>,
): Promise<PublishResult> {
  return matched.then((count) => {
    hub.hooks?.published(sender, topic, type, frame.length, count);
    return { ok: true, matched: count };
  });
}

function resultAfter(sent: PromiseLike<unknown>, result: PublishResult): Promise<PublishResult> {
  return Promise.resolve(sent).then(() => result);
}

/** Delivers one encoded frame to this listener's followers of the topic, and says to how many. */
export function deliverLocally(
  hub: Listener,
  topic: string,
  frame: Packet,
  sender: Connection | undefined,
  { excludeSelf, filter }: AnyPublishOptions,
  skip?: Skip,
): number | Promise<number> {
  const followers = hub.followers.of(topic);
  if (followers === undefined) return 0;
  const except = excludeSelf === true ? sender : undefined;
  if (filter === undefined && skip === undefined && hub.nativeTopics) {
    // What was sent before this publish arrives before it.
    flushAll(hub);
    const self = except !== undefined && followers.has(except);
    if (self && !except.congested) except.socket.publish?.(hub.nativeName(topic), frame);
    else hub.runtime.publish?.(hub.nativeName(topic), frame);
    if (followers.lagging !== undefined)
      for (const conn of followers.lagging) if (conn !== except) reaches(conn, frame, skip);
    countNative(hub, followers, frame.length);
    return followers.size - (self ? 1 : 0);
  }
  if (filter !== undefined) return deliverFiltered(hub, frame, except, [...followers], filter, skip);
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
 * Asks the filter about every follower before anybody is served, so that one for which it has to be waited for is not
 * taken for a yes. A follower for which it fails gets nothing; the others are served.
 */
function deliverFiltered(
  hub: Listener,
  frame: Packet,
  except: Connection | undefined,
  followers: readonly Connection[],
  filter: (data: never) => unknown,
  skip: Skip | undefined,
): number | Promise<number> {
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
  return whenAll(passes, (passed) => {
    const chosen = followers.filter(
      (conn, i) => passed[i] === true && conn.state !== CLOSED && reaches(conn, frame, skip),
    );
    return chosen.length;
  });
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
