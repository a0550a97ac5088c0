import {
  describePlain,
  fieldOf,
  isStateless,
  variantOf,
  type Below,
  type Bound,
  type Plain,
} from "@ws-kit/core/schema";
import { config } from "zod/v4/core";
import type { ZodNode } from "./wire.ts";

type Def = ZodNode["_zod"]["def"] &
  CheckDef & {
    readonly entries?: Readonly<Record<string, unknown>>;
    readonly discriminator?: string;
    readonly unionFallback?: boolean;
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
}

/** Formats that are their pattern and nothing besides, in zod's own words. */
const PATTERN_FORMATS: ReadonlySet<string | undefined> = new Set([
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

/** Describes a schema that only looks at types, bounds and patterns; undefined for any other, and where zod may not generate code. */
export function plainOf(schema: ZodNode): Plain | undefined {
  return config().jitless === true ? undefined : describePlain(schema, describe);
}

function describe({ _zod: { def } }: ZodNode, below: Below<ZodNode>): Plain | undefined {
  const { type, coerce, shape, element, innerType, catchall, format, entries } = def as Def;
  const checks = (def.checks ?? []).map((check) => check._zod.def as CheckDef);
  if (coerce === true) return undefined;
  // A format is a check of itself.
  if (format !== undefined) checks.unshift(def);
  switch (type) {
    case "string":
      return stringOf(checks);
    case "number":
      return numberOf(checks);
    case "array": {
      const lengths = lengthsOf(checks, 1);
      return element && lengths && { kind: "array", of: below(element), ...lengths };
    }
    default:
  }
  if (checks.length > 0) return undefined;
  switch (type) {
    case "boolean":
      return { kind: "boolean" };
    case "null":
      return { kind: "literal", values: [null] };
    case "literal":
      return literalsOf(def.values ?? []);
    case "enum":
      return literalsOf(Object.values(entries ?? {}));
    case "nullable":
      return innerType && { kind: "nullable", of: below(innerType) };
    case "union": {
      const { discriminator, options, unionFallback } = def as Def;
      if (discriminator === undefined || options === undefined || unionFallback === true) return undefined;
      return variantOf(discriminator, options.map(below));
    }
    case "object": {
      if (shape === undefined || catchall !== undefined || Object.getOwnPropertySymbols(shape).length > 0)
        return undefined;
      const fields = Object.entries(shape).map(([key, field]) => {
        const { type: outer, checks: outerChecks, innerType: inner } = field._zod.def;
        // One that takes a missing value in hand, as a default does, is asked also where there is none.
        const optional = outer === "optional" && !outerChecks?.length && inner?._zod.optin === undefined;
        return fieldOf(key, optional && inner ? inner : field, optional, below);
      });
      return { kind: "object", fields };
    }
    default:
      return undefined;
  }
}

function stringOf(checks: readonly CheckDef[]): Plain | undefined {
  const patterns: RegExp[] = [];
  const others: CheckDef[] = [];
  for (const check of checks) {
    if (check.check !== "string_format") others.push(check);
    else if (PATTERN_FORMATS.has(check.format) && check.fn === undefined && isStateless(check.pattern))
      patterns.push(check.pattern);
    else return undefined;
  }
  const lengths = lengthsOf(others, 2);
  return lengths && { kind: "string", ...lengths, patterns };
}

/** @param unitsEach UTF-16 units that zod may count as one: it measures strings in code points. */
function lengthsOf(checks: readonly CheckDef[], unitsEach: 1 | 2) {
  let minLength = 0;
  let maxLength = Infinity;
  for (const { check, minimum, maximum } of checks) {
    if (check === "min_length" && minimum !== undefined) minLength = Math.max(minLength, minimum);
    else if (check === "max_length" && maximum !== undefined) maxLength = Math.min(maxLength, maximum);
    else return undefined;
  }
  return {
    ...(minLength > 0 && { minLength: unitsEach * (minLength - 1) + 1 }),
    ...(maxLength < Infinity && { maxLength }),
  };
}

function numberOf(checks: readonly CheckDef[]): Plain | undefined {
  const bounds: Bound[] = [];
  let integer = false;
  for (const { check, value, inclusive, format } of checks) {
    if (check === "number_format" && format === "safeint") integer = true;
    else if (check === "greater_than" && typeof value === "number")
      bounds.push({ operator: inclusive === true ? ">=" : ">", value });
    else if (check === "less_than" && typeof value === "number")
      bounds.push({ operator: inclusive === true ? "<=" : "<", value });
    else return undefined;
  }
  return { kind: "number", integer, bounds };
}

function literalsOf(values: readonly unknown[]): Plain | undefined {
  const carried = values.filter(
    (value) => typeof value === "string" || typeof value === "boolean" || value === null || Number.isFinite(value),
  );
  return carried.length === values.length ? { kind: "literal", values: carried as string[] } : undefined;
}
