import type { SchemaView, StandardSchema } from "@ws-kit/core/protocol";

/** As much of a zod schema as is read here; the same in classic, mini and every copy of zod 4. */
export interface ZodNode extends StandardSchema {
  readonly _zod: { readonly def: ZodDef };
}

interface ZodDef extends Check {
  readonly type: string;
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
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

interface Check {
  readonly check?: string;
  /** Formats that may also rewrite what they accept, as `z.url({ normalize: true })` does. */
  readonly normalize?: boolean;
}

/** Types whose values JSON has no form for, with what to use instead. */
export const UNCARRIED: Readonly<Record<string, string>> = {
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

/** What is to be known of a schema to tell how it travels. */
export function view({ _zod: { def } }: ZodNode): SchemaView<ZodNode> {
  // Coercion takes anything, so the wire side is whatever the sender has.
  if (def.coerce) return { type: "coerced", transforms: true };
  const { type, element, keyType, valueType, catchall, left, right } = def;
  const caught = type === "catch" ? def.innerType : undefined;
  return {
    type: type === "literal" && def.values?.some((value) => typeof value === "bigint") ? "bigint" : type,
    transforms: !CHECKS.has(type) || rewrites(def) || def.checks?.some((check) => rewrites(check._zod.def)),
    fields: valueType ? {} : def.shape,
    keys: keyType,
    items: element ? [] : def.items,
    rest: element ?? valueType ?? def.rest ?? (catchall?._zod.def.type === "never" ? undefined : catchall),
    options: caught ? [caught] : def.options,
    sides: left && right && [left, right],
    inner: caught ? undefined : (def.innerType ?? def.in),
    later: def.getter,
  };
}

function rewrites({ check, normalize }: Check): boolean {
  return check === "overwrite" || normalize === true;
}
