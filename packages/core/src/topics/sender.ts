import { fingerprint } from "../base/fingerprint.ts";
import type { Connection } from "../state/connection.ts";

/** Who publishes a message and does not want it back: a connection. Without line breaks. */
export function fromOf(conn: Connection): string {
  return escaped(conn.clientId);
}

/** The connection that has published a message, as long as it is open. */
export function publisherOf(from: string): string {
  // What was recorded by an earlier version has a user behind it.
  const [id = ""] = from.split(" ", 1);
  return id.replaceAll(/%([0-9a-f]+);/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

/** What a grant calls the connection that it is given to. */
export function nameOf(clientId: string): string {
  return fingerprint(clientId);
}

/**
 * Whether a message is a connection's own: published over it, or over the one that it goes on from, as its grant shows. Another
 * one of the same user is another device, which has yet to hear it.
 */
export function isOwn(from: string, conn: Connection, by: string | undefined): boolean {
  const publisher = publisherOf(from);
  return publisher === conn.clientId || (by !== undefined && nameOf(publisher) === by);
}

/** Without spaces and line breaks. An application's own ids may be any text, also such as URIs cannot have. */
function escaped(text: string): string {
  return text.replaceAll(/[%\s]/g, (char) => `%${char.charCodeAt(0).toString(16)};`);
}
