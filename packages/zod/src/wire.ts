import type { SchemaView, StandardSchema } from "@ws-kit/core/schema";

/** As much of a zod schema as is read here; the same in classic, mini and every copy of zod 4. */
export interface ZodNode extends StandardSchema {
  readonly _zod: {
    readonly def: ZodDef;
    /** Whether it takes a missing value as input. */
    readonly optin?: string | undefined;
    /** Whether a missing value may be its output. */
    readonly optout?: string | undefined;
    /** All that it accepts, where that is a list. */
    readonly values?: ReadonlySet<unknown> | undefined;
    /** Of a template, what it is made into. */
    readonly pattern?: RegExp | undefined;
    /** What zod notes besides: of `z.instanceof()` the class. */
    readonly bag?: { readonly Class?: unknown } | undefined;
    // A method, whose parameters the compiler compares less strictly: zod's own are generic.
    run(payload: ZodPayload, ctx: { readonly async?: boolean | undefined }): ZodPayload | Promise<ZodPayload>;
  };
}

/** A value under check, and what was found so far. */
export interface ZodPayload {
  readonly value: unknown;
  readonly issues: object[];
}

interface ZodDef extends Check {
  readonly type: string;
  readonly checks?: readonly ZodCheck[];
  /** Of a transform, or of a codec. */
  transform?: unknown;
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
  readonly out?: ZodNode;
  readonly values?: readonly unknown[];
  readonly getter?: () => ZodNode;
}

/** What a schema looks at beside its type; the application's own among them. */
export interface ZodCheck {
  readonly _zod: { readonly def: Check; check?: unknown };
}

interface Check {
  readonly check?: string;
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
  promise: "the schema of what it resolves to",
  function: "a schema of data",
  file: "z.base64(), or an upload over HTTP",
};

/** Types whose output is their input, wherever that of what they hold is. A type not known here may transform. */
const CHECKS: ReadonlySet<string> = /* @__PURE__ */ new Set(
  `string number int boolean undefined null void any unknown never enum literal template_literal custom object array
  tuple record union intersection optional nullable nonoptional readonly lazy`.split(/\s+/),
);

/** What coercion makes of a value, as JSON carries it. */
const COERCED: Readonly<Record<string, (value: never) => unknown>> = {
  string: String,
  number: Number,
  boolean: Boolean,
  bigint: (value) => String(BigInt(value)),
  date: (value) => new Date(value).toJSON(),
};

function isCarried(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    typeof value === "string" ||
    typeof value === "boolean" ||
    Number.isFinite(value)
  );
}

/** What is to be known of a schema to tell how it travels. */
export function view({ _zod: { def, bag } }: ZodNode): SchemaView<ZodNode> {
  // Coercion takes anything: of objects, and of what JSON has no form for, what it makes of them is sent.
  if (def.coerce) {
    const make = COERCED[def.type] as (value: unknown) => unknown;
    return { transforms: true, scalar: (value) => (isCarried(value) ? value : make(value)) };
  }
  const { type, shape, element, items, keyType, valueType, options, left, right, innerType, catchall } = def;
  const inner = innerType ?? def.in;
  const common = {
    refused: refusalOf(def, bag?.Class),
    transforms: !CHECKS.has(type) || rewrites(def) || def.checks?.some((check) => rewrites(check._zod.def)),
  };
  if (shape) {
    const closed = catchall?._zod.def.type === "never";
    return { ...common, kind: "fields", parts: shape, rest: closed ? undefined : catchall };
  }
  if (keyType) return { ...common, kind: "fields", rest: valueType, keys: keyType };
  if (element) return { ...common, kind: "items", rest: element };
  if (items) return { ...common, kind: "items", parts: items, rest: def.rest ?? undefined };
  if (options) return { ...common, kind: "first", parts: options };
  if (left && right) return { ...common, kind: "all", parts: [left, right] };
  // What it would replace is not sent: the receiver's own `catch` fills the gap.
  if (type === "catch" && inner) return { ...common, kind: "first", parts: [inner] };
  return { ...common, nullable: type === "nullable", inner: inner ? () => inner : def.getter };
}

function refusalOf({ type, values }: ZodDef, Class: unknown): string | undefined {
  let instead = Object.hasOwn(UNCARRIED, type) ? UNCARRIED[type] : undefined;
  let kind = type;
  if (type === "literal" && !values?.every(isCarried)) instead = "a literal of a string, a finite number or null";
  // Of classes JSON has these two, and no other comes back out of it.
  if (typeof Class === "function" && Class !== Object && Class !== Array) {
    kind = `class instance (${Class.name})`;
    instead = "z.object(), or z.codec(z.object(…), z.instanceof(…), …) to receive an instance";
  }
  return instead && `a ${kind}, which JSON cannot carry; use ${instead}`;
}

function rewrites({ check, normalize }: Check): boolean {
  return check === "overwrite" || normalize === true;
}
