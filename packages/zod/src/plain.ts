import {
  describePlain,
  lengthsOf,
  literalOf,
  mayBeMissing,
  numberOf,
  objectOf,
  textOf,
  tried,
  unionOf,
  variantOf,
  type Below,
  type Lengths,
  type NumberCheck,
  type Plain,
  type PlainField,
  type TextCheck,
} from "@ws-kit/core/schema";
import type { ZodNode } from "./wire.ts";

type Def = ZodNode["_zod"]["def"] &
  CheckDef & {
    readonly discriminator?: string;
    readonly unionFallback?: boolean;
    readonly inclusive?: boolean;
    readonly mode?: string;
    readonly partial?: boolean;
    readonly defaultValue?: unknown;
  };

/** What a check looks at, in zod's own words. */
interface CheckDef {
  readonly check?: string;
  readonly format?: string;
  readonly value?: unknown;
  readonly inclusive?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly length?: number;
  readonly pattern?: unknown;
  readonly fn?: unknown;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly includes?: string;
  readonly position?: number;
}

/** Formats that are their pattern and nothing besides, in zod's own words. */
const PATTERN_FORMATS: ReadonlySet<string | undefined> = /* @__PURE__ */ new Set([
  "cidrv4",
  "cuid",
  "cuid2",
  "date",
  "datetime",
  "duration",
  "e164",
  "email",
  "emoji",
  "guid",
  "ipv4",
  "ksuid",
  "lowercase",
  "mac",
  "nanoid",
  "regex",
  "time",
  "ulid",
  "uppercase",
  "uuid",
  "xid",
]);

/** Formats of numbers, as what they allow. */
const NUMBER_FORMATS: Readonly<Record<string, readonly NumberCheck[]>> = {
  safeint: ["integer"],
  int32: ["integer", { operator: ">=", value: -(2 ** 31) }, { operator: "<=", value: 2 ** 31 - 1 }],
  uint32: ["integer", { operator: ">=", value: 0 }, { operator: "<=", value: 2 ** 32 - 1 }],
  float64: [],
};

/** Describes what a schema looks at; an opaque part where only zod can tell. */
export function plainOf(schema: ZodNode): Plain {
  return describePlain(schema, describe);
}

function describe(schema: ZodNode, below: Below<ZodNode>): Plain | undefined {
  const def = schema._zod.def as Def;
  const checks = (def.checks ?? []).map((check) => check._zod.def as CheckDef);
  if (def.coerce === true) return undefined;
  // A format is a check of itself.
  if (def.format !== undefined) checks.unshift(def);
  switch (def.type) {
    case "string":
      return textOf(checks.map(textCheckOf), true);
    case "number":
      return numberOf(checks.flatMap(numberCheckOf));
    case "array": {
      const lengths = lengthsOf(checks.map(lengthOf));
      return def.element && lengths && { kind: "array", of: below(def.element), ...lengths };
    }
    default:
      return checks.length === 0 || def.type === "template_literal" ? unchecked(schema, def, below) : undefined;
  }
}

/** One that nothing was added to. */
function unchecked(schema: ZodNode, def: Def, below: Below<ZodNode>): Plain | undefined {
  const { _zod } = schema;
  const { innerType, options = [] } = def;
  switch (def.type) {
    case "boolean":
      return { kind: "boolean" };
    case "any":
    case "unknown":
      return { kind: "any" };
    case "null":
      return literalOf([null]);
    case "literal":
    case "enum":
      // What zod itself compares with: an enum of TypeScript has its members' names besides, by their numbers.
      return _zod.values && literalOf(_zod.values);
    case "template_literal":
      return _zod.pattern && !def.checks?.length ? textOf([_zod.pattern]) : undefined;
    case "nullable":
      return innerType && { kind: "nullable", of: below(innerType) };
    case "readonly":
      return innerType && { kind: "frozen", of: below(innerType) };
    case "optional": {
      // A missing value is left to zod.
      const of = innerType && below(innerType);
      return of && (mayBeMissing(of) ? undefined : of);
    }
    case "default":
    case "prefault":
      return innerType && defaulted(def, below(innerType));
    case "catch":
      return innerType && tried(below(innerType), { kind: "opaque", schema });
    case "lazy":
      return def.getter && below(def.getter());
    case "union":
      return def.discriminator === undefined
        ? unionOf(options.map(below), { kind: "opaque", schema }, def.inclusive === false)
        : def.unionFallback === true
          ? undefined
          : variantOf(def.discriminator, options.map(below));
    case "tuple":
      return def.items && { kind: "tuple", items: def.items.map(below), rest: def.rest ? below(def.rest) : undefined };
    case "record":
      return recordOf(def, below);
    case "object":
      return shapeOf(def, below);
    default:
      return undefined;
  }
}

