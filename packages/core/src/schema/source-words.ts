import type { JsonType, Literal } from "./plain.ts";

// Pieces of source that generated checks are written with.

/** Most alternatives that are compared one after the other: more are looked up. */
export const MAX_LITERALS = 16;

export function isObject(at: string): string {
  return `typeof ${at}==="object"&&${at}!==null&&!Array.isArray(${at})`;
}

export function isOfType(type: JsonType, at: string): string {
  if (type === "null") return `${at}===null`;
  if (type === "array") return `Array.isArray(${at})`;
  return type === "object" ? isObject(at) : `typeof ${at}==="${type}"`;
}

export function lengths({ minLength, maxLength }: { minLength?: number; maxLength?: number }, at: string): string {
  const least = minLength === undefined ? "" : `&&${at}.length>=${minLength}`;
  return maxLength === undefined ? least : `${least}&&${at}.length<=${maxLength}`;
}

export function literal(value: Literal): string {
  return JSON.stringify(value);
}
