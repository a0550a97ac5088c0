/** The subprotocol that a client with a token offers besides it, for the server to select. */
export const BASE_PROTOCOL = "ws-kit";
/** Marks the subprotocol that carries a token: this, then the token in base64url, since a header takes few characters. */
export const TOKEN_PROTOCOL_PREFIX = "ws-kit.token.";

/** What a client offers to pass a token; a server selects any other than the one with the token in it. */
export function tokenProtocols(token: string): string[] {
  const bytes = String.fromCharCode(...new TextEncoder().encode(token));
  const base64url = btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return [BASE_PROTOCOL, TOKEN_PROTOCOL_PREFIX + base64url];
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
    const binary = atob(encoded.slice(TOKEN_PROTOCOL_PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
