import {
  describePlain,
  isStateless,
  lengthsOf,
  literalOf,
  numberOf,
  variantOf,
  type Below,
  type Bound,
  type Lengths,
  type Plain,
} from "@ws-kit/core/schema";
import { config } from "zod/v4/core";
import type { ZodNode } from "./wire.ts";

type Def = ZodNode["_zod"]["def"] &
  CheckDef & {
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

/** Describes what a schema looks at; undefined where only zod can tell, and where zod may not generate code. */
export function plainOf(schema: ZodNode): Plain | undefined {
  return config().jitless === true ? undefined : describePlain(schema, describe);
}

function describe({ _zod: { def, values } }: ZodNode, below: Below<ZodNode>): Plain | undefined {
  const { type, coerce, shape, element, innerType, catchall, format } = def as Def;
  const checks = (def.checks ?? []).map((check) => check._zod.def as CheckDef);
  if (coerce === true) return undefined;
  // A format is a check of itself.
  if (format !== undefined) checks.unshift(def);
  switch (type) {
    case "string":
      return stringOf(checks);
    case "number":
      return numberOf(checks.map(boundOf));
    case "array": {
      const lengths = lengthsOf(checks.map((check) => lengthOf(check, 1)));
      return element && lengths && { kind: "array", of: below(element), ...lengths };
    }
    default:
  }
  if (checks.length > 0) return undefined;
  switch (type) {
    case "boolean":
      return { kind: "boolean" };
    case "null":
      return literalOf([null]);
    case "literal":
    case "enum":
      // What zod itself compares with: an enum of TypeScript has its members' names besides, by their numbers.
      return values && literalOf(values);
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
        const filled = field._zod.optin !== undefined && field._zod.optout === undefined;
        return { key, of: below(optional && inner ? inner : field), optional, filled };
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
  const lengths = lengthsOf(others.map((check) => lengthOf(check, 2)));
  return lengths && { kind: "string", ...lengths, patterns };
}

/** @param unitsEach UTF-16 units that zod may count as one: it measures strings in code points. */
function lengthOf({ check, minimum, maximum }: CheckDef, unitsEach: 1 | 2): Lengths | undefined {
  if (check === "min_length" && minimum !== undefined) return { minLength: unitsEach * (minimum - 1) + 1 };
  if (check === "max_length" && maximum !== undefined) return { maxLength: maximum };
  return undefined;
}

function boundOf({ check, value, inclusive, format }: CheckDef): Bound | "integer" | undefined {
  if (check === "number_format") return format === "safeint" ? "integer" : undefined;
  if (typeof value !== "number") return undefined;
  if (check === "greater_than") return { operator: inclusive === true ? ">=" : ">", value };
  if (check === "less_than") return { operator: inclusive === true ? "<=" : "<", value };
  return undefined;
}
