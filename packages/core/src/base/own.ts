/**
 * Writes the own keys of `from` onto `to`, as `Object.assign` does, but always as plain properties of its own: JSON may
 * hold a key `__proto__`, which an assignment would make the prototype, and so is left out.
 */
export function assignOwn(to: Record<string, unknown>, from: Readonly<Record<string, unknown>>): void {
  // As `Object.assign`: nothing to write is no mistake.
  if (from === undefined || from === null) return;
  for (const key of Reflect.ownKeys(from) as string[]) {
    if (key === "__proto__" || !Object.prototype.propertyIsEnumerable.call(from, key)) continue;
    setOwn(to, key, from[key]);
  }
}

/** Sets one key, whatever setters its prototype has. */
export function setOwn(to: object, key: string, value: unknown): void {
  Object.defineProperty(to, key, { value, writable: true, enumerable: true, configurable: true });
}
