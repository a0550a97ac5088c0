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
  type PlainObject,
  type TextCheck,
} from "@ws-kit/core/schema";
import { isRemark, type ValibotNode } from "./wire.ts";

/** As much of a schema as is read here beyond what tells how it travels. */
type Node = Omit<ValibotNode, "options" | "pipe" | "key"> & {
  readonly pipe?: readonly Item[];
  readonly options?: readonly unknown[];
  readonly key?: unknown;
};

interface Item {
  readonly kind: string;
  readonly type: string;
  readonly requirement?: unknown;
  readonly pipe?: readonly Item[];
}

/** Describes what a schema looks at; an opaque part where only valibot can tell. */
export function plainOf(schema: ValibotNode): Plain {
  return describePlain(schema, describe);
}

function describe(schema: ValibotNode, below: Below<ValibotNode>): Plain | undefined {
  const { type, async, pipe = [], item } = schema as unknown as Node;
  if (async) return undefined;
  if ("fallback" in schema) {
    const { fallback: _, ...bare } = schema;
    const of = describe(bare, below);
    return of && tried(of, { kind: "opaque", schema });
  }
  const actions = actionsOf(pipe).filter((action) => !isRemark(action));
  switch (type) {
    case "string":
      return textOf(actions.map(textCheckOf));
    case "number":
      return numberOf(actions.map(numberCheckOf));
    case "array": {
      const lengths = lengthsOf(actions.map(lengthOf));
      return item && lengths && { kind: "array", of: below(item), ...lengths };
    }
    default:
      return actions.length === 0 ? unchecked(schema, below) : undefined;
  }
}

/** What follows the schema of a pipe, whose first item is that schema: with a pipe of its own where pipes are nested. */
function actionsOf([first, ...others]: readonly Item[]): readonly Item[] {
  return first?.pipe === undefined ? others : [...actionsOf(first.pipe), ...others];
}

/** One whose pipe, if it has any, checks nothing. */
function unchecked(schema: ValibotNode, below: Below<ValibotNode>): Plain | undefined {
  const { type, entries = {}, items = [], wrapped, literal, options = [], rest, ...node } = schema as unknown as Node;
  switch (type) {
    case "boolean":
      return { kind: "boolean" };
    case "any":
    case "unknown":
      return { kind: "any" };
    case "null":
      return literalOf([null]);
    case "literal":
      return literalOf([literal]);
    case "picklist":
    case "enum":
      return literalOf(options);
    case "nullable":
    case "nullish":
    case "optional":
    case "exact_optional":
    case "undefinedable":
      return wrapped && lacking(type, node.default, below(wrapped));
    case "lazy":
      return node.getter?.length === 0 ? below(node.getter()) : undefined;
    case "union":
      return unionOf((options as ValibotNode[]).map(below), { kind: "opaque", schema });
    case "variant":
      return typeof node.key === "string" ? variantOf(node.key, (options as ValibotNode[]).map(below)) : undefined;
    case "tuple":
    case "strict_tuple":
    case "tuple_with_rest":
      return { kind: "tuple", items: items.map(below), rest: rest && below(rest) };
    case "record":
      return recordOf(node, below);
    case "object":
      return shapeOf(entries, undefined, below);
    case "strict_object":
      return shapeOf(entries, "refused", below);
    case "loose_object":
      return shapeOf(entries, { kind: "any" }, below);
    case "object_with_rest":
      return rest && shapeOf(entries, below(rest), below);
    default:
      return undefined;
  }
}

/** One that takes null or a missing value in place of another. A missing one is left to valibot, but for a default. */
function lacking(type: string, given: unknown, of: Plain): Plain | undefined {
  const nullable = type === "nullable" || type === "nullish";
  if (given !== undefined) return nullable ? undefined : defaulted(given, of);
  if (type !== "nullable" && mayBeMissing(of)) return undefined;
  return nullable ? { kind: "nullable", of } : of;
}

function defaulted(given: unknown, of: Plain): Plain | undefined {
  if (typeof given !== "function") return { kind: "default", of, make: () => given, checked: true };
  // It may want to see what is missing.
  return given.length === 0 ? { kind: "default", of, make: given as () => unknown, checked: true } : undefined;
}

function recordOf({ key, value }: Pick<Node, "key" | "value">, below: Below<ValibotNode>): Plain | undefined {
  if (key === undefined || value === undefined) return undefined;
  const keys = below(key as ValibotNode);
  // Others may give another key than they get.
  if (keys.kind !== "string" && keys.kind !== "literal") return undefined;
  return { kind: "record", keys, values: below(value) };
}

const OPTIONAL: ReadonlySet<string> = /* @__PURE__ */ new Set(["optional", "exact_optional", "nullish"]);

function shapeOf(
  entries: Readonly<Record<string, ValibotNode>>,
  others: PlainObject["others"],
  below: Below<ValibotNode>,
): Plain | undefined {
  const fields = Object.entries(entries).map(([key, field]): PlainField => {
    const may = OPTIONAL.has(field.type) && !("fallback" in field);
    // Of a pipe it is the first schema that takes a missing value; what follows it sees what that made.
    const optional = may && field.default === undefined && field.pipe === undefined;
    return { key, of: below(field), optional, filled: may && field.default !== undefined };
  });
  return objectOf(fields, others);
}

function textCheckOf(action: Item): TextCheck | undefined {
  const { kind, type, requirement } = action;
  // Every validation with a pattern is that pattern and nothing besides.
  if (kind === "validation" && requirement instanceof RegExp) return requirement;
  if (typeof requirement === "string") {
    if (type === "starts_with") return { where: "startsWith", value: requirement };
    if (type === "ends_with") return { where: "endsWith", value: requirement };
    if (type === "includes") return { where: "includes", value: requirement };
  }
  return lengthOf(action);
}

function lengthOf({ type, requirement }: Item): Lengths | undefined {
  if (type === "non_empty") return { minLength: 1 };
  if (typeof requirement !== "number") return undefined;
  if (type === "length") return { minLength: requirement, maxLength: requirement };
  if (type === "min_length") return { minLength: requirement };
  return type === "max_length" ? { maxLength: requirement } : undefined;
}

function numberCheckOf({ type, requirement }: Item): NumberCheck | undefined {
  if (type === "integer" || type === "safe_integer") return "integer";
  if (typeof requirement !== "number") return undefined;
  if (type === "min_value") return { operator: ">=", value: requirement };
  if (type === "max_value") return { operator: "<=", value: requirement };
  if (type === "gt_value") return { operator: ">", value: requirement };
  if (type === "lt_value") return { operator: "<", value: requirement };
  return type === "multiple_of" ? { multipleOf: requirement } : undefined;
}
