import type { KeptPresence } from "@ws-kit/core/adapter";

/** What is kept of a connection while its object sleeps: the attachment of its WebSocket. */
export interface Kept {
  /** Version of this form. */
  readonly v: 1;
  readonly id: string;
  /** Whether `onOpen` has run. */
  readonly opened: boolean;
  /** When a sign of life was asked for, in milliseconds since the epoch; until one arrives. */
  readonly asked?: number;
  /** What `maxConnectionsPer` counts it by. */
  readonly slot?: string;
  /** Where `expiresAt` is in use: URL of its upgrade without its query. */
  readonly url?: string;
  /** There, and where an extension asks for it: the peer's address. */
  readonly from?: string;
  /** Absent where `stored` or `lost` says why. */
  readonly data?: Record<string, unknown>;
  readonly topics?: readonly string[];
  /** What it says of itself in them, and in which it is told who is there. */
  readonly present?: readonly KeptPresence[];
  /** Under this key the object's storage has data and topics, which did not fit. */
  readonly stored?: string;
  /** Data could not be kept: the connection ends when the object wakes up. */
  readonly lost?: true;
}

/** Most bytes that an attachment may have (https://developers.cloudflare.com/durable-objects/api/websockets/). */
export const MAX_ATTACHMENT_BYTES = 16_384;

/** Reads an attachment. Undefined for one that is not ours, or of a version unknown here. */
export function readKept(attachment: unknown): Kept | undefined {
  const kept = attachment as Kept | null | undefined;
  return kept?.v === 1 && typeof kept.id === "string" ? kept : undefined;
}

const CLONED = [Object, Array, Date, Map, Set, RegExp, Error, ArrayBuffer, Boolean, Number, String, BigInt].map(
  (type) => type.prototype as object,
);

/**
 * Says what in a value would not survive structured cloning as it is: functions and symbols cannot be cloned at all, an
 * instance of a class would wake up without its methods.
 * @returns the first such place with what is there, like `data.user.save is a function`; undefined where there is none.
 */
export function notKeepable(value: unknown, path: string, seen: Set<object> = new Set()): string | undefined {
  if (typeof value === "function") return `${path} is a function`;
  if (typeof value === "symbol") return `${path} is a symbol`;
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
  seen.add(value);
  if (ArrayBuffer.isView(value)) return undefined;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== null && !CLONED.includes(prototype) && !(value instanceof Error)) {
    return `${path} is an instance of ${(prototype.constructor as { name?: string } | undefined)?.name ?? "a class"}`;
  }
  if (value instanceof Map || value instanceof Set) {
    for (const item of [...value.keys(), ...value.values()]) {
      const found = notKeepable(item, `${path}[…]`, seen);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  for (const [key, item] of Object.entries(value)) {
    const found = notKeepable(item, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}
