import { isApart } from "../sending/backlog.ts";
import type { Connection } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";

/**
 * Lets a connection follow a topic, natively too, and here and now; the engine is told of a first follower.
 * @returns a promise where other nodes' publishes will arrive only then.
 */
export function join(topic: string, conn: Connection): unknown {
  const { hub } = conn;
  const first = hub.followers.add(topic, conn);
  if (first === undefined) return undefined;
  if (conn.following === undefined) conn.following = [topic];
  else conn.following.push(topic);
  if (hub.nativeTopics) {
    if (isApart(conn)) hub.followers.of(topic)?.lag(conn);
    else conn.socket.subscribe?.(hub.nativeName(topic));
  }
  if (hub.hooks !== undefined) hub.hooks.joined(conn, topic, first);
  hub.runtime.settled?.(conn);
  return hub.link?.follow(topic, first);
}

export function part(topic: string, conn: Connection): void {
  const { following, hub } = conn;
  const index = following?.indexOf(topic) ?? -1;
  if (index < 0) return;
  following?.splice(index, 1);
  if (hub.nativeTopics && conn.state !== CLOSED) conn.socket.unsubscribe?.(hub.nativeName(topic));
  hub.runtime.settled?.(conn);
  drop(topic, conn);
}

/** A closed connection receives nothing more; what it followed stays readable in `onClose`. */
export function leaveAll(conn: Connection): void {
  conn.joining?.clear();
  for (const topic of conn.following ?? []) drop(topic, conn);
}

function drop(topic: string, conn: Connection): void {
  const { hub } = conn;
  const last = hub.followers.delete(topic, conn);
  if (hub.hooks !== undefined) hub.hooks.parted(conn, topic, last);
  if (last) hub.link?.unfollow(topic);
}
