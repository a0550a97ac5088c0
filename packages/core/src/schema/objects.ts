// What checks say of objects, generated ones and composed ones alike.

/** Half of a code point of two units. */
export const SURROGATES: RegExp = /[\ud800-\udfff]/;

/** Neither a list nor an instance of a class. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.getOwnPropertySymbols(value).length === 0;
}

/** Whether validators part over a key that no schema declares: one of a prototype, or with the name of one of its members. */
export function isForeignKey(value: object, key: string): boolean {
  return key in Object.prototype || key === "prototype" || !Object.hasOwn(value, key);
}
