import {
  keep,
  stripBoth,
  stripFields,
  stripItems,
  stripUnion,
  type StandardSchema,
  type Strip,
} from "@ws-kit/core/protocol";

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
  readonly options?: readonly ValibotNode[];
  readonly wrapped?: ValibotNode;
  readonly literal?: unknown;
  readonly getter?: (input?: unknown) => ValibotNode;
}

/** Types whose values JSON has no form for, with what to use instead. */
const UNCARRIED: Readonly<Record<string, string>> = {
  date: "v.pipe(v.string(), v.isoTimestamp(), v.toDate()) to receive a Date",
  bigint: "v.pipe(v.string(), v.toBigint()) to receive a bigint",
  map: "v.record(), with a v.transform() to receive a Map",
  set: "v.array(), with a v.transform() to receive a Set",
  symbol: "v.string() or v.picklist()",
  nan: "v.null()",
  promise: "the schema of the awaited value",
  function: "a schema of data",
  instance: "a schema of its data",
  file: "v.string() with v.base64(), or an upload over HTTP",
  blob: "v.string() with v.base64(), or an upload over HTTP",
};

/** Actions of kind "transformation" that leave the value alone. */
const UNCHANGING: ReadonlySet<string> = /* @__PURE__ */ new Set("brand flavor readonly guard".split(" "));

/**
 * Reads a schema's input side, which is what travels.
 *
 * A schema may refer to one that is not defined yet; then it is read when it is first sent.
 *
 * @returns what answers the stripper of the input, or undefined for a schema that only checks.
 * @throws TypeError naming the path of what JSON cannot carry.
 */
export function planWire(schema: ValibotNode, what: string): () => Strip | undefined {
  let plan: { strip: Strip | undefined } | undefined;
  const read = () => {
    const walk = new Walk(what);
    const strip = walk.visit(schema, "");
    return { strip: walk.transforms ? (strip ?? keep) : undefined };
  };
  try {
    plan = read();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
  }
  return () => (plan ??= read()).strip;
}

class Walk {
  transforms = false;
  readonly #what: string;
  readonly #seen: WeakMap<ValibotNode, { strip: Strip | undefined }> = new WeakMap();

  constructor(what: string) {
    this.#what = what;
  }

  /** The stripper of a node, or undefined where there is nothing below it to strip. */
  visit(node: ValibotNode, path: string): Strip | undefined {
    const met = this.#seen.get(node);
    if (met) return met.strip;
    // A node below itself goes through this entry, which holds the finished stripper by the time there is a value.
    const entry: { strip: Strip | undefined } = { strip: (value) => (entry.strip ?? keep)(value) };
    this.#seen.set(node, entry);
    entry.strip = this.#make(node, path);
    return entry.strip;
  }

  #make(node: ValibotNode, path: string): Strip | undefined {
    if (node.fallback !== undefined || node.default !== undefined || node.pipe?.slice(1).some(changes)) {
      this.transforms = true;
    }
    this.#refuse(node, path);
    const child = (part: ValibotNode | undefined, step = ""): Strip | undefined =>
      part ? this.visit(part, `${path}${step}`) : undefined;
    if (node.entries) {
      const shape = new Map<string, Strip>();
      for (const [key, field] of Object.entries(node.entries)) {
        shape.set(key, this.visit(field, path === "" ? key : `${path}.${key}`) ?? keep);
      }
      const loose = node.type === "loose_object" || node.rest;
      return stripFields(shape, loose ? (child(node.rest, "{}") ?? keep) : undefined);
    }
    if (node.items) {
      const items = node.items.map((item, index) => child(item, `[${index}]`) ?? keep);
      const loose = node.type === "loose_tuple" || node.rest;
      return stripItems(items, loose ? (child(node.rest, "[]") ?? keep) : undefined);
    }
    switch (node.type) {
      case "array": {
        const item = child(node.item, "[]");
        return item && stripItems([], item);
      }
      case "record":
        return stripFields(new Map(), child(node.value, "{}") ?? keep);
      case "union":
      case "variant":
        return stripUnion((node.options ?? []).map((schema) => ({ schema, strip: child(schema) })));
      case "intersect":
        return stripBoth((node.options ?? []).map((side) => child(side)));
      case "lazy":
        return this.#lazy(node.getter as (input?: unknown) => ValibotNode, path);
      default:
        return child(node.wrapped);
    }
  }

  /** A getter that looks at the value can only be followed when there is one, and might transform. */
  #lazy(getter: (input?: unknown) => ValibotNode, path: string): Strip | undefined {
    if (getter.length === 0) return this.visit(getter(), path);
    this.transforms = true;
    return (value) => (this.visit(getter(value), path) ?? keep)(value);
  }

  #refuse(node: ValibotNode, path: string): void {
    const type = typeof node.literal === "bigint" ? "bigint" : typeof node.literal === "symbol" ? "symbol" : node.type;
    const instead = Object.hasOwn(UNCARRIED, type) ? UNCARRIED[type] : undefined;
    if (instead === undefined) return;
    const where = path === "" ? "" : ` at ${path}`;
    throw new TypeError(`The ${this.#what}${where} is a ${type}, which JSON cannot carry; use ${instead}`);
  }
}

/** Whether a step of a pipe may put another value in place of the one it got; a further schema may drop keys. */
function changes({ kind, type }: { readonly kind: string; readonly type: string }): boolean {
  return kind === "schema" || (kind === "transformation" && !UNCHANGING.has(type));
}
