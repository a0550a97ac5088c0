import type { Logger } from "../base/logger.ts";
import { dropUnsendable } from "./headers.ts";

/** Statuses that allow no body (https://fetch.spec.whatwg.org/#null-body-status). */
const BODILESS = [204, 205, 304];

/** What says how the given body travelled, and not what it is. */
const OF_TRANSFER = ["connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"];

/** A refusal of our own. The connection ends with it: whoever is refused keeps no socket. */
export function refuse(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(text, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", connection: "close", ...headers },
  });
}

/** The bodies of responses that refuse, for those that an application makes once and gives each time. */
const bodies = new WeakMap<object, Promise<Blob | undefined>>();

/** Also of another realm, or of a package that brings its own `Response`. */
export function isResponse(value: unknown): value is Response {
  try {
    return value instanceof Response || Object.prototype.toString.call(value) === "[object Response]";
  } catch {
    // It refuses to be looked at.
    return false;
  }
}

/** The same response to be sent once more. What is no answer that refuses, like 101, becomes 500. */
export async function refuseWith(given: Response, logger: Logger): Promise<Response> {
  const { status, statusText } = given;
  if (!(status >= 200 && status <= 599)) return refuse(500, "Authentication failed");
  const headers = new Headers([...given.headers]);
  for (const name of OF_TRANSFER) headers.delete(name);
  dropUnsendable(headers, logger, "The Response that refuses an upgrade");
  headers.set("connection", "close");
  return new Response(BODILESS.includes(status) ? null : await bodyOf(given), { status, statusText, headers });
}

/** As a blob, which knows the type of a text where the headers do not yet (Bun). */
function bodyOf(given: Response): Promise<Blob | undefined> {
  let body = bodies.get(given);
  if (body === undefined) {
    // One that the application has read itself has none left; it refuses all the same.
    body = given.bodyUsed ? Promise.resolve(undefined) : given.blob().catch(() => undefined);
    bodies.set(given, body);
  }
  return body;
}

export function restarting(): Response {
  return refuse(503, "The server restarts", { "retry-after": "1" });
}
