/** The subprotocol that a client with a token offers besides it, for the server to select. */
export const BASE_PROTOCOL = "ws-kit";

/** Marks the subprotocol that carries a token. */
export const TOKEN_PROTOCOL_PREFIX = "ws-kit.token.";

/**
 * What a client offers to pass a token; a server selects any other than the one with the token in it. The token is
 * percent-encoded, since a subprotocol's name takes only some characters (RFC 9110 §5.6.2); a JWT stays as it is.
 */
export function tokenProtocols(token: string): string[] {
  const name = encodeURIComponent(token).replaceAll("(", "%28").replaceAll(")", "%29");
  return [BASE_PROTOCOL, TOKEN_PROTOCOL_PREFIX + name];
}

/**
 * Reads the token out of the offered subprotocols.
 *
 * @param header The request's `Sec-WebSocket-Protocol`.
 * @returns undefined where none is offered or it cannot be read.
 */
export function tokenFromProtocols(header: string | null | undefined): string | undefined {
  const offered = header?.split(",").map((protocol) => protocol.trim());
  const encoded = offered?.find((protocol) => protocol.startsWith(TOKEN_PROTOCOL_PREFIX));
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded.slice(TOKEN_PROTOCOL_PREFIX.length));
  } catch {
    return undefined;
  }
}
