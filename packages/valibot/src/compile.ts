import { createValidator, planWire, type Validator } from "@ws-kit/core/schema";
import { object, type ObjectEntries } from "valibot";
import { tell } from "./issues.ts";
import { view, type ValibotNode } from "./wire.ts";

/** Makes the validator of one part of a definition out of a valibot schema or a raw shape. */
export function compile(source: unknown, what: string): Validator {
  if (!isValibot(source) && !isShape(source)) {
    throw new TypeError(`The ${what} is not a valibot schema or synchronous shape`);
  }
  const schema: ValibotNode = isValibot(source) ? source : object(source);
  return createValidator(schema, planWire(schema, view, what), tell);
}

/** Keys that a meta source declares. */
export function metaKeys(source: unknown): readonly string[] {
  return Object.keys((source as ValibotNode | undefined)?.entries ?? source ?? {});
}

function isValibot(source: unknown): source is ValibotNode {
  return (source as ValibotNode | null | undefined)?.kind === "schema";
}

function isShape(source: unknown): source is ObjectEntries {
  return typeof source === "object" && Object.values(source ?? [0]).every((field) => isValibot(field) && !field.async);
}
