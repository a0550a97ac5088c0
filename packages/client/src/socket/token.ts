import { tokenProtocols } from "@ws-kit/core/protocol";
import type { ClientOptions, Token } from "../api/options.ts";

/** Where to connect and what subprotocols to offer, the token in one of them. */
export function withToken(
  { auth, protocols = [] }: ClientOptions,
  address: string,
  token: Token,
): [url: string, protocols: string[]] {
  const offered = [protocols].flat();
  let url = address;
  if (token) {
    const { attach, queryParam = "token" } = auth ?? {};
    if (attach === "protocol") offered.push(...tokenProtocols(token));
    else url += (url.includes("?") ? "&" : "?") + new URLSearchParams([[queryParam, token]]).toString();
  }
  return [url, offered];
}
