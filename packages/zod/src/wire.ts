import {
  keep,
  stripBoth,
  stripFields,
  stripItems,
  stripUnion,
  type StandardSchema,
  type Strip,
} from "@ws-kit/core/protocol";

/** As much of a zod schema as is read here; the same in classic, mini and every copy of zod 4. */
export interface ZodNode extends StandardSchema {
  readonly _zod: { readonly def: ZodDef };
}

interface ZodDef extends Changes {
  readonly type: string;
  readonly checks?: readonly { readonly _zod: { readonly def: Changes & { readonly check: string } } }[];
  readonly coerce?: boolean;
  readonly shape?: Readonly<Record<string, ZodNode>>;
  readonly catchall?: ZodNode | undefined;
  readonly element?: ZodNode;
  readonly items?: readonly ZodNode[];
  readonly rest?: ZodNode | null;
  readonly keyType?: ZodNode;
  readonly valueType?: ZodNode;
  readonly options?: readonly ZodNode[];
  readonly left?: ZodNode;
  readonly right?: ZodNode;
  readonly innerType?: ZodNode;
  readonly in?: ZodNode;
  readonly values?: readonly unknown[];
  readonly getter?: () => ZodNode;
}

interface Changes {
  /** Formats that may also rewrite what they accept, as `z.url({ normalize: true })` does. */
  readonly normalize?: boolean;
}

/** Types whose values JSON has no form for, with what to use instead. */
const UNCARRIED: Readonly<Record<string, string>> = {
  date: "z.iso.datetime(), or z.codec(z.iso.datetime(), z.date(), …) to receive a Date",
  bigint: "z.string(), or z.codec(z.string(), z.bigint(), …) to receive a bigint",
  map: "z.record(), or z.codec(…) to receive a Map",
  set: "z.array(), or z.codec(…) to receive a Set",
  symbol: "z.string() or z.enum()",
  nan: "z.null()",
  promise: "the schema of the awaited value",
  function: "a schema of data",
  file: "z.base64(), or an upload over HTTP",
};

/** Types whose output may differ from their input. */
const TRANSFORMS: ReadonlySet<string> = /* @__PURE__ */ new Set(
  "pipe transform default prefault catch success".split(" "),
);

/** Types that hold nothing to strip and change nothing. */
const LEAVES: ReadonlySet<string> = /* @__PURE__ */ new Set(
  "string number int boolean undefined null void any unknown never enum literal template_literal custom".split(" "),
);

/**
 * Reads a schema's input side, which is what travels.
 *
 * A schema may refer to one that is not defined yet; then it is read when it is first sent.
 *
 * @returns what answers the stripper of the input, or undefined for a schema that only checks.
 * @throws TypeError naming the path of what JSON cannot carry.
 */
export function planWire(schema: ZodNode, what: string): () => Strip | undefined {
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
  readonly #seen: Map<ZodNode, Strip | undefined> = new Map();

  constructor(what: string) {
    this.#what = what;
  }

  /** The stripper of a node, or undefined where there is nothing below it to strip. */
  visit(node: ZodNode, path: string): Strip | undefined {
    if (this.#seen.has(node)) return this.#seen.get(node);
    // A node below itself goes through the map, which holds the finished stripper by the time there is a value.
    this.#seen.set(node, (value) => (this.#seen.get(node) ?? keep)(value));
    const strip = this.#make(node._zod.def, path);
    this.#seen.set(node, strip);
    return strip;
  }

  #make(def: ZodDef, path: string): Strip | undefined {
    if (TRANSFORMS.has(def.type) || def.coerce === true || rewrites(def)) this.transforms = true;
    // Coercion takes anything, so the wire side is whatever the sender has.
    if (def.coerce === true) return undefined;
    this.#refuse(def, path);
    const child = (node: ZodNode | null | undefined, step = ""): Strip | undefined =>
      node ? this.visit(node, `${path}${step}`) : undefined;
    switch (def.type) {
      case "object":
        return this.#object(def, path);
      case "array": {
        const item = child(def.element, "[]");
        return item && stripItems([], item);
      }
      case "tuple":
        return stripItems(
          (def.items ?? []).map((item, index) => child(item, `[${index}]`) ?? keep),
          child(def.rest, "[]"),
        );
      case "record":
        child(def.keyType, "{key}");
        return stripFields(new Map(), child(def.valueType, "{}") ?? keep);
      case "union":
        return stripUnion((def.options ?? []).map((schema) => ({ schema, strip: child(schema) })));
      case "intersection":
        return stripBoth([child(def.left), child(def.right)]);
      case "pipe":
        return child(def.in);
      case "lazy":
        return child(def.getter?.());
      case "catch":
        return stripCaught(def.innerType, child(def.innerType));
      default:
        if (def.innerType) return child(def.innerType);
        // A kind of schema that did not exist when this was written: what the sender gives is what travels.
        if (!LEAVES.has(def.type)) this.transforms = true;
        return undefined;
    }
  }

  #object(def: ZodDef, path: string): Strip {
    const shape = new Map<string, Strip>();
    for (const [key, field] of Object.entries(def.shape ?? {})) {
      shape.set(key, this.visit(field, path === "" ? key : `${path}.${key}`) ?? keep);
    }
    const loose = def.catchall && def.catchall._zod.def.type !== "never";
    return stripFields(shape, loose ? (this.visit(def.catchall, `${path}{}`) ?? keep) : undefined);
  }

  #refuse(def: ZodDef, path: string): void {
    const type = def.type === "literal" && def.values?.some((value) => typeof value === "bigint") ? "bigint" : def.type;
    const instead = Object.hasOwn(UNCARRIED, type) ? UNCARRIED[type] : undefined;
    if (instead === undefined) return;
    const where = path === "" ? "" : ` at ${path}`;
    throw new TypeError(`The ${this.#what}${where} is a ${type}, which JSON cannot carry; use ${instead}`);
  }
}

/** A `catch` accepts anything; what it would replace stays at home, and the receiver's `catch` fills the gap. */
function stripCaught(inner: ZodNode | undefined, strip: Strip | undefined): Strip | undefined {
  return (
    inner &&
    stripUnion([
      { schema: inner, strip: strip ?? ((value) => value) },
      { schema: anything, strip: () => undefined },
    ])
  );
}

const anything: StandardSchema = { "~standard": { version: 1, vendor: "ws-kit", validate: (value) => ({ value }) } };

function rewrites(def: ZodDef): boolean {
  if (def.normalize === true) return true;
  return (
    def.checks?.some((check) => check._zod.def.check === "overwrite" || check._zod.def.normalize === true) === true
  );
}
