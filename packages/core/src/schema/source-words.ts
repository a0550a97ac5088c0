import { SURROGATES } from "./objects.ts";
import type { JsonType, Literal, PlainNumber, PlainText } from "./plain.ts";

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

/** All of what a text has to be. @param constant Names a value that stays outside of the source. */
export function textConditions(
  { minLength = 0, maxLength = Infinity, codePoints, patterns = [], contains = [] }: PlainText,
  at: string,
  constant: (value: unknown) => string,
): string[] {
  const all = [`typeof ${at}==="string"`];
  if (minLength > 0) all.push(`${at}.length>=${minLength}`);
  if (maxLength < Infinity) all.push(`${at}.length<=${maxLength}`);
  // Twice as many units are enough in any case; fewer, where each is a code point.
  if (codePoints === true && minLength > 1)
    all.push(`${at}.length>=${2 * minLength - 1}||!${constant(SURROGATES)}.test(${at})`);
  for (const pattern of patterns) all.push(`${constant(pattern)}.test(${at})`);
  for (const { where, value } of contains) all.push(`${at}.${where}(${literal(value)})`);
  return all;
}

export function numberConditions({ integer, bounds = [], multiplesOf = [] }: PlainNumber, at: string): string[] {
  const all = [integer === true ? `Number.isSafeInteger(${at})` : `Number.isFinite(${at})`];
  for (const { operator, value } of bounds) all.push(`${at}${operator}${value}`);
  for (const step of multiplesOf) all.push(`Number.isInteger(${at})&&${at}%${step}===0`);
  return all;
}

export function literal(value: Literal): string {
  return JSON.stringify(value);
}
