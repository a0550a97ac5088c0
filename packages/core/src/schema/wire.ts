import { setOwn } from "../base/own.ts";
import { isPromise, unawaited, when, whenAll } from "../base/when.ts";
import type { StandardSchema } from "./standard-schema.ts";

/** What a validator package reads in one schema, of its input side: that is the side which travels. */
export interface SchemaView<S> {
  /** What it is and what to use in its place, where JSON has no form for its values: `a date…; use z.iso.datetime()`. */
  readonly refused?: string | false | undefined;
  /** Whether its output may differ from its input by more than undeclared keys. */
  readonly transforms?: boolean | undefined;
  /**
   * How `parts` count: the fields of an object, the first items of a list, options of which the `first` that accepts
   * the value counts, or sides that `all` do. A schema without any is sent as it is.
   */
  readonly kind?: "fields" | "items" | "first" | "all" | undefined;
  readonly parts?: Readonly<Record<string, S>> | readonly S[] | undefined;
  /** Every other field or item; true for anything; undefined where others are left out. */
  readonly rest?: S | true | undefined;
  /** Makes what JSON carries of whatever the schema takes. */
  readonly scalar?: ((value: unknown) => unknown) | undefined;
  /** The schema of an object's keys, where it has one. */
  readonly keys?: S | undefined;
  /** Whether it takes null by itself, whatever `inner` says of it. */
  readonly nullable?: boolean | undefined;
  /** The schema that this one stands for. One that depends on the value transforms, for all that can be known. */
  readonly inner?: ((value?: unknown) => S) | undefined;
}

/** Takes what a schema does not declare out of a value that it accepts; a promise where an option is asynchronous. */
export type Strip = (value: unknown) => unknown;

/**
 * Reads a schema once, to tell how its values travel: as the validated output if it only checks, otherwise as the
 * input without undeclared keys. One that refers to a schema not defined yet counts as one that transforms.
 *
 * @param view Reads one schema.
 * @param what Names the schema in errors.
 * @returns the stripper of the input, or undefined for a schema that only checks.
 * @throws TypeError naming the path of what JSON cannot carry.
 */
export function planWire<S extends StandardSchema>(
  root: S,
  view: (schema: S) => SchemaView<S>,
  what: string,
): Strip | undefined {
  const views = new Map<S, SchemaView<S>>();
  let transforms = false;

  function viewOf(schema: S): SchemaView<S> {
    const seen = views.get(schema) ?? view(schema);
    views.set(schema, seen);
    return seen;
  }

  function visit(schema: S | true | undefined, path: string): void {
    if (typeof schema !== "object" || views.has(schema)) return;
    const seen = viewOf(schema);
    if (seen.refused) throw new TypeError(`The ${what}${path} is ${seen.refused}`);
    transforms ||= seen.transforms === true;
    const step = (key: string) => (path ? `${path}.` : " at ") + key;
    for (const [key, part] of Object.entries<S>(seen.parts ?? {})) visit(part, step(key));
    visit(seen.rest, step("*"));
    visit(seen.keys, step("*"));
    if (seen.inner?.length === 0) visit(seen.inner(), path);
  }

  function strip(schema: S | true | undefined, value: unknown): unknown {
    if (typeof schema !== "object" || isPromise(value)) return unawaited(value);
    const { kind, parts = {}, rest, inner, scalar, nullable } = viewOf(schema);
    if (nullable && value === null) return value;
    if (scalar) return scalar(value);
    if (inner) return strip(inner(value), value);
    if (kind === "first") return firstAccepting(Object.values<S>(parts), value);
    if (kind === "all") {
      const sides = Object.values<S>(parts).map((side) => strip(side, value));
      return whenAll(sides, (stripped) => stripped.reduce(merge));
    }
    if (!kind || !isObject(value)) return value;
    const keys = Object.keys(rest ? Object.assign({}, parts, value) : parts).filter((key) => key in value);
    const below = keys.map((key) =>
      strip(Object.hasOwn(parts, key) ? (parts as Record<string, S>)[key] : rest, value[key]),
    );
    return whenAll(below, (stripped) =>
      // What stays at home leaves its place, which is what JSON has for a place without a value.
      kind === "items"
        ? stripped.map((item, index) => (item === undefined && value[index as never] !== undefined ? null : item))
        : Object.fromEntries(keys.map((key, index) => [key, stripped[index]])),
    );
  }

  /** What no option accepts stays at home: that is a value which a `catch` would replace, and the receiver's will. */
  function firstAccepting([option, ...others]: readonly S[], value: unknown): unknown {
    return (
      option &&
      when(accepts(option, value), (accepted) => (accepted ? strip(option, value) : firstAccepting(others, value)))
    );
  }

  try {
    visit(root, "");
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    transforms = true;
  }
  return transforms ? (value) => strip(root, value) : undefined;
}

/** One that throws was not asked by the whole schema, which accepts the value: a variant knows its option by a tag. */
function accepts(schema: StandardSchema, value: unknown): boolean | Promise<boolean> {
  try {
    const accepted = when(schema["~standard"].validate(value), ({ issues }) => !issues);
    return isPromise(accepted) ? accepted.catch(() => false) : accepted;
  } catch {
    return false;
  }
}

function merge(left: unknown, right: unknown): unknown {
  if (!isObject(left) || !isObject(right)) return left ?? right;
  const merged: Record<string, unknown> = Array.isArray(left) ? (left.slice() as never) : { ...left };
  for (const key of Object.keys(right)) {
    if (key !== "__proto__") setOwn(merged, key, merge(Object.hasOwn(left, key) ? left[key] : undefined, right[key]));
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
