import { createValidator, planWire, type Validator } from "@ws-kit/core/schema";
import { $ZodObjectJIT, type $ZodShape } from "zod/v4/core";
import { view, type ZodNode } from "./wire.ts";

/** Makes the validator of one part of a definition out of a zod schema or a raw shape. */
export function compile(source: unknown, what: string): Validator {
  const schema = toSchema(source, what);
  return createValidator(schema, planWire(schema, view, what));
}

function toSchema(source: unknown, what: string): ZodNode {
  if (isZod(source)) return source;
  if (isRecord(source) && !isZod3(source) && !("~standard" in source)) {
    for (const [key, field] of Object.entries(source)) {
      if (!isZod(field)) throw new TypeError(refusal(field, `${what} at ${key}`));
    }
    return new $ZodObjectJIT({ type: "object", shape: source as $ZodShape });
  }
  throw new TypeError(refusal(source, what));
}

function refusal(source: unknown, where: string): string {
  if (isZod3(source)) return `The ${where} is a zod 3 schema; WS-Kit takes zod 4 (import from "zod" of version 4)`;
  if (isRecord(source) && "~standard" in source) {
    return `The ${where} is another validator's schema; take message() from @ws-kit/valibot or @ws-kit/core for it`;
  }
  return `The ${where} is neither a zod schema nor a shape of them`;
}

/** Keys that a meta source declares, through every wrapper that leaves them in sight. */
export function metaKeys(source: unknown): readonly string[] {
  if (!isZod(source)) return isRecord(source) ? Object.keys(source) : [];
  const { def } = source._zod;
  const inner = [def.innerType, def.in, def.left, def.right, ...(def.options ?? [])];
  return [...Object.keys(def.shape ?? {}), ...inner.flatMap((part) => (part ? metaKeys(part) : []))];
}

function isZod(value: unknown): value is ZodNode {
  return isRecord(value) && isRecord(value["_zod"]);
}

function isZod3(value: unknown): boolean {
  return isRecord(value) && isRecord(value["_def"]) && value["_zod"] === undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
