import { ValidationError } from "./errors.ts";
import type { AnyMessage, PartName, Validators } from "./message.ts";
import { toIssues, type Validator } from "./validate.ts";
import { when } from "./when.ts";

/**
 * Checks one part of a message; undefined where it is not declared.
 *
 * @throws ValidationError, or rejects with it where the schema is asynchronous.
 */
export function check(
  { type, "~validators": { errors, ...parts } }: AnyMessage,
  part: PartName,
  direction: "in" | "out",
  value: unknown,
): unknown {
  const validator: Validator | undefined =
    errors?.[part as keyof Validators["errors"]] ?? parts[part as keyof typeof parts];
  return (
    validator &&
    when(validator[`${direction}bound`](value), (result) => {
      if (result.issues) throw new ValidationError(type, part, direction, toIssues(result.issues));
      return result.value;
    })
  );
}
