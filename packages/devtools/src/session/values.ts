/**
 * What a codec of bytes may carry and JSON has no form for, as it is written to a session: an object with one key. One of the
 * application's that looks like these is written as `{"$ws:object":…}`.
 */
const TAG = "$ws:";

/** A value as JSON has it. */
export function packed(value: unknown): unknown {
  if (typeof value === "bigint") return { "$ws:bigint": String(value) };
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
    return { "$ws:number": Object.is(value, -0) ? "-0" : String(value) };
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => packed(each));
  if (value instanceof Uint8Array) return { "$ws:bytes": base64(value) };
  if (value instanceof Date) return { "$ws:date": value.getTime() };
  if (value instanceof Map) return { "$ws:map": packed([...value]) };
  if (value instanceof Set) return { "$ws:set": packed([...value]) };
  const copy = mapped(value, packed);
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0]?.startsWith(TAG) === true ? { "$ws:object": copy } : copy;
}

/** The value that was packed; a tag that is not known here is an object like others. */
export function unpacked(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => unpacked(each));
  const [first, ...more] = Object.entries(value) as [string, unknown][];
  const unpack =
    first !== undefined && more.length === 0 && Object.hasOwn(UNPACK, first[0]) ? UNPACK[first[0]] : undefined;
  return unpack === undefined ? mapped(value, unpacked) : unpack(first?.[1]);
}

const UNPACK: Readonly<Record<string, (content: unknown) => unknown>> = {
  "$ws:bigint": (content) => BigInt(content as string),
  "$ws:number": (content) => Number(content),
  "$ws:bytes": (content) => Uint8Array.from(atob(content as string), (char) => char.charCodeAt(0)),
  "$ws:date": (content) => new Date((content as number | null) ?? Number.NaN),
  "$ws:map": (content) => new Map(unpacked(content) as [unknown, unknown][]),
  "$ws:set": (content) => new Set(unpacked(content) as unknown[]),
  "$ws:object": (content) => mapped(content as object, unpacked),
};

/** What a value is, where two have to be the same to be compared at all. */
export function kindOf(value: object): "list" | "bytes" | "date" | "map" | "set" | "object" {
  if (Array.isArray(value)) return "list";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Date) return "date";
  if (value instanceof Map) return "map";
  return value instanceof Set ? "set" : "object";
}

/** The same object, list, map or set of what becomes of its values; of anything else itself. */
export function mapped(value: object, each: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => each(one));
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [each(key), each(one)]));
  if (value instanceof Set) return new Set([...value].map((one) => each(one)));
  if (kindOf(value) !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, each(one)]));
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(text);
}
