import { tokenProtocols } from "@ws-kit/core/protocol";
import type { AuthOptions, ClientOptions } from "../api/options.ts";
import type { Target } from "./dialing.ts";

/** Puts the token into the URL, in the place of an older one, or among the subprotocols. */
export function addToken(
  { auth, codec }: ClientOptions,
  { _url, _protocols, _token }: Target,
): [url: string, protocols: string[]] {
  const { attach, queryParam = "token" } = auth ?? ({} as AuthOptions);
  const url = new URL(_url);
  if (attach === "protocol")
    return [_url, _token ? [..._protocols, ...tokenProtocols(_token).slice(codec?.name ? 1 : 0)] : _protocols];
  if (auth) url.searchParams.delete(queryParam);
  if (_token) url.searchParams.append(queryParam, _token);
  return [url.href, _protocols];
}
