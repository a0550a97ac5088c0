/** One frame as it travels: a text message of the WebSocket, or a binary one (RFC 6455 §5.6). */
export type Packet = string | Uint8Array;

/**
 * Turns frames into packets and back. JSON is the default; both ends of a connection have to use the same. One that gives
 * a string travels in text messages, one that gives bytes in binary ones.
 *
 * @example
 * import { decode, encode } from "@msgpack/msgpack";
 * const msgpack: Codec = {
 *   name: "msgpack",
 *   encode: (frame) => encode(frame, { ignoreUndefined: true }),
 *   decode: (packet: Uint8Array) => decode(packet),
 * };
 * createRouter({ codec: msgpack });
 */
export interface Codec {
  /**
   * What clients ask for: by the subprotocol `ws-kit.<name>`, or `ws-kit` for `json`. Letters, digits, `-` and `_`; one that
   * gives bytes cannot do without. Default `json`.
   */
  readonly name?: string;
  /**
   * Gives a string, or a new `Uint8Array` each time, since that may be sent to many and later. What is undefined is left out,
   * as in JSON. Called for a ping when a router is made, which tells whether it gives text or bytes.
   * @throws whatever the value's contents make it throw (a cycle, a BigInt); the caller turns it into a failed send.
   */
  encode(frame: { type: string; meta?: object | undefined; payload?: unknown }): Packet;
  /**
   * Given what the other end's `encode` gave, or anything else that a peer may have made up: a string where `encode` gives
   * one, otherwise a `Uint8Array` of its own.
   * @throws Error when the packet is no frame.
   */
  decode(packet: Packet): unknown;
  /**
   * Reads the type and the correlation id of a packet without decoding all of it, so that an answer by which it is refused (by
   * a gate, or for its size) names what it answers. Never for JSON, whose beginning is read anyway. Left out: a gate's answer
   * knows them of packets of up to 512 bytes or UTF-16 units, which are decoded for it.
   */
  peek?(packet: Packet): { readonly type?: string | undefined; readonly correlationId?: string | undefined };
}

export const jsonCodec: Codec = {
  encode: (frame) => JSON.stringify(frame),
  decode: (packet) => JSON.parse(packet as string) as unknown,
};

/** The name under which clients ask for a codec. */
export function codecName({ name = "json" }: Pick<Codec, "name">): string {
  return name;
}

/**
 * Whether a codec gives bytes.
 * @throws TypeError for what is no codec, or cannot be asked for.
 */
export function isBinary(codec: Codec): boolean {
  if (codec === jsonCodec) return false;
  const name: unknown = codecName(codec);
  if (typeof name !== "string" || !/^[\w-]+$/.test(name)) {
    throw new TypeError(`A codec's name has letters, digits, - and _, not ${JSON.stringify(name)}`);
  }
  const called = `The codec ${JSON.stringify(name)}`;
  if (typeof codec.encode !== "function" || typeof codec.decode !== "function") {
    throw new TypeError(`${called} needs the functions encode and decode`);
  }
  let packet: Packet;
  let back: unknown;
  try {
    packet = codec.encode({ type: "$ws:ping", meta: undefined });
    back = codec.decode(packet);
  } catch (cause) {
    throw new TypeError(`${called} failed on a ping: it has to be ready before a router is made`, { cause });
  }
  if ((back as { meta?: unknown } | undefined)?.meta === null) {
    throw new TypeError(`${called} has to leave out what is undefined, as JSON does: it made null of it`);
  }
  if (typeof packet === "string") return false;
  if (!(packet instanceof Uint8Array)) {
    throw new TypeError(`${called} has to encode to a string or a Uint8Array, at once`);
  }
  if (name === "json") {
    throw new TypeError(
      "A codec that gives bytes needs a name, by which its clients are told from those that speak JSON",
    );
  }
  return true;
}

/** What a codec's own `peek` finds at the beginning of a packet, which may be anything. Never throws. */
export function peekBy(codec: Codec, packet: Packet): { type?: string; correlationId?: string } {
  try {
    const { type, correlationId } = codec.peek?.(packet) ?? {};
    return {
      ...(typeof type === "string" && { type }),
      ...(typeof correlationId === "string" && { correlationId }),
    };
  } catch {
    // No frame.
    return {};
  }
}
