import { quote } from "../base/text.ts";
import { type Codec, codecName } from "../protocol/codec.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";
import { codecProtocol, codecsOffered, protocolsIn, saysMore } from "../protocol/subprotocols.ts";

/** A token (RFC 9110 §5.6.2), which is what a subprotocol's name must be. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** What becomes of the subprotocols that a client offers. */
export interface ProtocolChoice {
  /** To be selected (RFC 6455 §4.2.2); undefined for none. */
  readonly protocol: string | undefined;
  /** Why the client cannot be served: it speaks another codec. */
  readonly refusal: string | undefined;
}

/**
 * Makes the function that looks at the subprotocols on offer: whether the endpoint's codec is among them (JSON is, where no
 * codec is named), and which is selected: the one that the list has first, or WS-Kit's own. Never one that carries a token or
 * a fingerprint, and none that is not in the list.
 * @param supported Those of the application, the preferred first.
 * @throws TypeError for a name that no subprotocol may have.
 */
export function protocolChooser(
  supported: readonly string[] = [],
): (req: Pick<UpgradeRequest, "headers">, codec: Pick<Codec, "name"> | undefined) => ProtocolChoice {
  for (const name of supported) {
    if (typeof name === "string" && NAME.test(name) && !saysMore(name)) continue;
    throw new TypeError(`protocols: ${JSON.stringify(name)} cannot be the name of a subprotocol`);
  }
  return (req, codec) => {
    const offered = protocolsIn(req.headers.get("sec-websocket-protocol"));
    // Who leads the request on to its listener does not know its codec: the listener decides.
    if (codec === undefined) return { protocol: supported.find((name) => offered.includes(name)), refusal: undefined };
    const name = codecName(codec);
    const spoken = codecsOffered(offered, supported);
    if (spoken.length === 0) spoken.push("json");
    if (!spoken.includes(name)) {
      const theirs = spoken.map(quote).join(", ");
      const refusal = `This endpoint speaks ${quote(name)}, by the subprotocol ${codecProtocol(name)}; the client offers ${theirs}`;
      return { protocol: undefined, refusal };
    }
    const ours = [...supported, codecProtocol(name), `ws-kit.${name}`];
    return { protocol: ours.find((one) => offered.includes(one)), refusal: undefined };
  };
}
