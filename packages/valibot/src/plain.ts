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
import type { ValibotNode } from "./wire.ts";

/** As much of a schema as is read here beyond what tells how it travels. */
interface Node {
  readonly type: string;
  readonly async: boolean;
  readonly pipe?: readonly Item[];
  readonly default?: unknown;
  readonly fallback?: unknown;
  readonly entries?: Readonly<Record<string, ValibotNode>>;
  readonly item?: ValibotNode;
  readonly wrapped?: ValibotNode;
  readonly literal?: unknown;
  readonly options?: readonly unknown[];
  readonly key?: unknown;
}

interface Item {
  readonly kind: string;
  readonly type: string;
  readonly requirement?: unknown;
}

/** Describes what a schema looks at; undefined where only valibot can tell. */
export function plainOf(schema: ValibotNode): Plain | undefined {
  return describePlain(schema, describe);
}

function describe(schema: ValibotNode, below: Below<ValibotNode>): Plain | undefined {
  const { type, async, pipe, entries, item, wrapped, literal, options, ...rest } = schema as unknown as Node;
  if (async || rest.default !== undefined || "fallback" in rest) return undefined;
  // The first item of a pipe is the schema without its pipe.
  const actions = (pipe ?? []).slice(1).filter(({ kind }) => kind !== "metadata");
  switch (type) {
    case "string":
      return stringOf(actions);
    case "number":
      return numberOf(actions.map(boundOf));
    case "array": {
      const lengths = lengthsOf(actions.map(lengthOf));
      return item && lengths && { kind: "array", of: below(item), ...lengths };
    }
    default:
  }
  if (actions.length > 0) return undefined;
  switch (type) {
    case "boolean":
      return { kind: "boolean" };
    case "null":
      return literalOf([null]);
    case "literal":
      return literalOf([literal]);
    case "picklist":
    case "enum":
      return literalOf(options ?? []);
    case "nullable":
      return wrapped && { kind: "nullable", of: below(wrapped) };
    case "variant":
      return typeof rest.key === "string" ? variantOf(rest.key, (options as ValibotNode[]).map(below)) : undefined;
    case "object": {
      const fields = Object.entries(entries ?? {}).map(([key, field]) => {
        const inner = field as unknown as Node;
        const optional =
          inner.type === "optional" &&
          inner.default === undefined &&
          !("fallback" in inner) &&
          inner.pipe === undefined;
        const filled = (inner.type === "optional" || inner.type === "nullish") && inner.default !== undefined;
        return { key, of: below(optional && inner.wrapped ? inner.wrapped : field), optional, filled };
      });
      return { kind: "object", fields };
    }
    default:
      return undefined;
  }
}

function stringOf(actions: readonly Item[]): Plain | undefined {
  const patterns: RegExp[] = [];
  const others: Item[] = [];
  for (const action of actions) {
    // Every validation with a pattern is that pattern and nothing besides.
    if (action.kind === "validation" && isStateless(action.requirement)) patterns.push(action.requirement);
    else others.push(action);
  }
  const lengths = lengthsOf(others.map(lengthOf));
  return lengths && { kind: "string", ...lengths, patterns };
}

function lengthOf({ type, requirement }: Item): Lengths | undefined {
  if (type === "non_empty") return { minLength: 1 };
  if (typeof requirement !== "number") return undefined;
  if (type === "min_length") return { minLength: requirement };
  return type === "max_length" ? { maxLength: requirement } : undefined;
}

function boundOf({ type, requirement }: Item): Bound | "integer" | undefined {
  if (type === "integer") return "integer";
  if (typeof requirement !== "number") return undefined;
  if (type === "min_value") return { operator: ">=", value: requirement };
  return type === "max_value" ? { operator: "<=", value: requirement } : undefined;
}
