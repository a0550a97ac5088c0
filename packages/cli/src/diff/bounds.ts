import { isDeepStrictEqual } from "node:util";
import type { Keywords } from "./schema.ts";
import type { Shift } from "./shift.ts";

const LOWER = ["minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties", "minContains"];
const UPPER = ["maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties", "maxContains"];
/** Looked at elsewhere. */
const KNOWN = new Set([
  "additionalItems",
  "additionalProperties",
  "const",
  "enum",
  "items",
  "prefixItems",
  "properties",
  "propertyNames",
  "required",
  "type",
]);

type Bound = Omit<Shift, "path">;

/** All that limits what a schema takes, beside its type and what it holds. */
export function compareBounds(old: Keywords, now: Keywords): Bound[] {
  const keywords = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((keyword) => !KNOWN.has(keyword));
  return keywords.flatMap((keyword) => {
    const [was, is] = [limit(old, keyword), limit(now, keyword)];
    // A format has a pattern of its own.
    if (isDeepStrictEqual(was, is) || (keyword === "pattern" && old["format"] !== now["format"])) return [];
    return [{ text: textOf(keyword, was, is), ...judge(keyword, was, is) }];
  });
}

/** What JSON carries of integers is no limit that somebody has set. */
function limit(schema: Keywords, keyword: string): unknown {
  const value = schema[keyword];
  const isSafe = schema["type"] === "integer" && Math.abs(value as number) === Number.MAX_SAFE_INTEGER;
  return isSafe || (keyword.startsWith("min") && value === 0 && keyword !== "minimum") ? undefined : value;
}

function textOf(keyword: string, was: unknown, is: unknown): string {
  if (keyword === "default")
    return is === undefined ? "has no default any more" : `has the default ${JSON.stringify(is)} now`;
  if (is === undefined) return `has no ${keyword} any more, was ${JSON.stringify(was)}`;
  return `has the ${keyword} ${JSON.stringify(is)} now${was === undefined ? "" : `, was ${JSON.stringify(was)}`}`;
}

function judge(keyword: string, was: unknown, is: unknown): Pick<Shift, "narrows" | "widens"> {
  // It is the receiver who fills it in.
  if (keyword === "default") return { narrows: false, widens: false };
  if (was === undefined || is === undefined) return { narrows: was === undefined, widens: is === undefined };
  if (LOWER.includes(keyword))
    return { narrows: (is as number) > (was as number), widens: (is as number) < (was as number) };
  if (UPPER.includes(keyword))
    return { narrows: (is as number) < (was as number), widens: (is as number) > (was as number) };
  if (keyword === "multipleOf") {
    return { narrows: (was as number) % (is as number) !== 0, widens: (is as number) % (was as number) !== 0 };
  }
  // Whether one pattern, or whatever else there is, takes what another one does, nobody can tell.
  return { narrows: true, widens: true };
}
