import { isApart } from "../sending/backlog.ts";
import type { Connection } from "../state/connection.ts";
import { includesTopic, withoutTopic, withTopic } from "../state/followed.ts";
import { CLOSED } from "../state/phases.ts";

/**
 * Lets a connection follow a topic, natively too, and here and now; the engine is told of a first follower.
 * @returns a promise where other nodes' publishes will arrive only then.
 */
export function join(topic: string, conn: Connection): unknown {
  const { hub } = conn;
  const followers = hub.followers.add(topic, conn);
  if (followers === undefined) return undefined;
  const first = followers.size === 1;
  // One string for all who follow it, whosever frame it came in.
  conn.followed = withTopic(conn.followed, followers.topic);
  if (hub.nativeTopics) {
    if (isApart(conn)) followers.lag(conn);
    else conn.socket.subscribe?.(hub.nativeName(topic));
  }
  if (hub.hooks !== undefined) hub.hooks.joined(conn, topic, first);
  hub.runtime.settled?.(conn);
  return hub.link?.follow(topic, first);
}

/** @returns whether it followed the topic. */
export function part(topic: string, conn: Connection): boolean {
  const { followed, hub } = conn;
  if (!includesTopic(followed, topic)) return false;
  conn.followed = withoutTopic(followed, topic);
  if (hub.nativeTopics && conn.state !== CLOSED) conn.socket.unsubscribe?.(hub.nativeName(topic));
  hub.runtime.settled?.(conn);
  hub.recorded?.left(conn, topic);
  drop(topic, conn);
  return true;
}

/** A closed connection receives nothing more; what it followed stays readable in `onClose`. */
export function leaveAll(conn: Connection): void {
  conn.joining?.clear();
  for (const topic of conn.following) drop(topic, conn);
}

function drop(topic: string, conn: Connection): void {
  const { hub } = conn;
  const last = hub.followers.delete(topic, conn);
  if (hub.presence !== undefined) hub.presence.parted(conn, topic);
  if (hub.hooks !== undefined) hub.hooks.parted(conn, topic, last);
  if (last) hub.link?.unfollow(topic);
}
