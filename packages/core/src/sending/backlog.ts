import type { Packet } from "../protocol/codec.ts";
import type { Connection } from "../state/connection.ts";

/**
 * Takes note that a peer has not read so many bytes, and of whether it reads at all. From now on the core looks at it
 * before each send, and sends what is published to it: a native topic does not say who is how far behind.
 */
export function congest(conn: Connection, bytes: number): void {
  const { hub } = conn;
  const backlog = hub.congested.get(conn);
  if (backlog !== undefined) {
    if (bytes < backlog.bytes) backlog.since = hub.clock.monotonic();
    backlog.bytes = bytes;
    return;
  }
  conn.congested = true;
  hub.congested.set(conn, { bytes, since: hub.clock.monotonic(), until: Infinity, held: undefined, heldUnits: 0 });
  leaveNativeTopics(conn);
  hub.watch();
}

/** Counts what was sent to a peer that did not take all of it. */
export function fallBehind(conn: Connection, length: number): void {
  const { hub } = conn;
  const backlog = hub.congested.get(conn);
  if (backlog === undefined) congest(conn, conn.socket.getBufferedAmount());
  else backlog.bytes += length;
  spend(hub, length);
}

/** Counts what may have stayed unread; every quarter of `maxBufferedBytesTotal` the hub looks at how much it is. */
export function spend(hub: Connection["hub"], length: number): void {
  if ((hub.allowance -= length) < 0) hub.spent();
}

/**
 * The peer has read everything.
 * @returns what was held back for it meanwhile.
 */
export function relieve(conn: Connection): Iterable<[key: string, frame: Packet]> {
  const { hub } = conn;
  conn.congested = false;
  const held = hub.congested.get(conn)?.held ?? [];
  if (hub.congested.delete(conn) && conn.outbox === undefined) returnToNativeTopics(conn);
  return held;
}

/** Keeps a frame for a peer that is behind, in place of the last one under its key. */
export function hold(conn: Connection, key: string, frame: Packet): void {
  const backlog = conn.hub.congested.get(conn);
  if (backlog === undefined) return;
  const held = (backlog.held ??= new Map());
  backlog.heldUnits += frame.length - (held.get(key)?.length ?? 0);
  held.set(key, frame);
  // An application with ever new keys does not hold more for a slow peer than others may leave unread.
  for (const [old, { length }] of held) {
    if (backlog.heldUnits <= conn.hub.limits.maxBufferedBytes) break;
    held.delete(old);
    backlog.heldUnits -= length;
  }
}

/** Whether a peer has read all but a quarter of what it may leave unread. */
export function isRoomy({ hub, socket }: Connection): boolean {
  return socket.getBufferedAmount() < hub.limits.maxBufferedBytes / 4;
}

/** Whether the core itself sends it what is published, in a runtime that has topics. */
export function isApart({ congested, outbox }: Connection): boolean {
  return congested || outbox !== undefined;
}

/** From here on the core itself sends it what is published. What was published before arrives before that. */
export function leaveNativeTopics(conn: Connection): void {
  const { hub } = conn;
  if (!hub.nativeTopics) return;
  for (const topic of conn.following) {
    hub.followers.of(topic)?.lag(conn);
    conn.socket.unsubscribe?.(hub.nativeName(topic));
  }
}

export function returnToNativeTopics(conn: Connection): void {
  const { hub } = conn;
  if (!hub.nativeTopics) return;
  for (const topic of conn.following) {
    if (hub.followers.of(topic)?.catchUp(conn) === true) conn.socket.subscribe?.(hub.nativeName(topic));
  }
}
