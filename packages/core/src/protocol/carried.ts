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
  if (Array.isArray(value)) {
    // Its places and not its keys: a hole has none.
    for (let place = 0; place < value.length; place++) {
      const found = uncarriedAt(place, value[place]);
      if (found) return found;
    }
    return undefined;
  }
  if ({}.toString.call(value) !== "[object Object]")
    return { path: [], message: `JSON cannot carry ${typeof given === "number" ? given : tagOf(given)}` };
  for (const key of Object.keys(value as object)) {
    const item = (value as Record<string, unknown>)[key];
    const found = item !== undefined && uncarriedAt(key, item);
    if (found) return found;
  }
  return undefined;
}

/** Most parts are scalars: of those nothing is called. */
function uncarriedAt(key: string | number, item: unknown): Uncarried | undefined {
  const found = isScalar(item) ? undefined : uncarried(item);
  found?.path.unshift(key);
  return found;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

/** What `Object.prototype.toString` calls it: `Undefined`, `Map`, `Date` for an invalid one. */
function tagOf(value: unknown): string {
  return {}.toString.call(value).slice(8, -1);
}
