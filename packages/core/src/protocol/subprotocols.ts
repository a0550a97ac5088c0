/** The subprotocol of clients that speak JSON. Besides a token one of WS-Kit's own has to be offered, for the server to select. */
export const BASE_PROTOCOL = "ws-kit";

/** Marks the subprotocol that carries a token. */
export const TOKEN_PROTOCOL_PREFIX = "ws-kit.token.";

/** Marks the subprotocol that says which contract a client has: its fingerprint follows. */
export const CONTRACT_PROTOCOL_PREFIX = "ws-kit.contract.";

/** Marks the subprotocol by which a client comes back: the secret follows, and how many numbered frames have come. */
export const RESUME_PROTOCOL_PREFIX = "ws-kit.resume.";

/** The subprotocol by which a client asks for a codec. */
export function codecProtocol(name: string): string {
  return name === "json" ? BASE_PROTOCOL : `${BASE_PROTOCOL}.${name}`;
}

/**
 * The codecs that a client offers to speak, by name: those of `ws-kit` and `ws-kit.<name>`.
 * @param others Names that an application has given a meaning of its own.
 */
export function codecsOffered(offered: readonly string[], others: readonly string[] = []): string[] {
  const ours = offered.filter((name) => {
    if (others.includes(name) || saysMore(name)) return false;
    return name === BASE_PROTOCOL || name.startsWith(`${BASE_PROTOCOL}.`);
  });
  return ours.map((name) => (name === BASE_PROTOCOL ? "json" : name.slice(BASE_PROTOCOL.length + 1)));
}

/** Whether it is never selected: it only carries something. */
export function saysMore(name: string): boolean {
  return [TOKEN_PROTOCOL_PREFIX, CONTRACT_PROTOCOL_PREFIX, RESUME_PROTOCOL_PREFIX].some((prefix) =>
    name.startsWith(prefix),
  );
}

/** The fingerprint of the contract that a client offers; undefined where it offers none. */
export function contractOffered(header: string | null | undefined): string | undefined {
  const offered = protocolsIn(header).find((name) => name.startsWith(CONTRACT_PROTOCOL_PREFIX));
  return offered?.slice(CONTRACT_PROTOCOL_PREFIX.length);
}

/** By what a client says that it was here before, and how far it came; undefined where it does not. */
export function resumeOffered(header: string | null | undefined): { id: string; received: number } | undefined {
  const offered = protocolsIn(header).find((name) => name.startsWith(RESUME_PROTOCOL_PREFIX));
  const [, id, received] = /^([\w-]+)\.(\d{1,15})$/.exec(offered?.slice(RESUME_PROTOCOL_PREFIX.length) ?? "") ?? [];
  return id === undefined ? undefined : { id, received: Number(received) };
}

/**
 * What a client offers to pass a token; a server selects any other than the one with the token in it. The token is
 * percent-encoded, since a subprotocol's name takes only some characters (RFC 9110 §5.6.2); a JWT stays as it is.
 */
export function tokenProtocols(token: string): string[] {
  const name = encodeURIComponent(token).replace(/[()]/g, (sign) => (sign === "(" ? "%28" : "%29"));
  return [BASE_PROTOCOL, TOKEN_PROTOCOL_PREFIX + name];
}

/** The names in a request's `Sec-WebSocket-Protocol`. */
export function protocolsIn(header: string | null | undefined): string[] {
  return header?.split(",").map((protocol) => protocol.trim()) ?? [];
}

/**
 * Reads the token out of the offered subprotocols.
 *
 * @param header The request's `Sec-WebSocket-Protocol`.
 * @returns undefined where none is offered or it cannot be read.
 */
export function tokenFromProtocols(header: string | null | undefined): string | undefined {
  const encoded = protocolsIn(header).find((protocol) => protocol.startsWith(TOKEN_PROTOCOL_PREFIX));
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded.slice(TOKEN_PROTOCOL_PREFIX.length));
  } catch {
    return undefined;
  }
}
