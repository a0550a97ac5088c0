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
/** Characters, and bytes, of its head. */
const LINE_FEED = 10;
const SPACE = 32;
const COMMA = 44;
const ZERO = 48;

/** Bytes before the frames, at most: form, node, two numbers; and of each frame its length and what stands around it. */
export const HEAD_BYTES = 80;
export const HEAD_BYTES_PER_FRAME = 12;

/**
 * `<form> <node> <number> <before> <length>,<length>…\n` and the frames as they are: none is encoded again. Lengths are UTF-16 units
 * in the text form, bytes in the other.
 */
export function pack(node: string, number: number, before: number, frames: readonly Frame[]): Packet {
  const [only] = frames;
  if (frames.length === 1 && typeof only === "string")
    return `${TEXT} ${node} ${number} ${before} ${only.length}\n${only}`;
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
  const head = readHead(packet, TEXT);
  if (head === undefined) return undefined;
  const { node, number, before, lengths } = head;
  let at = head.end;
  const frames: Frame[] = [];
  for (const length of lengths) frames.push(packet.slice(at, (at += length)));
  return at === packet.length ? { node, number, before, frames } : undefined;
}

function unpackBytes(packet: Uint8Array): Bundle | undefined {
  const decoder = new TextDecoder();
  if (packet[0] !== FIRST_BYTE) return unpackText(decoder.decode(packet));
  const end = packet.indexOf(LINE_FEED) + 1;
  const head = readHead(decoder.decode(packet.subarray(0, end)), BYTES);
  if (head === undefined) return undefined;
  const { node, number, before, lengths, texts } = head;
  let at = end;
  const frames = lengths.map((length, i): Frame => {
    const part = packet.slice(at, (at += length));
    return texts?.has(i) === true ? decoder.decode(part) : part;
  });
  return at === packet.byteLength ? { node, number, before, frames } : undefined;
}

interface Head extends Omit<Bundle, "frames"> {
  readonly lengths: readonly number[];
  /** Which of the frames are text among bytes. */
  readonly texts: ReadonlySet<number> | undefined;
  /** Where the frames begin. */
  readonly end: number;
}

/** Where the figure ends that was read last. */
let figureEnd = 0;

/** Read where it stands: no part of it but the node is needed as a text. */
function readHead(packet: string, form: string): Head | undefined {
  const nodeEnd = packet.indexOf(" ", 2);
  if (nodeEnd < 3 || packet[0] !== form || packet.charCodeAt(1) !== SPACE) return undefined;
  const number = figureAt(packet, nodeEnd + 1);
  if (number < 0 || packet.charCodeAt(figureEnd) !== SPACE) return undefined;
  const before = figureAt(packet, figureEnd + 1);
  if (before < 0 || packet.charCodeAt(figureEnd) !== SPACE) return undefined;
  const lengths: number[] = [];
  let texts: Set<number> | undefined;
  let next = COMMA;
  while (next === COMMA) {
    const isText = form === BYTES && packet[figureEnd + 1] === TEXT;
    if (isText) (texts ??= new Set()).add(lengths.length);
    const length = figureAt(packet, figureEnd + (isText ? 2 : 1));
    if (length < 0) return undefined;
    lengths.push(length);
    next = packet.charCodeAt(figureEnd);
  }
  if (next !== LINE_FEED) return undefined;
  return { node: packet.slice(2, nodeEnd), number, before, lengths, texts, end: figureEnd + 1 };
}

/** The whole number that begins there; -1 where none does. */
function figureAt(packet: string, start: number): number {
  let value = 0;
  let at = start;
  for (let digit = packet.charCodeAt(at) - ZERO; digit >= 0 && digit <= 9; digit = packet.charCodeAt(++at) - ZERO) {
    value = value * 10 + digit;
  }
  figureEnd = at;
  return at === start ? -1 : value;
}
