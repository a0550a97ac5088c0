import { type Codec, jsonCodec, type Packet } from "./codec.ts";

/** The key of an envelope, beside `type`, that numbers what a server sends to a connection that can be resumed. */
const NUMBER_KEY = "n";

/** A frame with its number. */
export function numbered(codec: Codec, packet: Packet, n: number): Packet {
  // Apart, since every message passes here.
  return codec === jsonCodec ? `{"n":${n},${(packet as string).slice(1)}` : withKey(codec, packet, NUMBER_KEY, n);
}

/** A frame with one key more at its beginning. JSON is not written anew for it. */
export function withKey(codec: Codec, packet: Packet, key: string, value: unknown): Packet {
  if (codec === jsonCodec) return `{"${key}":${JSON.stringify(value)},${(packet as string).slice(1)}`;
  return codec.encode({ ...(codec.decode(packet) as { type: string }), [key]: value });
}
