/** A value that JSON has no form for, and where it is. */
export interface Uncarried {
  readonly path: (string | number)[];
  readonly message: string;
}

/**
 * Finds what JSON would turn into null (`Infinity`, `NaN`, `undefined` in a list, an invalid Date), into an empty object
 * (a Map, a Set) or into nothing at all (a function, a symbol), or what makes it throw (a bigint). A member of an object that
 * is undefined is left out, which is what JSON has for it.
 *
 * @throws RangeError for a value that holds itself, and whatever a `toJSON` throws.
 */
export function uncarried(given: unknown): Uncarried | undefined {
  if (given === null || isScalar(given)) return undefined;
  const { toJSON } = (given ?? {}) as { toJSON?: unknown };
  const value: unknown = typeof toJSON === "function" ? toJSON.call(given, "") : given;
  if (isScalar(value)) return undefined;
  const list = Array.isArray(value);
  if (!list && tagOf(value) !== "Object")
    return { path: [], message: `JSON cannot carry ${typeof given === "number" ? given : tagOf(given)}` };
  // The places of a list and not its keys: a hole has none.
  for (const key of list ? value.keys() : Object.keys(value as object)) {
    const item = (value as Record<PropertyKey, unknown>)[key];
    const found = (item !== undefined || list) && uncarried(item);
    if (found) {
      found.path.unshift(key);
      return found;
    }
  }
  return undefined;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

/** What `Object.prototype.toString` calls it: `Undefined`, `Map`, `Date` for an invalid one. */
function tagOf(value: unknown): string {
  return {}.toString.call(value).slice(8, -1);
}
