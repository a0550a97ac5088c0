import { type Codec, codecName, type Packet, peekBy } from "../protocol/codec.ts";
import { isEnvelope } from "../protocol/envelope.ts";

/** How far into a frame is looked, in UTF-16 units or bytes. */
const WITHIN = 512;

/** What stands at the beginning of a frame that was not decoded. */
export interface Glimpse {
  type?: string | undefined;
  correlationId?: string | undefined;
}

/** Finds the type and the correlation id of a frame, without the cost of decoding much of it. Never throws. */
export function glimpse(packet: Packet, codec: Codec): Glimpse {
  if (codecName(codec) === "json") return typeof packet === "string" ? glimpseJson(packet) : {};
  if (codec.peek !== undefined) return peekBy(codec, packet);
  try {
    const whole = packet.length <= WITHIN ? codec.decode(packet) : undefined;
    if (!isEnvelope(whole)) return {};
    const id: unknown = whole.meta?.correlationId;
    return { type: whole.type, ...(typeof id === "string" && { correlationId: id }) };
  } catch {
    // No frame.
    return {};
  }
}

/**
 * Finds the type and the correlation id of a JSON frame in its first 512 characters, without decoding it: the strings at
 * `type` and `meta.correlationId`, and no others of those names, wherever a payload may hold them.
 */
export function glimpseJson(frame: string): Glimpse {
  const text = frame.slice(0, WITHIN);
  const found: Glimpse = {};
  // Strings, and what opens or closes; the rest of JSON has no say in where a string stands.
  const token = /"((?:[^"\\]|\\.)*)"(\s*:)?|[{}[\]]/g;
  /** The keys on the way from the outermost object to where we are; a list has none. */
  const path: string[] = [];
  let key = "";
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [whole, string, colon] = match;
    if (whole === "{" || whole === "[") path.push(key);
    else if (whole === "}" || whole === "]") path.pop();
    else if (colon !== undefined) key = string ?? "";
    else if (path.length === 1 && key === "type") found.type ??= plain(whole);
    else if (path.length === 2 && path[1] === "meta" && key === "correlationId") found.correlationId ??= plain(whole);
  }
  return found;
}

/** `JSON.parse` of a string, so that escapes are what they mean. */
function plain(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return "";
  }
}
