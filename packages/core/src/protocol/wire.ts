import type { StandardSchema } from "./standard-schema.ts";

/** What a validator package reads in one schema, of its input side: that is the side which travels. */
export interface SchemaView<S> {
  /** The validator's own name for this kind of schema. */
  readonly type: string;
  /** Whether its output may differ from its input by more than undeclared keys. */
  readonly transforms?: boolean | undefined;
  /** The keys of an object. */
  readonly fields?: Readonly<Record<string, S>> | undefined;
  /** The schema of an object's keys, where it has one. */
  readonly keys?: S | undefined;
  /** The first items of a list. */
  readonly items?: readonly S[] | undefined;
  /** Every other key or item; true for anything; undefined where others are left out. */
  readonly rest?: S | true | undefined;
  /** Schemas of which the first that accepts the value counts. */
  readonly options?: readonly S[] | undefined;
  /** Schemas that all count. */
  readonly sides?: readonly S[] | undefined;
  /** The schema that this one stands for. */
  readonly inner?: S | undefined;
  /** The same where it is only known later, or only for a value; a function of a value transforms, for all we know. */
  readonly later?: ((value?: unknown) => S) | undefined;
}

/** Takes what a schema does not declare out of a value that it accepts; a promise where an option is asynchronous. */
export type Strip = (value: unknown) => unknown;

/**
 * Reads a schema once, to tell how its values travel: as the validated output if it only checks, otherwise as the
 * input without undeclared keys. A schema that refers to one not defined yet is read when it is first sent.
 *
 * @param view Reads one schema.
 * @param instead What to use in place of the types whose values JSON has no form for.
 * @param what Names the schema in errors.
 * @returns what answers the stripper of the input, or undefined for a schema that only checks.
 * @throws TypeError naming the path of what JSON cannot carry.
 */
export function planWire<S extends StandardSchema>(
  root: S,
  view: (schema: S) => SchemaView<S>,
  instead: Readonly<Record<string, string>>,
  what: string,
): () => Strip | undefined {
  let plan: { strip: Strip | undefined } | undefined;
  const read = () => {
    const views = new WeakMap<S, SchemaView<S>>();
    return { strip: inspect(root, "", views) ? (value: unknown) => strip(root, value, views) : undefined };
  };

  /** Whether anything from here on transforms. */
  function inspect(schema: S | true | undefined, path: string, views: WeakMap<S, SchemaView<S>>): boolean {
    if (schema === undefined || schema === true || views.has(schema)) return false;
    const seen = view(schema);
    views.set(schema, seen);
    if (Object.hasOwn(instead, seen.type)) {
      const where = path && ` at ${path}`;
      throw new TypeError(`The ${what}${where} is a ${seen.type}, which JSON cannot carry; use ${instead[seen.type]}`);
    }
    const { transforms = false, fields = {}, items = [], options = [], sides = [], later } = seen;
    return [
      transforms,
      ...Object.entries(fields).map(([key, field]) => inspect(field, path ? `${path}.${key}` : key, views)),
      ...items.map((item, index) => inspect(item, `${path}[${index}]`, views)),
      ...[...options, ...sides, seen.inner].map((part) => inspect(part, path, views)),
      inspect(seen.keys, path, views),
      inspect(seen.rest, `${path}[]`, views),
      later !== undefined && (later.length > 0 || inspect(later(), path, views)),
    ].includes(true);
  }

  function strip(schema: S | true | undefined, value: unknown, views: WeakMap<S, SchemaView<S>>): unknown {
    if (!isObject(value) || schema === undefined || schema === true) return value;
    let seen = views.get(schema);
    if (!seen) views.set(schema, (seen = view(schema)));
    const { fields, items, rest, options, sides, inner = seen.later?.(value) } = seen;
    const below = (part: S | true | undefined, item: unknown) => strip(part, item, views);
    if (inner) return below(inner, value);
    if (options) return firstAccepting(options, value, below);
    if (sides) {
      const parts = sides.map((side) => below(side, value));
      return after(parts, (stripped) => stripped.reduce(merge));
    }
    if (items) {
      const list = (value as unknown as unknown[]).slice(0, rest ? undefined : items.length);
      return after(
        list.map((item, index) => below(items[index] ?? rest, item)),
        (stripped) => stripped,
      );
    }
    if (!fields) return value;
    // JSON leaves undefined out, so a key that is there without a value needs no place.
    const keys = Object.keys(rest ? value : fields).filter((key) => value[key] !== undefined);
    return after(
      keys.map((key) => below(Object.hasOwn(fields, key) ? fields[key] : rest, value[key])),
      (stripped) => Object.fromEntries(keys.map((key, index) => [key, stripped[index]])),
    );
  }

  try {
    plan = read();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
  }
  return () => (plan ??= read()).strip;
}

/** What no option accepts stays at home: that is a value which a `catch` would replace, and the receiver's will. */
function firstAccepting<S extends StandardSchema>(
  [option, ...others]: readonly S[],
  value: unknown,
  strip: (option: S, value: unknown) => unknown,
): unknown {
  if (!option) return undefined;
  return after([option["~standard"].validate(value)], ([result]) =>
    (result as { issues?: unknown }).issues ? firstAccepting(others, value, strip) : strip(option, value),
  );
}

function merge(left: unknown, right: unknown): unknown {
  if (!isObject(left) || !isObject(right)) return left ?? right;
  if (Array.isArray(left)) return left.map((item, index) => merge(item, right[index]));
  const keys = Object.keys({ ...left, ...right });
  return Object.fromEntries(keys.map((key) => [key, merge(left[key], right[key])]));
}

/** Goes on with the values, at once unless one of them has to be waited for. */
function after(values: unknown[], then: (values: unknown[]) => unknown): unknown {
  return values.some((value) => value instanceof Promise) ? Promise.all(values).then(then) : then(values);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
