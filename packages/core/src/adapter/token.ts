import { BASE_PROTOCOL, TOKEN_PROTOCOL_PREFIX, tokenFromProtocols } from "../protocol/subprotocols.ts";

/**
 * The token of an upgrade request: from the `Authorization: Bearer` header (RFC 6750 §2.1), from the query, or from the
 * subprotocols, where `wsClient` puts it with `attach: "protocol"`. Undefined where there is none.
 * @param queryParam Name of the query's parameter. Default `token`.
 */
export function bearerToken(req: Request, { queryParam = "token" }: { queryParam?: string } = {}): string | undefined {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(req.headers.get("authorization") ?? "") ?? [];
  return (
    bearer ??
    tokenFromProtocols(req.headers.get("sec-websocket-protocol")) ??
    (new URL(req.url).searchParams.get(queryParam) || undefined)
  );
}

/**
 * The subprotocol to accept (RFC 6455 §4.2.2): WS-Kit's own where the client offers it, otherwise the first on offer
 * that carries no token. Undefined where the client offers none.
 */
export function chooseProtocol(req: Request): string | undefined {
  const header = req.headers.get("sec-websocket-protocol");
  if (header === null) return undefined;
  const offered = header.split(",").map((name) => name.trim());
  return (
    offered.find((name) => name !== BASE_PROTOCOL && !name.startsWith(TOKEN_PROTOCOL_PREFIX)) ??
    offered.find((name) => name === BASE_PROTOCOL)
  );
}
