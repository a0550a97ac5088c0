import { PING_FRAME, PONG_FRAME, type Codec, type Packet } from "@ws-kit/core/protocol";

/** Stands before the JSON of a frame, so that no packet is one of another codec by chance. */
const TAG = 0xc1;

/** A codec of bytes, as strict as any library's: it takes no text, and no runtime's own kind of buffer. */
export const tagged: Codec = {
  name: "tagged",
  encode: (frame) => tag(JSON.stringify(frame)),
  decode: (packet) => JSON.parse(untag(packet)) as unknown,
};

/** The codecs that the fixture can be served with, by name; none is the default. */
export function codecCalled(name: string | undefined): Codec | undefined {
  if (name === undefined) return undefined;
  if (name !== tagged.name) throw new TypeError(`There is no codec called ${name}`);
  return tagged;
}

function tag(text: string): Uint8Array {
  const json = new TextEncoder().encode(text);
  const packet = new Uint8Array(json.length + 1);
  packet[0] = TAG;
  packet.set(json, 1);
  return packet;
}

function untag(packet: Packet): string {
  if (typeof packet === "string" || Object.getPrototypeOf(packet) !== Uint8Array.prototype || packet[0] !== TAG) {
    throw new TypeError("Not tagged");
  }
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(packet.subarray(1));
}

/** How the suite's client, which thinks in JSON, writes to a server of a codec and reads what it sends. */
export interface Dialect {
  readonly name: string;
  /** What errors call it. */
  readonly title: string;
  /** Has to be among the subprotocols on offer. */
  readonly protocols: readonly string[];
  /** Bytes of a packet beside those of its JSON. */
  readonly overhead: number;
  write(json: string): Packet;
  /** What the runtime makes of a packet that arrives is the peer's to turn into a string or a `Uint8Array`. */
  read(packet: Packet): string;
}

export const JSON_DIALECT: Dialect = {
  name: "json",
  title: "JSON",
  protocols: [],
  overhead: 0,
  write: (json) => json,
  read(packet) {
    if (typeof packet !== "string") throw new TypeError("A binary message arrived from a codec of text");
    return packet;
  },
};

export const TAGGED_DIALECT: Dialect = {
  name: "tagged",
  title: "tagged",
  protocols: ["ws-kit.tagged"],
  overhead: 1,
  write: (json) => (isBeat(json) || json === '{"type":"$ws:goaway"}' ? json : tag(json)),
  read(packet) {
    if (typeof packet === "string" && !isBeat(packet))
      throw new TypeError(`Text arrived from a codec of bytes: ${packet}`);
    return typeof packet === "string" ? packet : untag(packet);
  },
};

function isBeat(text: string): boolean {
  return text === PING_FRAME || text === PONG_FRAME;
}
