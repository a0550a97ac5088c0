import type { Logger } from "../base/logger.ts";

/** What a value may hold (RFC 9110 §5.5): `Headers` takes control characters too, for which Node throws and Deno ends its process. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The handshake's own, which nobody else may write. */
const OF_HANDSHAKE = /^(sec-websocket-.*|connection|upgrade|content-length|transfer-encoding)$/;

/** The name of a header that no runtime can send; undefined where there is none. */
export function unsendable(headers: Headers): string | undefined {
  let found: string | undefined;
  // Deno's iterator looks for its place anew at each step: thousands of headers would hold up everybody for seconds.
  headers.forEach((value, name) => {
    if (!VALUE.test(value)) found ??= name;
  });
  return found;
}

/** Takes out what cannot be sent, and logs its name: the value may be a client's. */
export function dropUnsendable(headers: Headers, logger: Logger, from: string): void {
  for (let name = unsendable(headers); name !== undefined; name = unsendable(headers)) {
    logger.warn(`${from} has a header ${name} with a control character in it, which cannot be sent`);
    headers.delete(name);
  }
}

/** Takes out of what the application has set for the answer to an upgrade what it may not or cannot set, and says so. */
export function dropUnfit(headers: Headers, logger: Logger): void {
  for (const name of [...headers.keys()].filter((key) => OF_HANDSHAKE.test(key))) {
    logger.warn(`peer.headers cannot set ${name}, which is the handshake's own`);
    headers.delete(name);
  }
  dropUnsendable(headers, logger, "peer.headers");
}
