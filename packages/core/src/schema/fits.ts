import type { Bound, Literal, Opaque, Plain, PlainField } from "./plain.ts";

/** Asks the schema of an opaque part. */
export type Accepts = (part: Opaque, value: unknown) => boolean;

/** What a generated check does, by reading the description: slower, and for refused values alone. */
export function fits(plain: Plain, value: unknown, accepts: Accepts): boolean {
  switch (plain.kind) {
    case "string":
      return typeof value === "string" && inLength(plain, value) && (plain.patterns ?? []).every((p) => p.test(value));
    case "boolean":
      return typeof value === "boolean";
    case "number":
      return isNumber(value, plain.integer === true) && (plain.bounds ?? []).every((bound) => inBound(bound, value));
    case "literal":
      return plain.values.has(value as Literal);
    case "nullable":
      return value === null || fits(plain.of, value, accepts);
    case "array":
      return Array.isArray(value) && inLength(plain, value) && value.every((item) => fits(plain.of, item, accepts));
    case "object":
      return isRecord(value) && plain.fields.every((field) => fieldFits(field, value, accepts));
    case "variant": {
      const option = optionOf(plain, value);
      return option !== undefined && fits(option, value, accepts);
    }
    case "opaque":
      return accepts(plain, value);
    default:
      return plain satisfies never;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The option that a value's key chooses. */
export function optionOf({ key, options }: Plain & { kind: "variant" }, value: unknown): Plain | undefined {
  return isRecord(value) ? options.find(({ values }) => values.has(value[key] as Literal))?.of : undefined;
}

function fieldFits({ key, of, optional, filled }: PlainField, value: Record<string, unknown>, accepts: Accepts) {
  return key in value ? fits(of, value[key], accepts) : optional || filled === true;
}

function isNumber(value: unknown, integer: boolean): value is number {
  return integer ? Number.isSafeInteger(value) : Number.isFinite(value);
}

function inBound({ operator, value: bound }: Bound, value: number): boolean {
  switch (operator) {
    case ">=":
      return value >= bound;
    case ">":
      return value > bound;
    case "<=":
      return value <= bound;
    case "<":
      return value < bound;
    default:
      return operator satisfies never;
  }
}

function inLength(
  { minLength = 0, maxLength = Infinity }: { minLength?: number; maxLength?: number },
  { length }: { length: number },
) {
  return length >= minLength && length <= maxLength;
}
