import type { Connection } from "../state/connection.ts";

/** Who publishes a message and does not want it back: a connection, and whose it is. Without line breaks. */
export function fromOf(conn: Connection): string {
  return `${escaped(conn.clientId)} ${escaped(ownerOf(conn))}`;
}

/** The connection that has published a message, as long as it is open. */
export function publisherOf(from: string): string {
  return from.slice(0, from.indexOf(" ")).replaceAll(/%([0-9a-f]+);/g, (_, code: string) => {
    return String.fromCharCode(parseInt(code, 16));
  });
}

/** Whether a message is this connection's own, over whichever connection it was published where its user is known. */
export function isOwn(from: string, conn: Connection): boolean {
  return from.slice(from.indexOf(" ") + 1) === escaped(ownerOf(conn));
}

/** The user where that is known, since a new connection of theirs is theirs as well. */
function ownerOf(conn: Connection): string {
  return conn.hub.identities.get(conn) ?? conn.clientId;
}

/** Without spaces and line breaks. An application's own ids may be any text, also such as URIs cannot have. */
function escaped(text: string): string {
  return text.replaceAll(/[%\s]/g, (char) => `%${char.charCodeAt(0).toString(16)};`);
}
