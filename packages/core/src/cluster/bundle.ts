import type { Packet } from "../protocol/codec.ts";

/** Frames of one topic that travel together, and where they come from. */
export interface Bundle {
  readonly node: string;
  /** Rises with every bundle of the node. */
  readonly number: number;
  /** The one before it on the same topic; 0 where there was none, or it may not have left. */
  readonly before: number;
  readonly frames: readonly Frame[];
}

export type Frame = Packet;

/** First character of the two forms; another one is another version, and is not understood. */
const TEXT = "t";
const BYTES = "b";
const FIRST_BYTE = 98;

/** Bytes before the frames, at most: form, node, two numbers; and of each frame its length and what stands around it. */
export const HEAD_BYTES = 80;
export const HEAD_BYTES_PER_FRAME = 12;

/**
 * `<form> <node> <number> <before> <length>,<length>…\n` and the frames as they are: none is encoded again. Lengths are UTF-16 units
 * in the text form, bytes in the other.
 */
export function pack(node: string, number: number, before: number, frames: readonly Frame[]): Packet {
  if (frames.every((frame) => typeof frame === "string")) {
    return `${TEXT} ${node} ${number} ${before} ${frames.map((frame) => frame.length).join(",")}\n${frames.join("")}`;
  }
  // Made here: not every place that loads this file has one (jsdom), and not every codec makes bytes.
  const encoder = new TextEncoder();
  const parts = frames.map((frame) => (typeof frame === "string" ? encoder.encode(frame) : frame));
  // A text frame among bytes says so by a letter before its length.
  const lengths = parts.map((part, i) => `${typeof frames[i] === "string" ? TEXT : ""}${part.byteLength}`);
  const head = encoder.encode(`${BYTES} ${node} ${number} ${before} ${lengths.join(",")}\n`);
  const packet = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, head.byteLength));
  packet.set(head);
  let at = head.byteLength;
  for (const part of parts) {
    packet.set(part, at);
    at += part.byteLength;
  }
  return packet;
}

/** @returns undefined for what no node of this version has packed. */
export function unpack(packet: Packet): Bundle | undefined {
  return typeof packet === "string" ? unpackText(packet) : unpackBytes(packet);
}

function unpackText(packet: string): Bundle | undefined {
  const end = packet.indexOf("\n");
  const head = readHead(packet.slice(0, end), TEXT);
  if (end < 0 || head === undefined) return undefined;
  const frames: string[] = [];
  let at = end + 1;
  for (const length of head.lengths) frames.push(packet.slice(at, (at += Number(length))));
  const { node, number, before } = head;
  return at === packet.length ? { node, number, before, frames } : undefined;
}

function unpackBytes(packet: Uint8Array): Bundle | undefined {
  const decoder = new TextDecoder();
  if (packet[0] !== FIRST_BYTE) return unpackText(decoder.decode(packet));
  const end = packet.indexOf(10);
  const head = readHead(decoder.decode(packet.subarray(0, Math.max(end, 0))), BYTES);
  if (head === undefined) return undefined;
  const frames: Frame[] = [];
  let at = end + 1;
  for (const length of head.lengths) {
    const isText = length.startsWith(TEXT);
    const part = packet.slice(at, (at += Number(isText ? length.slice(1) : length)));
    frames.push(isText ? decoder.decode(part) : part);
  }
  const { node, number, before } = head;
  return at === packet.byteLength ? { node, number, before, frames } : undefined;
}

const HEAD = /^([tb]) (\S+) (\d+) (\d+) (t?\d+(?:,t?\d+)*)$/;

interface Head extends Omit<Bundle, "frames"> {
  readonly lengths: string[];
}

function readHead(head: string, form: string): Head | undefined {
  const [, found, node, number, before, lengths] = HEAD.exec(head) ?? [];
  if (found !== form || node === undefined || lengths === undefined) return undefined;
  return { node, number: Number(number), before: Number(before), lengths: lengths.split(",") };
}
