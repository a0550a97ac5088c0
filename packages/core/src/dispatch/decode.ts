import { bytesOver } from "../base/bytes.ts";
import { mayBeDeep, textTooDeep, valueTooDeep } from "../base/depth.ts";
import { jsonCodec } from "../protocol/codec.ts";
import { CLOSE } from "../protocol/codes.ts";
import { type Envelope, isEnvelope } from "../protocol/envelope.ts";
import { close } from "../sending/frames.ts";
import { violate } from "../sending/refusals.ts";
import type { Connection } from "../state/connection.ts";

/** Frames longer than this are scanned for depth before they are parsed; shorter ones cannot keep a parser busy. */
const SCAN_FROM = 4_096;

/** Checks and decodes one frame. Undefined when it was refused, and answered. */
export function decode(conn: Connection, data: string | ArrayBufferLike | ArrayBufferView): Envelope | undefined {
  const { limits, codec } = conn.hub;
  if (typeof data !== "string") {
    close(conn, CLOSE.UNSUPPORTED_DATA, "Binary frames are not understood");
    return undefined;
  }
  const { maxMessageBytes, maxDepth } = limits;
  if (data.length * 3 > maxMessageBytes) {
    const bytes = bytesOver(data, maxMessageBytes);
    if (bytes !== undefined) {
      return violate(
        conn,
        "RESOURCE_EXHAUSTED",
        `A frame of ${bytes} bytes is over limits.maxMessageBytes, ${maxMessageBytes}`,
      );
    }
  }
  if (data.length > SCAN_FROM && textTooDeep(data, maxDepth)) return tooDeep(conn);
  let value: unknown;
  try {
    value = codec.decode(data);
  } catch {
    return violate(conn, "INVALID_ARGUMENT", "The frame is not valid JSON");
  }
  // What another codec's text says of its depth is not known.
  if (data.length <= SCAN_FROM && (codec !== jsonCodec || mayBeDeep(data, maxDepth)) && valueTooDeep(value, maxDepth))
    return tooDeep(conn);
  if (!isEnvelope(value)) {
    return violate(
      conn,
      "INVALID_ARGUMENT",
      "A frame is an object with a type that is not empty and, at will, meta and payload",
    );
  }
  return value;
}

function tooDeep(conn: Connection): undefined {
  return violate(conn, "INVALID_ARGUMENT", `The frame nests deeper than limits.maxDepth, ${conn.hub.limits.maxDepth}`);
}
