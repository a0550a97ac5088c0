import { createValidator, type Validator } from "@ws-kit/core/protocol";
import { object, objectAsync, type ObjectEntries, type ObjectEntriesAsync } from "valibot";
import { tell } from "./issues.ts";
import { planWire, type ValibotNode } from "./wire.ts";

/** Makes the validator of one part of a definition out of a valibot schema or a raw shape. */
export function compile(source: unknown, what: string): Validator {
  const schema = toSchema(source, what);
  return createValidator(schema, planWire(schema, what), tell);
}

function toSchema(source: unknown, what: string): ValibotNode {
  if (isValibot(source)) return source;
  if (!isRecord(source) || "~standard" in source) throw new TypeError(refusal(source, what));
  for (const [key, field] of Object.entries(source)) {
    if (!isValibot(field)) throw new TypeError(refusal(field, `${what} at ${key}`));
  }
  const schema: unknown = Object.values(source).some((field) => (field as ValibotNode).async)
    ? objectAsync(source as ObjectEntriesAsync)
    : object(source as ObjectEntries);
  return schema as ValibotNode;
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
