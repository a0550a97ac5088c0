import type { UserAsk, UserRequest } from "../ports/nodes.ts";
import type { Packet } from "../protocol/codec.ts";

/** What nodes write to each other. */
export type Letter = { readonly node: string } & (
  | { readonly t: "hello" | "beat" | "bye" }
  | { readonly t: "ask"; readonly id: number; readonly what: UserAsk }
  | { readonly t: "request"; readonly id: number; readonly what: UserRequest }
  | { readonly t: "told"; readonly id: number; readonly count: number }
  | { readonly t: "answered" | "enough"; readonly id: number }
);

const LINE_FEED = 10;

/**
 * One line of JSON, and a frame as it is.
 * @param bytes As packets are of a codec that makes bytes.
 */
export function writeLetter(letter: Letter, frame: Packet, bytes: boolean): Packet {
  const head = `${JSON.stringify(letter)}\n`;
  if (!bytes) return head + String(frame);
  const encoder = new TextEncoder();
  const [first, rest] = [encoder.encode(head), typeof frame === "string" ? encoder.encode(frame) : frame];
  const whole = new Uint8Array(first.byteLength + rest.byteLength);
  whole.set(first);
  whole.set(rest, first.byteLength);
  return whole;
}

/** @returns undefined for what no node of this version writes. */
export function readLetter(packet: Packet): { letter: Letter; frame: Packet } | undefined {
  const end = typeof packet === "string" ? packet.indexOf("\n") : packet.indexOf(LINE_FEED);
  if (end < 0) return undefined;
  const head = packet.slice(0, end);
  try {
    const letter = JSON.parse(typeof head === "string" ? head : new TextDecoder().decode(head)) as Letter | null;
    return typeof letter?.node === "string" ? { letter, frame: packet.slice(end + 1) } : undefined;
  } catch {
    return undefined;
  }
}
