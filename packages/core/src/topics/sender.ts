import type { Connection } from "../state/connection.ts";

/** Who publishes a message and does not want it back: a connection, and whose it is. Without line breaks. */
export function fromOf(conn: Connection): string {
  return `${encodeURIComponent(conn.clientId)} ${encodeURIComponent(ownerOf(conn))}`;
}

/** The connection that has published a message, as long as it is open. */
export function publisherOf(from: string): string {
  return decodeURIComponent(from.slice(0, from.indexOf(" ")));
}

/** Whether a message is this connection's own, over whichever connection it was published where its user is known. */
export function isOwn(from: string, conn: Connection): boolean {
  return from.slice(from.indexOf(" ") + 1) === encodeURIComponent(ownerOf(conn));
}

/** The user where that is known, since a new connection of theirs is theirs as well. */
function ownerOf(conn: Connection): string {
  return conn.hub.identities.get(conn) ?? conn.clientId;
}
