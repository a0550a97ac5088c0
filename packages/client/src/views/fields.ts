/** A value, or a function that reads it: a signal, or one that a framework watches while it runs. */
export type Given<T> = T | (() => T);

export function read<T>(given: Given<T>): T {
  return typeof given === "function" ? (given as () => T)() : given;
}

/** An object whose fields are read anew each time, so that what uses one of them depends on that alone. */
export function fieldsOf<T extends object>(keys: (keyof T)[], field: (key: keyof T) => T[keyof T]): T {
  const made = {} as T;
  for (const key of keys) Object.defineProperty(made, key, { enumerable: true, get: () => field(key) });
  return made;
}
