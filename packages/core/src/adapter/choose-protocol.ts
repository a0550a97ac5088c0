import { BASE_PROTOCOL, TOKEN_PROTOCOL_PREFIX } from "../protocol/subprotocols.ts";

/** A token (RFC 9110 §5.6.2), which is what a subprotocol's name must be. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Makes the function that selects a subprotocol (RFC 6455 §4.2.2): of those on offer the one that the list has first, or
 * WS-Kit's own. Never one that carries a token, and none that is not in the list.
 * @throws TypeError for a name that no subprotocol may have.
 */
export function protocolChooser(supported: readonly string[] = []): (req: Request) => string | undefined {
  for (const name of supported) {
    if (typeof name === "string" && NAME.test(name) && !name.startsWith(TOKEN_PROTOCOL_PREFIX)) continue;
    throw new TypeError(`protocols: ${JSON.stringify(name)} cannot be the name of a subprotocol`);
  }
  const ours = [...supported, BASE_PROTOCOL];
  return (req) => {
    const offered = req.headers
      .get("sec-websocket-protocol")
      ?.split(",")
      .map((name) => name.trim());
    return offered && ours.find((name) => offered.includes(name));
  };
}
