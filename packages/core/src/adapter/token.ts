import { tokenFromProtocols } from "../protocol/subprotocols.ts";

/**
 * The token of an upgrade request: from the `Authorization: Bearer` header (RFC 6750 §2.1), from the query, or from the
 * subprotocols, where `wsClient` puts it with `attach: "protocol"`. Undefined where there is none.
 *
 * @param queryParam Name of the query's parameter. Default `token`.
 *
 * @example
 * serve(router, { authenticate: async (req) => await userOf(bearerToken(req)) }); // undefined refuses with 401
 */
export function bearerToken(req: Request, { queryParam = "token" }: { queryParam?: string } = {}): string | undefined {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(req.headers.get("authorization") ?? "") ?? [];
  return (
    bearer ??
    tokenFromProtocols(req.headers.get("sec-websocket-protocol")) ??
    (new URL(req.url).searchParams.get(queryParam) || undefined)
  );
}
