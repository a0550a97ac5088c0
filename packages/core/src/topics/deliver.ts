import type { Packet } from "../protocol/codec.ts";
import { isApart, spend } from "../sending/backlog.ts";
import { flushAll, overBuffer, write } from "../sending/frames.ts";
import { type Skip, writeUnlessBehind } from "../sending/overflow.ts";
import { report } from "../sending/report.ts";
import type { Connection, Listener } from "../state/connection.ts";
import type { Following } from "../state/followers.ts";
import { CLOSED, CLOSING } from "../state/phases.ts";

/** To the followers of this listener, and of the others that serve the router beside it. */
export function deliverHere(
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

/** Delivers to those of the followers that were chosen, and have not left meanwhile. */
export function serve(topic: string, chosen: readonly Connection[], frame: Packet, skip: Skip | undefined): number {
  let matched = 0;
  let hub: Listener | undefined;
  let followers: Following<Connection> | undefined;
  for (const conn of chosen) {
    if (conn.hub !== hub) {
      hub = conn.hub;
      followers = hub.followers.of(topic);
    }
    if (followers?.has(conn) === true && reaches(conn, frame, skip)) matched++;
  }
  return matched;
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
