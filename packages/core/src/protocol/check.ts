import { ValidationError } from "./errors.ts";
import type { PartName, Validators } from "./message.ts";
import { toIssues, type Validator } from "./validate.ts";
import { when } from "./when.ts";

/**
 * Makes a definition's own check, so that a client, which checks nothing else, carries none of this without a
 * definition.
 */
export function createCheck(type: string, parts: Omit<Validators, "check">): Validators["check"] {
  return (part, direction, value) => {
    const validator = partOf(parts, part);
    return (
      validator &&
      when(validator[`${direction}bound`](value), (result) => {
        if (result.issues) throw new ValidationError(type, part, direction, toIssues(result.issues));
        return result.value;
      })
    );
  };
}

function partOf(parts: Omit<Validators, "check">, part: PartName): Validator | undefined {
  return part === "payload" || part === "meta" || part === "progress" ? parts[part] : parts.errors?.[part];
}
