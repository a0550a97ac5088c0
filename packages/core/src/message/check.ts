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
  const validators = validatorsOf(definition) as { [Part in PartName]?: Validator } & Pick<Validators, "errors">;
  const validator = validators[part] ?? validators.errors?.[part as keyof Validators["errors"]];
  return (
    validator &&
    when(validator[direction === "in" ? "inbound" : "outbound"](value), (result) => {
      if (!result.issues) return result.value;
      // They stay on this side, so nothing has to be bounded. A path may hold objects around its keys.
      const issues = result.issues.map(({ message, path = [] }) => ({
        message,
        path: Array.from(path, (segment) => (typeof segment === "object" ? segment.key : segment) as string | number),
      }));
      throw new ValidationError(definition.type, part, direction, issues);
    })
  );
}
