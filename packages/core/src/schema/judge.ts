import { isPromise } from "../base/when.ts";
import { sample, type Fits } from "./sample.ts";
import type { StandardResult } from "./standard-schema.ts";
import type { Checked, Checks } from "./validator.ts";

/**
 * What a schema says of a value that arrived and that the server's own check did not accept. A large value is refused by a
 * part of it, where that can be told: each issue of the part is one of the whole.
 */
export function judge(of: Checks, value: unknown): Checked<unknown> {
  if (!of.holdsMany) return of.validate(value);
  if (!of.begun) {
    // Nothing is known yet: the first items of each list show whether anything has to be waited for.
    const refused = refusal(of, value);
    if (refused !== undefined) return refused;
    const checked = of.in(value);
    if (checked !== undefined) return { value: checked };
  }
  return refusal(of, value, (plain, part) => of.fits(plain, part)) ?? of.validate(value);
}

function refusal(of: Checks, value: unknown, fit?: Fits): StandardResult<unknown> | undefined {
  const part = of.plain && sample(of.plain, value, fit);
  if (part === undefined) return undefined;
  const result = of.validate(part.value);
  if (isPromise(result)) {
    // The whole value is asked instead, and tells of whatever goes wrong.
    result.then(undefined, () => {});
    return undefined;
  }
  return result.issues === undefined ? undefined : { issues: part.relocate(result.issues) };
}
