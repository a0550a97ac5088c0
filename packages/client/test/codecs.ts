import { decode, encode } from "@msgpack/msgpack";
import type { Codec } from "@ws-kit/client";

/** MessagePack (https://msgpack.org), as an application would have it. */
export const msgpack: Codec = {
  name: "msgpack",
  // As in JSON, what is undefined is not there.
  encode: (frame) => encode(frame, { ignoreUndefined: true }),
  decode: (packet: Uint8Array) => decode(packet),
};

/** The options of a client by the path of its URL: `/msgpack` for a server of that codec. */
export function codecFor(url: string): { codec?: Codec } {
  return new URL(url).pathname === "/msgpack" ? { codec: msgpack } : {};
}
