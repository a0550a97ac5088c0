import type { Connection } from "./connection.ts";
import { mayBeDeep, textTooDeep, valueTooDeep } from "./depth.ts";
import { errorPayload } from "./failures.ts";
import { bytesOver, VIOLATION_WINDOW_MS } from "./limits.ts";
import { close, sendError } from "./outgoing.ts";
import { CLOSE, isEnvelope, jsonCodec, type Envelope, type ErrorCode } from "./protocol/index.ts";

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

/** Answers a frame that breaks the protocol itself, and closes with 1008 when there are too many of them. */
export function violate(conn: Connection, code: ErrorCode, message: string, inReplyTo?: string): undefined {
  const { limits, clock } = conn.hub;
  sendError(
    conn,
    inReplyTo === undefined ? {} : { inReplyTo },
    errorPayload(code, message, undefined, { retryable: false }),
  );
  const now = clock.monotonic();
  if (conn.violations === undefined || now - conn.violations.since >= VIOLATION_WINDOW_MS) {
    conn.violations = { count: 0, since: now };
  }
  if (++conn.violations.count > limits.maxViolations) close(conn, CLOSE.POLICY, "Too many violations");
  return undefined;
}
