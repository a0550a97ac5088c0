import { createValidator, planWire, type Validator } from "@ws-kit/core/protocol";
import { object, type ObjectEntries } from "valibot";
import { tell } from "./issues.ts";
import { UNCARRIED, view, type ValibotNode } from "./wire.ts";

/** Makes the validator of one part of a definition out of a valibot schema or a raw shape. */
export function compile(source: unknown, what: string): Validator {
  const schema = toSchema(source, what);
  return createValidator(schema, planWire(schema, view, UNCARRIED, what), tell);
}

function toSchema(source: unknown, what: string): ValibotNode {
  if (isValibot(source)) return source;
  if (!isRecord(source) || "~standard" in source) throw new TypeError(refusal(source, what));
  for (const [key, field] of Object.entries(source)) {
    if (!isValibot(field)) throw new TypeError(refusal(field, `${what} at ${key}`));
    if (field.async) throw new TypeError(`The ${what} at ${key} is asynchronous; wrap the shape in v.objectAsync()`);
  }
  return object(source as ObjectEntries);
}

function refusal(source: unknown, where: string): string {
  if (isRecord(source) && "~standard" in source) {
    return `The ${where} is another validator's schema; take message() from @ws-kit/zod or @ws-kit/core for it`;
  }
  return `The ${where} is neither a valibot schema nor a shape of them`;
}

/** Keys that a meta source declares, through every wrapper that leaves them in sight. */
export function metaKeys(source: unknown): readonly string[] {
  if (!isValibot(source)) return isRecord(source) ? Object.keys(source) : [];
  const options = source.options?.filter(isValibot) ?? [];
  return [
    ...Object.keys(source.entries ?? {}),
    ...[source.wrapped, ...options].flatMap((part) => (part ? metaKeys(part) : [])),
  ];
}

function isValibot(value: unknown): value is ValibotNode {
  return isRecord(value) && value["kind"] === "schema" && typeof value["~run"] === "function";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
