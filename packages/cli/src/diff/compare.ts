import { compareBounds } from "./bounds.ts";
import { compareObjects } from "./objects.ts";
import { type Alternatives, alternatives, type Keywords, type Literal, type Schema } from "./schema.ts";
import type { BranchPair, Pair, Shift } from "./shift.ts";

/** Everything in which two schemas differ that has to do with what travels. */
export function compareSchemas(old: Schema, now: Schema, path: string): Shift[] {
  return compare({ old, now, roots: [old, now], seen: new Set(), compare }, path);
}

function compare(pair: Pair, path: string): Shift[] {
  const { old, now, roots, seen } = pair;
  const both = JSON.stringify([old, now]);
  if (seen.has(both)) return [];
  const inside: Pair = { ...pair, seen: new Set(seen).add(both) };
  const was = alternatives(old, roots[0]);
  const is = alternatives(now, roots[1]);
  const shift = (text: string, narrows: boolean, widens: boolean): Shift => ({ path, text, narrows, widens });
  if (was.any || is.any) {
    if (was.any && is.any) return [];
    return was.any
      ? [shift(`is ${label(is)} now, was anything`, true, false)]
      : [shift("is anything now", false, true)];
  }

  const { pairs, gone, come } = matched(was, is, inside);
  const lost = missing(was, is);
  const gained = missing(is, was);
  const nothingIsLeft =
    pairs.length === 0 && gone.length === was.branches.length && lost.length === was.literals.length;
  if (nothingIsLeft && come.length + gained.length > 0 && was.branches.length + was.literals.length > 0) {
    return [shift(`is ${label(is)} now, was ${label(was)}`, true, true)];
  }
  return [
    ...names(lost, gone).map((name) => shift(`may not be ${name} any more`, true, false)),
    ...names(gained, come).map((name) => shift(`may be ${name} now`, false, true)),
    ...pairs.flatMap(([a, b]) => compareBranches({ ...inside, old: a, now: b }, path)),
  ];
}

/** Values of the one that the other does not take. */
function missing(of: Alternatives, other: Alternatives): Literal[] {
  const keys = new Set(other.literals.map(({ key }) => key));
  return of.literals.filter(
    ({ key, value }) => !keys.has(key) && !other.branches.some((branch) => takes(branch, value)),
  );
}

function takes(branch: Keywords, value: unknown): boolean {
  if (typeof value !== kindOf(branch) && !(kindOf(branch) === "integer" && Number.isInteger(value))) return false;
  const {
    type: _,
    default: __,
    minLength = 0,
    maxLength = Infinity,
    minimum = -Infinity,
    maximum = Infinity,
    ...rest
  } = branch;
  const { pattern, format, ...others } = rest;
  // By a pattern a format can be looked at; whatever else there is may refuse it.
  if (Object.keys(others).length > 0 || (format !== undefined && pattern === undefined)) return false;
  if (pattern !== undefined && !matches(pattern as string, value as string)) return false;
  const [size, least, most] =
    typeof value === "string" ? [value.length, minLength, maxLength] : [value, minimum, maximum];
  return (size as number) >= (least as number) && (size as number) <= (most as number);
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return false;
  }
}

type Matched = {
  readonly pairs: readonly [Keywords, Keywords][];
  readonly gone: Keywords[];
  readonly come: Keywords[];
};

/** Which alternative became which: the same one, the one of the same kind, or none. */
function matched(was: Alternatives, is: Alternatives, around: Pair): Matched {
  let gone = [...was.branches];
  let come = [...is.branches];
  const pairs: [Keywords, Keywords][] = [];
  const pair = (alike: (a: Keywords, b: Keywords) => boolean): void => {
    for (const a of gone) {
      const b = come.find((other) => alike(a, other));
      if (b === undefined) continue;
      pairs.push([a, b]);
      gone = gone.filter((other) => other !== a);
      come = come.filter((other) => other !== b);
    }
  };
  const shifts = (a: Keywords, b: Keywords) => compareBranches({ ...around, old: a, now: b }, "");
  pair((a, b) => shifts(a, b).length === 0);
  pair((a, b) => tagOf(a) !== undefined && tagOf(a) === tagOf(b));
  pair((a, b) => tagOf(a) === undefined && tagOf(b) === undefined && familyOf(a) === familyOf(b));
  // What another alternative takes as well is no news.
  return {
    pairs,
    gone: gone.filter((a) => !is.branches.some((b) => shifts(a, b).every(({ narrows }) => !narrows))),
    come: come.filter((b) => !was.branches.some((a) => shifts(a, b).every(({ widens }) => !widens))),
  };
}

/** Two schemas that are no unions. */
function compareBranches(pair: BranchPair, path: string): Shift[] {
  const { old, now } = pair;
  const [was, is] = [kindOf(old), kindOf(now)];
  const shift = (text: string, narrows: boolean, widens: boolean): Shift => ({ path, text, narrows, widens });
  if (familyOf(old) !== familyOf(now)) return [shift(`is ${is} now, was ${was}`, true, true)];
  return [
    ...(was === is ? [] : [shift(`is ${is} now, was ${was}`, is === "integer", was === "integer")]),
    ...(is === "object" ? compareObjects(pair, path) : []),
    ...(is === "array" ? compareArrays(pair, path) : []),
    ...compareBounds(old, now).map((bound) => ({ path, ...bound })),
  ];
}

function compareArrays({ old, now, ...around }: BranchPair, path: string): Shift[] {
  const [was, is] = [tupleOf(old), tupleOf(now)];
  const length = Math.max(was.first.length, is.first.length);
  const shifts = Array.from({ length }, (_, at) =>
    compare({ ...around, old: was.first[at] ?? was.rest, now: is.first[at] ?? is.rest }, `${path}[${at}]`),
  );
  return [...shifts.flat(), ...compare({ ...around, old: was.rest, now: is.rest }, `${path}[]`)];
}

/** The items at the beginning that have a schema each, and the schema of the others. */
function tupleOf({ items, prefixItems, additionalItems }: Keywords): { first: readonly Schema[]; rest: Schema } {
  const first = prefixItems ?? (Array.isArray(items) ? items : []);
  const rest = Array.isArray(items) ? additionalItems : items;
  return { first: first as Schema[], rest: (rest ?? true) as Schema };
}

/** The type of what a schema takes, where it is no union. */
function kindOf({ type, properties, items }: Keywords): string {
  if (typeof type === "string") return type;
  if (properties !== undefined) return "object";
  return items === undefined ? "something else" : "array";
}

function familyOf(branch: Keywords): string {
  const kind = kindOf(branch);
  return kind === "integer" ? "number" : kind;
}

/** By what an object tells itself from the other alternatives: its properties of one value. */
function tagOf({ properties }: Keywords): string | undefined {
  const tags = Object.entries((properties ?? {}) as Record<string, Schema>).flatMap(([key, schema]) =>
    typeof schema === "object" && "const" in schema ? [`${key}: ${JSON.stringify(schema["const"])}`] : [],
  );
  return tags.length === 0 ? undefined : `{ ${tags.toSorted().join(", ")} }`;
}

function label({ any, literals, branches }: Alternatives): string {
  return any ? "anything" : names(literals, branches).join(" or ") || "nothing";
}

function names(literals: readonly Literal[], branches: readonly Keywords[]): string[] {
  const keys = literals.map(({ key }) => key);
  const isBoolean = keys.includes("true") && keys.includes("false");
  const values = isBoolean ? ["boolean", ...keys.filter((key) => key !== "true" && key !== "false")] : keys;
  return [...new Set([...branches.map((branch) => tagOf(branch) ?? kindOf(branch)), ...values])];
}
