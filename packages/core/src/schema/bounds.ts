import type { Bound, Plain } from "./plain.ts";

/** What one check says of a length, in UTF-16 units or items. */
export interface Lengths {
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** What all checks of a length say together; undefined where one of them, itself undefined, is another check. */
export function lengthsOf(checks: readonly (Lengths | undefined)[]): Lengths | undefined {
  let [least, most] = [0, Infinity];
  for (const check of checks) {
    if (check === undefined) return undefined;
    least = Math.max(least, check.minLength ?? 0);
    most = Math.min(most, check.maxLength ?? Infinity);
  }
  return { ...(least > 0 && { minLength: least }), ...(most < Infinity && { maxLength: most }) };
}

/** A number within all of these; undefined where one of them, itself undefined, is another check. */
export function numberOf(checks: readonly (Bound | "integer" | undefined)[]): Plain | undefined {
  const bounds: Bound[] = [];
  for (const check of checks) {
    if (check === undefined) return undefined;
    if (check !== "integer") bounds.push(check);
  }
  return { kind: "number", integer: checks.includes("integer"), bounds };
}
