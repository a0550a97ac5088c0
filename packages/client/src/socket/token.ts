import { tokenProtocols } from "@ws-kit/core/protocol";
import type { AuthOptions, ClientOptions } from "../api/options.ts";
import type { Target } from "./dialing.ts";

/** Puts the token into the URL, or among the subprotocols. */
export function addToken(
  { auth = {} as AuthOptions, codec }: ClientOptions,
  { _url: url, _protocols: protocols, _token: token }: Target,
): [url: string, protocols: string[]] {
  const { attach, queryParam = "token" } = auth;
  if (!token) return [url, protocols];
  if (attach === "protocol") return [url, [...protocols, ...tokenProtocols(token).slice(codec?.name ? 1 : 0)]];
  return [url + (url.includes("?") ? "&" : "?") + new URLSearchParams([[queryParam, token]]).toString(), protocols];
}
