import { when } from "../base/when.ts";
import { ValidationError } from "./errors.ts";
import type { AnyMessage } from "./message.ts";
import { type PartName, type Validators, validatorsOf } from "./validators.ts";
import type { Validator } from "../schema/validator.ts";

/**
 * Checks one part of a message; undefined where it is not declared.
 *
 * @throws ValidationError, or rejects with it where the schema is asynchronous.
 */
export function check(definition: AnyMessage, part: PartName, direction: "in" | "out", value: unknown): unknown {
  const { type } = definition;
  const validators = validatorsOf(definition);
  const { [part]: validator = validators.errors?.[part as keyof Validators["errors"]] } = validators as {
    [Part in PartName]?: Validator;
  };
  return (
    validator &&
    when(validator[`${direction}bound`](value), (result) => {
      if (!result.issues) return result.value;
      // They stay on this side, so nothing has to be bounded. A path may hold objects around its keys.
      const issues = result.issues.map(({ message, path = [] }) => ({
        message,
        path: Array.from(path, (segment) => (typeof segment === "object" ? segment.key : segment) as string | number),
      }));
      throw new ValidationError(type, part, direction, issues);
    })
  );
}
