/**
 * A schema that only looks at types, bounds and patterns, described so that a server can generate a check for it.
 * One-sided: a value that fits is accepted by the schema, with exactly the declared keys as its output; of a value that does not fit
 * only the schema itself can say whether and why it is refused.
 */
export type Plain =
  | {
      readonly kind: "string";
      readonly minLength?: number;
      readonly maxLength?: number;
      /** All of them must match; see `isStateless`. */
      readonly patterns?: readonly RegExp[];
    }
  | { readonly kind: "array"; readonly of: Plain; readonly minLength?: number; readonly maxLength?: number }
  | { readonly kind: "number"; readonly integer?: boolean; readonly bounds?: readonly Bound[] }
  | { readonly kind: "boolean" }
  | { readonly kind: "literal"; readonly values: readonly Literal[] }
  | { readonly kind: "nullable"; readonly of: Plain }
  | { readonly kind: "object"; readonly fields: readonly PlainField[] }
  /** One of several objects, told by the value of a key that no two of them share; see `variantOf`. */
  | { readonly kind: "variant"; readonly key: string; readonly options: readonly PlainOption[] };

export interface PlainOption {
  readonly values: readonly Literal[];
  readonly of: Plain;
}

type Literal = string | number | boolean | null;

/** Answers the checked value without undeclared keys; undefined where the schema itself has to look at it. */
export type FastCheck = (value: unknown) => unknown;

export interface Bound {
  readonly operator: ">=" | ">" | "<=" | "<";
  readonly value: number;
}

export interface PlainField {
  readonly key: string;
  /** Undefined where the schema itself has to look at any value: only for an optional field, of which most are left out. */
  readonly of: Plain | undefined;
  /** Left out of the output where the value has no such key. */
  readonly optional: boolean;
}

/** Objects that are told apart by the value of one key; undefined where that does not tell which. */
export function variantOf(key: string, objects: readonly Plain[]): Plain | undefined {
  const seen = new Set<Literal>();
  const options: PlainOption[] = [];
  for (const of of objects) {
    const field = of.kind === "object" ? of.fields.find((candidate) => candidate.key === key) : undefined;
    if (field?.of?.kind !== "literal" || field.optional) return undefined;
    const { values } = field.of;
    if (values.some((value) => seen.has(value))) return undefined;
    for (const value of values) seen.add(value);
    options.push({ values, of });
  }
  return { kind: "variant", key, options };
}

/** Whether a pattern answers the same for the same text each time: one that is global or sticky goes on where it stopped. */
export function isStateless(pattern: unknown): pattern is RegExp {
  return pattern instanceof RegExp && !pattern.global && !pattern.sticky;
}

/** Most parts of one description: a check longer than that is not worth generating. */
const MAX_PARTS = 256;

/**
 * Describes a schema, part by part.
 *
 * @param describe Says what one schema is, asking `below` for what it holds; undefined for what is not plain.
 * @returns undefined where any part is not plain, where the schema holds itself, or where it is very large.
 */
export function describePlain<S extends object>(
  root: S,
  describe: (schema: S, below: Below<S>) => Plain | undefined,
): Plain | undefined {
  const open = new Set<S>();
  let parts = 0;
  const visit = (schema: S): Plain => {
    if (open.has(schema) || ++parts > MAX_PARTS) throw NOT_PLAIN;
    open.add(schema);
    try {
      const plain = describe(schema, visit);
      if (plain === undefined) throw NOT_PLAIN;
      return plain;
    } finally {
      open.delete(schema);
    }
  };
  return unlessNotPlain(visit, root);
}

/** Describes what a schema holds; throws where that is not plain, which makes the whole not plain. */
export type Below<S> = (inner: S) => Plain;

/** Describes a field; one that may be left out need not be plain. */
export function fieldOf<S>(key: string, schema: S, optional: boolean, below: Below<S>): PlainField {
  return { key, optional, of: optional ? unlessNotPlain(below, schema) : below(schema) };
}

function unlessNotPlain<S>(below: Below<S>, schema: S): Plain | undefined {
  try {
    return below(schema);
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

const NOT_PLAIN: Error = /* @__PURE__ */ new Error("Not plain");
