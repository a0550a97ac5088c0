import type { StandardProps } from "@ws-kit/core/protocol";

/** As much of a zod schema as is read here; the same in classic, mini and every copy of zod 4. */
export interface WireNode {
  readonly _zod: { readonly def: WireDef };
  readonly "~standard": StandardProps;
}

export interface WireDef {
  readonly type: string;
  readonly checks?: readonly {
    readonly _zod: { readonly def: { readonly check: string; readonly normalize?: boolean } };
  }[];
  readonly coerce?: boolean;
  readonly normalize?: boolean;
  readonly shape?: Readonly<Record<string, WireNode>>;
  readonly catchall?: WireNode | undefined;
  readonly element?: WireNode;
  readonly items?: readonly WireNode[];
  readonly rest?: WireNode | null;
  readonly keyType?: WireNode;
  readonly valueType?: WireNode;
  readonly options?: readonly WireNode[];
  readonly left?: WireNode;
  readonly right?: WireNode;
  readonly innerType?: WireNode;
  readonly in?: WireNode;
  readonly values?: readonly unknown[];
  readonly getter?: () => WireNode;
}

export function defOf(node: WireNode): WireDef {
  // oxlint-disable-next-line no-underscore-dangle -- where zod documents that library authors find it
  return node._zod.def;
}

/** How a schema's values go to the wire: as the validated output, or as the input that `strip` has gone over. */
export interface WirePlan {
  /** Absent where the schema only checks, so that its output is its input without undeclared keys. */
  readonly strip: Strip | undefined;
}

/** Answers a promise where a union has to ask an asynchronous option whether it accepts the value. */
export type Strip = (value: unknown) => unknown;

/** Types whose values JSON has no form for, with what to use instead. */
const UNCARRIED: Readonly<Record<string, string>> = {
  date: "z.iso.datetime(), or z.codec(z.iso.datetime(), z.date(), …) to receive a Date",
  bigint: "z.string(), or z.codec(z.string(), z.bigint(), …) to receive a bigint",
  map: "z.record(), or z.codec(…) to receive a Map",
  set: "z.array(), or z.codec(…) to receive a Set",
  symbol: "z.string() or z.enum()",
  nan: "z.null()",
  promise: "the awaited value",
  function: "data: functions stay where they are",
  file: "z.base64(), or an upload over HTTP",
};

/** Types whose output may differ from their input. */
const TRANSFORMS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "pipe",
  "transform",
  "default",
  "prefault",
  "catch",
  "success",
]);

/** Types that hold nothing to strip and change nothing. */
const LEAVES: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "string",
  "number",
  "int",
  "boolean",
  "undefined",
  "null",
  "void",
  "any",
  "unknown",
  "never",
  "enum",
  "literal",
  "template_literal",
  "custom",
]);

/**
 * Reads a schema's input side, which is what travels.
 *
 * @param final Whether a reference to something not yet defined is an error. When it is not, the plan is undefined and
 * has to be asked for again.
 * @throws TypeError naming the path of what JSON cannot carry.
 */
export function planWire(schema: WireNode, what: string, final: true): WirePlan;
export function planWire(schema: WireNode, what: string, final?: boolean): WirePlan | undefined;
export function planWire(schema: WireNode, what: string, final = false): WirePlan | undefined {
  const walk = new Walk(what);
  try {
    const strip = walk.visit(schema, "");
    return { strip: walk.transforms ? (strip ?? same) : undefined };
  } catch (error) {
    if (!final && error instanceof ReferenceError) return undefined;
    throw error;
  }
}

const same: Strip = (value) => value;

class Walk {
  transforms = false;
  readonly #what: string;
  readonly #seen: Map<WireNode, Strip | undefined> = new Map();

  constructor(what: string) {
    this.#what = what;
  }

  /** The stripper of a node, or undefined where there is nothing below it to strip. */
  visit(node: WireNode, path: string): Strip | undefined {
    if (this.#seen.has(node)) return this.#seen.get(node);
    // Met again below itself, the node is reached through the map, which by then holds the finished stripper.
    this.#seen.set(node, (value) => (this.#seen.get(node) ?? same)(value));
    const strip = this.#make(node, path);
    this.#seen.set(node, strip);
    return strip;
  }

  #make(node: WireNode, path: string): Strip | undefined {
    const def = defOf(node);
    if (TRANSFORMS.has(def.type) || def.coerce === true || overwrites(def)) this.transforms = true;
    if (def.coerce === true) return undefined;
    this.#refuse(def, path);
    switch (def.type) {
      case "object":
        return this.#object(def, path);
      case "array":
        return list(this.visit(def.element as WireNode, `${path}[]`));
      case "tuple":
        return this.#tuple(def, path);
      case "record":
        this.visit(def.keyType as WireNode, `${path}{key}`);
        return fields({}, this.visit(def.valueType as WireNode, `${path}{}`) ?? same);
      case "union":
        return union(def.options as WireNode[], (option) => this.visit(option, path));
      case "intersection":
        return both(this.visit(def.left as WireNode, path), this.visit(def.right as WireNode, path));
      case "pipe":
        return this.visit(def.in as WireNode, path);
      case "lazy":
        return this.visit((def.getter as () => WireNode)(), path);
      case "catch":
        return accepted(def.innerType as WireNode, this.visit(def.innerType as WireNode, path));
      default:
        if (def.innerType) return this.visit(def.innerType, path);
        // A kind of schema this version does not know: what the sender gives is what travels.
        if (!LEAVES.has(def.type)) this.transforms = true;
        return undefined;
    }
  }

