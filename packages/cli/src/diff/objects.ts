import { isDeepStrictEqual } from "node:util";
import type { Keywords, Schema } from "./schema.ts";
import type { BranchPair, Shift } from "./shift.ts";

/** Two schemas of objects. */
export function compareObjects(pair: BranchPair, path: string): Shift[] {
  const { old, now } = pair;
  const [was, is] = [fieldsOf(old), fieldsOf(now)];
  const keys = [...new Set([...was.keys(), ...is.keys()])];
  return [
    ...keys.flatMap((key) => {
      const at = path + stepTo(key);
      const [a, b] = [was.get(key), is.get(key)];
      if (a !== undefined && b !== undefined) {
        return [...requirement(a, b, at), ...pair.compare({ ...pair, old: a.schema, now: b.schema }, at)];
      }
      return [a === undefined ? added(b as Field, pair, at) : removed(a, pair, at)];
    }),
    ...others(pair, path),
    ...pair.compare({ ...pair, old: namesOf(old), now: namesOf(now) }, `${path}.(name)`),
  ];
}

interface Field {
  readonly schema: Schema;
  readonly required: boolean;
}

function fieldsOf({ properties = {}, required = [] }: Keywords): Map<string, Field> {
  const names = required as string[];
  const all = { ...Object.fromEntries(names.map((name) => [name, true])), ...(properties as Record<string, Schema>) };
  return new Map(Object.entries(all).map(([key, schema]) => [key, { schema, required: names.includes(key) }]));
}

/** Any name is a string. */
function namesOf({ propertyNames = true }: Keywords): Schema {
  return isDeepStrictEqual(propertyNames, { type: "string" }) ? true : (propertyNames as Schema);
}

function stepTo(key: string): string {
  return /^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function requirement(old: Field, now: Field, path: string): Shift[] {
  if (old.required === now.required) return [];
  return now.required
    ? [{ path, text: "is required now", narrows: true, widens: false }]
    : [{ path, text: "is optional now", narrows: false, widens: true }];
}

/**
 * Who writes by the new schema sends it, which the old one drops, unless it takes no others or only some. Who writes by the
 * old one leaves it out, unless that lets anything through.
 */
function added({ schema, required: has }: Field, pair: BranchPair, path: string): Shift {
  const rest = pair.old["additionalProperties"] as Schema | undefined;
  const shifts = rest === undefined ? [] : pair.compare({ ...pair, old: rest, now: schema }, path);
  return {
    path,
    text: has ? "is new, and required" : "is new",
    narrows: has || shifts.some(({ narrows }) => narrows),
    widens: shifts.some(({ widens }) => widens),
  };
}

function removed(field: Field, pair: BranchPair, path: string): Shift {
  const { old, now, roots } = pair;
  const back = added(field, { ...pair, old: now, now: old, roots: [roots[1], roots[0]] }, path);
  return { path, text: "is gone", narrows: back.widens, widens: back.narrows };
}

/** Properties beside those that are named. Left out, they are not sent, and dropped where they come. */
function others(pair: BranchPair, path: string): Shift[] {
  const was = pair.old["additionalProperties"] as Schema | undefined;
  const is = pair.now["additionalProperties"] as Schema | undefined;
  const at = `${path}.*`;
  if (was !== undefined && is !== undefined) {
    const shift = (text: string, narrows: boolean, widens: boolean) => [{ path: at, text, narrows, widens }];
    if (was === false) return is === false ? [] : shift("may be there now", false, true);
    if (is === false) return shift("may not be there any more", true, false);
    return pair.compare({ ...pair, old: was, now: is }, at);
  }
  if (was === is) return [];
  const text = is === undefined ? "are dropped now" : is === false ? "are refused now" : "are let through now";
  return [{ path: at, text, narrows: false, widens: false }];
}
