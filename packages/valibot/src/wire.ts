import type { SchemaView, StandardSchema } from "@ws-kit/core/protocol";

/** As much of a valibot schema as is read here. */
export interface ValibotNode extends StandardSchema {
  readonly kind: "schema";
  readonly type: string;
  readonly async: boolean;
  readonly pipe?: readonly { readonly kind: string; readonly type: string }[];
  readonly fallback?: unknown;
  readonly default?: unknown;
  readonly entries?: Readonly<Record<string, ValibotNode>>;
  readonly rest?: ValibotNode;
  readonly item?: ValibotNode;
  readonly items?: readonly ValibotNode[];
  readonly key?: ValibotNode | string;
  readonly value?: ValibotNode;
  readonly options?: readonly (ValibotNode | string)[];
  readonly wrapped?: ValibotNode;
  readonly literal?: unknown;
  readonly getter?: (input?: unknown) => ValibotNode;
}

/** Types whose values JSON has no form for, with what to use instead. */
export const UNCARRIED: Readonly<Record<string, string>> = {
  date: "v.pipe(v.string(), v.isoTimestamp(), v.toDate()) to receive a Date",
  bigint: "v.pipe(v.string(), v.toBigint()) to receive a bigint",
  map: "v.record(), with v.transform() to receive a Map",
  set: "v.array(), with v.transform() to receive a Set",
  symbol: "v.string() or v.picklist()",
  nan: "v.null()",
  promise: "the schema of what it resolves to",
  function: "a schema of data",
  instance: "a schema of its data",
  file: "v.base64(), or an upload over HTTP",
  blob: "v.base64(), or an upload over HTTP",
};

/** What is to be known of a schema to tell how it travels. */
export function view(node: ValibotNode): SchemaView<ValibotNode> {
  const { type, item, key, entries, options, getter } = node;
  const record = type === "record";
  return {
    type: typeof node.literal === "bigint" || typeof node.literal === "symbol" ? typeof node.literal : type,
    transforms:
      node.default !== undefined ||
      node.fallback !== undefined ||
      (getter && getter.length > 0) ||
      node.pipe?.slice(1).some(changes),
    fields: record ? {} : entries,
    keys: record ? (key as ValibotNode) : undefined,
    items: item ? [] : node.items,
    rest: item ?? node.rest ?? (record ? node.value : type.startsWith("loose_") || undefined),
    options: type === "union" || type === "variant" ? (options as ValibotNode[]) : undefined,
    sides: type === "intersect" ? (options as ValibotNode[]) : undefined,
    inner: node.wrapped,
    later: getter,
  };
}

/** Whether a step of a pipe may put another value in place of the one it got; a further schema may drop keys. */
function changes({ kind, type }: { readonly kind: string; readonly type: string }): boolean {
  return kind === "schema" || (kind === "transformation" && !/^(?:brand|flavor|readonly|guard)$/.test(type));
}
