import { BASE_PROTOCOL, CONTRACT_PROTOCOL_PREFIX, tokenProtocols } from "@ws-kit/core/protocol";
import type { AuthOptions, ClientOptions } from "../api/options.ts";
import type { Target } from "./dialing.ts";

/**
 * Says what the server has to know before it takes the connection: the token, in the URL in the place of an older one or
 * among the subprotocols, and there the contract.
 *
 * @param more What else is to be said among the subprotocols.
 */
export function addressOf(
  { auth, codec, contract }: ClientOptions,
  { _url, _protocols, _token }: Target,
  more?: string,
): [url: string, protocols: string[]] {
  const { attach, queryParam = "token" } = auth ?? ({} as AuthOptions);
  const url = new URL(_url);
  const names = new Set(_protocols);
  const say = (name: string) => names.add(codec?.name ? name : BASE_PROTOCOL).add(name);
  if (contract) say(CONTRACT_PROTOCOL_PREFIX + contract.fingerprint);
  if (attach === "protocol") {
    if (_token) say(tokenProtocols(_token)[1] as string);
  } else if (auth) {
    url.searchParams.delete(queryParam);
    if (_token) url.searchParams.append(queryParam, _token);
  }
  if (more) say(more);
  return [url.href, [...names]];
}
