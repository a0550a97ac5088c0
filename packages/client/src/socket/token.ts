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
  { auth: { attach, queryParam = "token" } = { attach: "protocol" } as AuthOptions, codec, contract }: ClientOptions,
  { _url: url, _protocols, _token }: Target,
  more?: string,
): [url: string, protocols: string[]] {
  const names = new Set(_protocols);
  const say = (name: string) => names.add(codec?.name ? name : BASE_PROTOCOL).add(name);
  if (contract) say(CONTRACT_PROTOCOL_PREFIX + contract.fingerprint);
  if (attach === "protocol") {
    if (_token) say(tokenProtocols(_token)[1] as string);
  } else {
    url = url.replace(/\?.*|$/, (query) => {
      const parameters = new URLSearchParams(query);
      parameters.delete(queryParam);
      if (_token) parameters.append(queryParam, _token);
      return String(parameters).replace(/^./, "?$&");
    });
  }
  if (more) say(more);
  return [url, [...names]];
}
