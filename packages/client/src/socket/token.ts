import { tokenProtocols } from "@ws-kit/core/protocol";
import type { AuthOptions } from "../api/options.ts";
import type { Target } from "./dialing.ts";

/** Puts the token into the URL, or among the subprotocols. */
export function addToken(
  { attach, queryParam = "token" }: Partial<AuthOptions> = {},
  { _url: url, _protocols: protocols, _token: token }: Target,
): [url: string, protocols: string[]] {
  if (!token) return [url, protocols];
  if (attach === "protocol") return [url, [...protocols, ...tokenProtocols(token)]];
  return [url + (url.includes("?") ? "&" : "?") + new URLSearchParams([[queryParam, token]]).toString(), protocols];
}
