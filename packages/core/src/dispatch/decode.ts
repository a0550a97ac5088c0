import { bytesOver } from "../base/bytes.ts";
import { mayBeDeep, textTooDeep, valueTooDeep } from "../base/depth.ts";
import { codecName, jsonCodec, type Packet, peekBy } from "../protocol/codec.ts";
import { CLOSE, type ErrorCode } from "../protocol/codes.ts";
import {
  type Envelope,
  GOAWAY_FRAME,
  GOAWAY_TYPE,
  isEnvelope,
  PING_FRAME,
  PING_TYPE,
  PONG_FRAME,
  PONG_TYPE,
} from "../protocol/envelope.ts";
import { close } from "../sending/frames.ts";
import { countViolation, violate } from "../sending/refusals.ts";
import { peek } from "./peek.ts";
import type { Connection } from "../state/connection.ts";
import { lack } from "../state/streams.ts";

/** Frames longer than this are scanned for depth before they are parsed; shorter ones cannot keep a parser busy. */
const SCAN_FROM = 4_096;

/** Checks and decodes one frame. Undefined when it was refused, and answered. */
export function decode(conn: Connection, packet: Packet): Envelope | undefined {
  const { limits, codec, binary } = conn.hub;
  if (typeof packet !== "string" || binary) return decodeBytes(conn, packet);
  const { maxMessageBytes, maxDepth } = limits;
  if (packet.length * 3 > maxMessageBytes) {
    const bytes = bytesOver(packet, maxMessageBytes);
    if (bytes !== undefined) return tooLarge(conn, packet, bytes);
  }
  if (codec !== jsonCodec) return inText(packet) ?? decodeWith(conn, packet);
  if (packet.length > SCAN_FROM && textTooDeep(packet, maxDepth)) return tooDeep(conn, packet);
  let value: unknown;
  try {
    value = codec.decode(packet);
  } catch {
    return refuse(conn, packet, "INVALID_ARGUMENT", "The frame is not valid JSON");
  }
  if (packet.length <= SCAN_FROM && mayBeDeep(packet, maxDepth) && valueTooDeep(value, maxDepth))
    return tooDeep(conn, packet);
  return isEnvelope(value) ? value : shapeless(conn, packet);
}

/** A frame in bytes, or one to a codec of bytes. */
function decodeBytes(conn: Connection, packet: Packet): Envelope | undefined {
  const { limits, binary } = conn.hub;
  if (typeof packet === "string") return inText(packet) ?? unsupported(conn, "Text frames are not understood");
  if (!binary) return unsupported(conn, "Binary frames are not understood");
  if (packet.length > limits.maxMessageBytes) return tooLarge(conn, packet, packet.length);
  return decodeWith(conn, packet);
}

/** What a client says in text whatever its codec is. */
function inText(text: string): Envelope | undefined {
  if (text === PING_FRAME) return { type: PING_TYPE };
  if (text === PONG_FRAME) return { type: PONG_TYPE };
  if (text === GOAWAY_FRAME) return { type: GOAWAY_TYPE };
  return undefined;
}

/** By another codec than WS-Kit's JSON: how deep a packet is, is known when it is decoded. */
function decodeWith(conn: Connection, packet: Packet): Envelope | undefined {
  const { limits, codec } = conn.hub;
  const name = codecName(codec);
  if (
    typeof packet === "string" &&
    name === "json" &&
    packet.length > SCAN_FROM &&
    textTooDeep(packet, limits.maxDepth)
  )
    return tooDeep(conn, packet);
  let value: unknown;
  try {
    value = codec.decode(packet);
  } catch {
    return refuse(conn, packet, "INVALID_ARGUMENT", `The frame is not valid ${name === "json" ? "JSON" : name}`);
  }
  if (valueTooDeep(value, limits.maxDepth)) return tooDeep(conn, packet, value);
  return isEnvelope(value) ? value : shapeless(conn, packet);
}

function unsupported(conn: Connection, reason: string): undefined {
  close(conn, CLOSE.UNSUPPORTED_DATA, reason);
  return undefined;
}

function tooLarge(conn: Connection, packet: Packet, bytes: number): undefined {
  const { maxMessageBytes } = conn.hub.limits;
  const message = `A frame of ${bytes} bytes is over limits.maxMessageBytes, ${maxMessageBytes}`;
  return refuse(conn, packet, "RESOURCE_EXHAUSTED", message);
}

function tooDeep(conn: Connection, packet: Packet, value?: unknown): undefined {
  const message = `The frame nests deeper than limits.maxDepth, ${conn.hub.limits.maxDepth}`;
  if (!isEnvelope(value)) return refuse(conn, packet, "INVALID_ARGUMENT", message);
  return violateBy(conn, "INVALID_ARGUMENT", message, value.type, value.meta?.correlationId);
}

function shapeless(conn: Connection, packet: Packet): undefined {
  const message = "A frame is an object with a type that is not empty and, at will, meta and payload";
  return refuse(conn, packet, "INVALID_ARGUMENT", message);
}

/** Settles the request that it may be, as far as its beginning says. */
function refuse(conn: Connection, packet: Packet, code: ErrorCode, message: string): undefined {
  const { codec } = conn.hub;
  const isJson = typeof packet === "string" && codecName(codec) === "json";
  const { type, correlationId } = isJson ? peek(packet) : peekBy(codec, packet);
  return violateBy(conn, code, message, type, correlationId);
}

/** A stream that lacks an item ends, by which its request is answered; so are the items that were under way with it. */
function violateBy(
  conn: Connection,
  code: ErrorCode,
  message: string,
  type: string | undefined,
  correlationId: string | undefined,
): undefined {
  const { hooks } = conn.hub;
  const lacks = lack(conn, type, correlationId, code, message);
  if (lacks === false) return violate(conn, code, message, type, correlationId);
  if (lacks === "before") return undefined;
  if (hooks !== undefined) hooks.refused(conn, type, correlationId, code, message);
  return countViolation(conn);
}