function defaulted(def: Def, of: Plain): Plain | undefined {
  // Zod puts its default also in place of what a schema makes nothing of.
  if (mayBeMissing(of)) return undefined;
  return { kind: "default", of, make: () => def.defaultValue, checked: def.type === "prefault" };
}

function recordOf({ keyType, valueType, mode, partial }: Def, below: Below<ZodNode>): Plain | undefined {
  if (keyType === undefined || valueType === undefined || mode === "loose") return undefined;
  const { values } = keyType._zod;
  if (values === undefined || partial === true) {
    const keys = below(keyType);
    // Others may give another key than they get.
    if (keys.kind !== "string" && keys.kind !== "literal") return undefined;
    return { kind: "record", keys, values: below(valueType) };
  }
  // All of its keys have to be there.
  const keys = [...values];
  if (keyType._zod.def.checks?.length || !keys.every((key) => typeof key === "string" && !(key in Object.prototype)))
    return undefined;
  const fields = keys.map((key) => ({ key: key as string, of: below(valueType), optional: false }));
  return objectOf(fields, "refused", true);
}

function shapeOf({ shape, catchall }: Def, below: Below<ZodNode>): Plain | undefined {
  if (shape === undefined || Object.getOwnPropertySymbols(shape).length > 0) return undefined;
  const fields = Object.entries(shape).map(([key, field]): PlainField => {
    const { optin, optout } = field._zod;
    const filled = optin !== undefined && optout === undefined;
    return { key, of: below(field), optional: isOptional(field), filled };
  });
  if (catchall === undefined) return objectOf(fields);
  return objectOf(fields, catchall._zod.def.type === "never" ? "refused" : below(catchall));
}

/** One that takes a missing value in hand, as a default does, is asked also where there is none. */
function isOptional({ _zod: { def } }: ZodNode): boolean {
  const { type, checks, innerType } = def;
  if (checks?.length || innerType === undefined) return false;
  if (type === "nullable" || type === "readonly") return isOptional(innerType);
  return type === "optional" && innerType._zod.optin === undefined;
}

function textCheckOf(check: CheckDef): TextCheck | undefined {
  const { format, pattern, fn, prefix, suffix, includes, position } = check;
  if (check.check !== "string_format") return lengthOf(check);
  if (PATTERN_FORMATS.has(format) && fn === undefined && pattern instanceof RegExp) return pattern;
  if (format === "starts_with" && prefix !== undefined) return { where: "startsWith", value: prefix };
  if (format === "ends_with" && suffix !== undefined) return { where: "endsWith", value: suffix };
  if (format === "includes" && includes !== undefined && position === undefined)
    return { where: "includes", value: includes };
  return undefined;
}

function lengthOf({ check, minimum, maximum, length }: CheckDef): Lengths | undefined {
  if (check === "min_length" && minimum !== undefined) return { minLength: minimum };
  if (check === "max_length" && maximum !== undefined) return { maxLength: maximum };
  if (check === "length_equals" && length !== undefined) return { minLength: length, maxLength: length };
  return undefined;
}

function numberCheckOf({ check, value, inclusive, format = "" }: CheckDef): readonly (NumberCheck | undefined)[] {
  if (check === "number_format")
    return Object.hasOwn(NUMBER_FORMATS, format) ? (NUMBER_FORMATS[format] ?? []) : [undefined];
  if (typeof value !== "number") return [undefined];
  if (check === "greater_than") return [{ operator: inclusive === true ? ">=" : ">", value }];
  if (check === "less_than") return [{ operator: inclusive === true ? "<=" : "<", value }];
  return [check === "multiple_of" ? { multipleOf: value } : undefined];
}
