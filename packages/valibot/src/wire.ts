import type { SchemaView, StandardSchema } from "@ws-kit/core/schema";

/** What a run of a schema found. */
export interface Dataset {
  readonly value: unknown;
  readonly issues?: readonly object[] | undefined;
}

/** As much of a valibot schema as is read here. */
export interface ValibotNode extends StandardSchema {
  readonly kind: "schema";
  readonly type: string;
  readonly async: boolean;
  readonly pipe?: readonly { readonly kind: string }[];
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
  readonly "~run": (dataset: { value: unknown }, config: object) => Dataset | Promise<Dataset>;
}

/** Types whose values JSON has no form for. */
const UNCARRIED = /^(?:date|bigint|map|set|symbol|nan|promise|function|instance|file|blob)$/;

/** How what a schema is made of counts. */
const KINDS: Readonly<Record<string, SchemaView<ValibotNode>["kind"]>> = {
  record: "fields",
  union: "first",
  variant: "first",
  intersect: "all",
};

/** What is to be known of a schema to tell how it travels. */
export function view(node: ValibotNode): SchemaView<ValibotNode> {
  const { type, entries, item, items, wrapped, getter } = node;
  const kind = entries ? "fields" : item || items ? "items" : KINDS[type];
  return {
    refused:
      (UNCARRIED.test(type) || UNCARRIED.test(typeof node.literal)) &&
      `a ${type}, not for JSON; see v.pipe() and v.toDate()`,
    // A step of another kind may put something else in place of what it got; a further schema may drop keys.
    transforms:
      node.default !== undefined ||
      node.fallback !== undefined ||
      !!getter?.length ||
      node.pipe?.slice(1).some((step) => step.kind !== "validation" && step.kind !== "metadata"),
    kind,
    // Options that are literals, and a key that is a name, are no schemas and looked over.
    parts: entries ?? items ?? (node.options as ValibotNode[] | undefined),
    rest: item ?? node.rest ?? node.value ?? (type.startsWith("loose_") || undefined),
    keys: node.key as ValibotNode,
    inner: wrapped ? () => wrapped : getter,
  };
}
