import { isStateless, type Bound, type Containment, type Plain } from "./plain.ts";

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

/** What one check says of a number. */
export type NumberCheck = Bound | "integer" | { readonly multipleOf: number };

/** A number within all of these; undefined where one of them, itself undefined, is another check. */
export function numberOf(checks: readonly (NumberCheck | undefined)[]): Plain | undefined {
  const bounds: Bound[] = [];
  const multiplesOf: number[] = [];
  for (const check of checks) {
    if (check === undefined) return undefined;
    if (check === "integer") continue;
    if ("operator" in check) bounds.push(check);
    // Libraries part where there are fractions.
    else if (Number.isInteger(check.multipleOf)) multiplesOf.push(check.multipleOf);
    else return undefined;
  }
  return { kind: "number", integer: checks.includes("integer"), bounds, multiplesOf };
}

/** What one check says of a text. */
export type TextCheck = Lengths | RegExp | Containment;

/** A text that meets all of these; undefined where one of them, itself undefined, is another check. */
export function textOf(checks: readonly (TextCheck | undefined)[], codePoints = false): Plain | undefined {
  const patterns: RegExp[] = [];
  const contains: Containment[] = [];
  const others: Lengths[] = [];
  for (const check of checks) {
    if (check === undefined) return undefined;
    if (check instanceof RegExp) {
      if (!isStateless(check)) return undefined;
      patterns.push(check);
    } else if ("where" in check) contains.push(check);
    else others.push(check);
  }
  return { kind: "string", ...lengthsOf(others), codePoints, patterns, contains };
}
