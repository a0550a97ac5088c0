import { getGlobalConfig } from "valibot";
import { when, type SchemaView, type StandardSchema } from "@ws-kit/core/schema";

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
  readonly pipe?: readonly Step[];
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

/** Of what a literal or a picklist compares with; options that are schemas have one of their own. */
function isUncarried(value: unknown): boolean {
  return UNCARRIED.test(typeof value) || (typeof value === "number" && !Number.isFinite(value));
}

/** How what a schema is made of counts. */
const KINDS: Readonly<Record<string, SchemaView<ValibotNode>["kind"]>> = {
  record: "fields",
  union: "first",
  variant: "first",
  intersect: "all",
};

/** What is to be known of a schema to tell how it travels. */
export function view(node: ValibotNode): SchemaView<ValibotNode> {
  const { pipe } = node;
  // What a fallback would replace is not sent: the receiver's own fills the gap.
  if ("fallback" in node) {
    const bare = withoutFallback(node);
    // Options are tried one by one anyway.
    return KINDS[node.type] === "first" && !pipe
      ? { ...view(bare), transforms: true }
      : { transforms: true, kind: "first", parts: [bare] };
  }
  // What is given to a pipe is given to its first schema.
  if (pipe?.[0] !== undefined) return { transforms: pipe.slice(1).some(rewrites), inner: () => pipe[0] as ValibotNode };
  const { type, entries, item, items, wrapped, getter } = node;
  const kind = entries ? "fields" : item || items ? "items" : KINDS[type];
  return {
    refused:
      (UNCARRIED.test(type) || [node.literal, ...(node.options ?? [])].some(isUncarried)) &&
      `a ${type}, not for JSON; see v.pipe() and v.transform()`,
    transforms: node.default !== undefined || !!getter?.length,
    kind,
    // Options that are literals, and a key that is a name, are no schemas and looked over.
    parts: entries ?? items ?? (node.options as ValibotNode[] | undefined),
    rest: item ?? node.rest ?? node.value ?? (type.startsWith("loose_") || undefined),
    keys: node.key as ValibotNode,
    nullable: type.startsWith("null"),
    inner: wrapped ? () => wrapped : getter,
  };
}

/** What a pipe consists of beyond schemas. */
interface Step {
  readonly kind: string;
  readonly type: string;
}

/** A step of another kind may put something else in place of what it got; a further schema may drop keys. */
function rewrites(step: Step): boolean {
  return step.kind !== "validation" && !isRemark(step);
}

/** Whether it says something to people or to the compiler alone. */
export function isRemark({ kind, type }: Step): boolean {
  return kind === "metadata" || /^(?:brand|flavor|readonly)$/.test(type);
}

const REPLACED = {};
/** What no schema accepts that looks at a value. */
const PROBE = Symbol();

/** The schema that a fallback was given to. The library does not keep it: the fallback tells, which comes where nothing else does. */
function withoutFallback(node: ValibotNode): ValibotNode {
  const { fallback: _, ...bare } = node;
  const marked = { ...node, fallback: REPLACED };
  const run = (dataset: Dataset) => marked["~run"](dataset, getGlobalConfig());
  /** Whether there is another fallback in it, which leaves nothing to this one. */
  const nests = (): boolean | Promise<boolean> => {
    try {
      return when(run({ value: PROBE }), ({ value }) => value !== REPLACED && value !== PROBE);
    } catch {
      return true;
    }
  };
  const validate = (value: unknown) => {
    const dataset = { value };
    return when(run(dataset), (result) =>
      // That one answers with a dataset of its own.
      when(result.value === REPLACED || (result !== dataset && nests()), (replaced) => ({
        value,
        issues: replaced ? [] : undefined,
      })),
    );
  };
  return { ...bare, "~standard": { version: 1, vendor: "valibot", validate } as never };
}