  #object(def: WireDef, path: string): Strip {
    const shape: Record<string, Strip> = {};
    for (const [key, field] of Object.entries(def.shape ?? {})) {
      shape[key] = this.visit(field, path === "" ? key : `${path}.${key}`) ?? same;
    }
    const rest = def.catchall && defOf(def.catchall).type !== "never" ? def.catchall : undefined;
    return fields(shape, rest && (this.visit(rest, `${path}{}`) ?? same));
  }

  #tuple(def: WireDef, path: string): Strip {
    const items = (def.items ?? []).map((item, index) => this.visit(item, `${path}[${index}]`) ?? same);
    const rest = def.rest ? (this.visit(def.rest, `${path}[]`) ?? same) : same;
    return (value) => (Array.isArray(value) ? all(value.map((item, index) => (items[index] ?? rest)(item))) : value);
  }

  #refuse(def: WireDef, path: string): void {
    const kind = def.type === "literal" && def.values?.some((v) => typeof v === "bigint") ? "bigint" : def.type;
    const instead = UNCARRIED[kind];
    if (instead === undefined) return;
    const where = path === "" ? "" : ` at ${path}`;
    throw new TypeError(`The ${this.#what}${where} is a ${kind}, which JSON cannot carry; use ${instead}`);
  }
}

function overwrites(def: WireDef): boolean {
  if (def.normalize === true) return true;
  return (
    def.checks?.some(({ _zod: { def: check } }) => check.check === "overwrite" || check.normalize === true) === true
  );
}

/** Keeps the keys of a shape; others too where there is a stripper for them. */
function fields(shape: Readonly<Record<string, Strip>>, rest: Strip | undefined): Strip {
  const declared = Object.entries(shape);
  return (value) => {
    if (!isObject(value)) return value;
    const kept: [string, unknown][] = [];
    for (const [key, strip] of declared) if (value[key] !== undefined) kept.push([key, strip(value[key])]);
    if (rest) {
      for (const key of Object.keys(value)) if (!Object.hasOwn(shape, key)) kept.push([key, rest(value[key])]);
    }
    const values = all(kept.map(([, item]) => item));
    const join = (items: readonly unknown[]) => Object.fromEntries(kept.map(([key], index) => [key, items[index]]));
    return values instanceof Promise ? values.then(join) : join(values);
  };
}

function list(item: Strip | undefined): Strip | undefined {
  return item && ((value) => (Array.isArray(value) ? all(value.map(item)) : value));
}

/** Goes by the first option that accepts the value, as zod does. */
function union(options: readonly WireNode[], visit: (option: WireNode) => Strip | undefined): Strip | undefined {
  const strips = options.map(visit);
  if (strips.every((strip) => strip === undefined)) return undefined;
  const from = (index: number, value: unknown): unknown => {
    const option = options[index];
    if (option === undefined) return value;
    return decide(option, value, (accepts) => (accepts ? (strips[index] ?? same)(value) : from(index + 1, value)));
  };
  return (value) => from(0, value);
}

/** What a `catch` would replace is not sent as it came: it is whatever the sender had there. */
function accepted(inner: WireNode, strip: Strip | undefined): Strip {
  return (value) =>
    decide(inner, value, (accepts) => (accepts ? (strip ?? same)(value) : isObject(value) ? undefined : value));
}

function decide(node: WireNode, value: unknown, then: (accepts: boolean) => unknown): unknown {
  const result = node["~standard"].validate(value);
  return result instanceof Promise ? result.then((r) => then(!r.issues)) : then(!result.issues);
}

/** An intersection declares the keys of both of its sides. */
function both(left: Strip | undefined, right: Strip | undefined): Strip | undefined {
  if (!left || !right) return undefined;
  return (value) => {
    const sides = all([left(value), right(value)]);
    return sides instanceof Promise ? sides.then(([l, r]) => merge(l, r)) : merge(sides[0], sides[1]);
  };
}

function merge(left: unknown, right: unknown): unknown {
  if (Array.isArray(left) && Array.isArray(right)) return left.map((item, index) => merge(item, right[index]));
  if (!isObject(left) || !isObject(right)) return left === undefined ? right : left;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(left[key], right[key])]));
}

function all(values: unknown[]): unknown[] | Promise<unknown[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : values;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
