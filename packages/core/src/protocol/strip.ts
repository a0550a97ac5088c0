import type { StandardSchema } from "./standard-schema.ts";

/**
 * Takes what a schema does not declare out of a value that the schema accepts. Answers a promise where a union has to
 * ask an asynchronous option whether it accepts the value.
 *
 * Validator packages put these together from what they read in a schema; a node that has nothing to strip below it
 * needs none.
 */
export type Strip = (value: unknown) => unknown;

export const keep: Strip = (value) => value;

/** Keeps the keys of a shape; the others too where there is a stripper for them. */
export function stripFields(shape: ReadonlyMap<string, Strip>, rest?: Strip): Strip {
  return (value) => {
    if (!isObject(value)) return value;
    const kept: [string, unknown][] = [];
    for (const [key, strip] of shape) {
      // JSON leaves undefined out, so a key that is there without a value needs no place.
      const field = value[key];
      if (field !== undefined) kept.push([key, strip(field)]);
    }
    if (rest) for (const key of Object.keys(value)) if (!shape.has(key)) kept.push([key, rest(value[key])]);
    return after(
      kept.map(([, field]) => field),
      (fields) => Object.fromEntries(kept.map(([key], index) => [key, fields[index]])),
    );
  };
}

/** Strips the items of a list: the first ones each by its own stripper, those after by `rest`, or not at all without. */
export function stripItems(items: readonly Strip[], rest: Strip | undefined): Strip {
  return (value) => {
    if (!Array.isArray(value)) return value;
    const declared = rest ? value : value.slice(0, items.length);
    return after(
      declared.map((item, index) => (items[index] ?? rest ?? keep)(item)),
      keep,
    );
  };
}

/** Strips by the first option that accepts the value, which is the one that the receiver's union will take. */
export function stripUnion(
  options: readonly { schema: StandardSchema; strip: Strip | undefined }[],
): Strip | undefined {
  if (options.every(({ strip }) => strip === undefined)) return undefined;
  const from = (index: number, value: unknown): unknown => {
    const option = options[index];
    if (!option) return value;
    return after([option.schema["~standard"].validate(value)], ([result]) =>
      (result as { issues?: unknown }).issues ? from(index + 1, value) : (option.strip ?? keep)(value),
    );
  };
  return (value) => from(0, value);
}

/** Keeps what any of the sides of an intersection declares. */
export function stripBoth(sides: readonly (Strip | undefined)[]): Strip | undefined {
  if (!sides.every((side) => side !== undefined)) return undefined;
  return (value) =>
    after(
      sides.map((side) => side(value)),
      (parts) => parts.reduce(merge),
    );
}

function merge(left: unknown, right: unknown): unknown {
  if (Array.isArray(left) && Array.isArray(right)) return left.map((item, index) => merge(item, right[index]));
  if (!isObject(left) || !isObject(right)) return left === undefined ? right : left;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(left[key], right[key])]));
}

/** Goes on with the values, at once unless one of them has to be waited for. */
function after(values: unknown[], then: (values: readonly unknown[]) => unknown): unknown {
  return values.some((value) => value instanceof Promise) ? Promise.all(values).then(then) : then(values);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
