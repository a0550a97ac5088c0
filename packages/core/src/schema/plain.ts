import type { StandardSchema } from "./standard-schema.ts";

/**
 * What a schema looks at, described so that a server can generate a check for it.
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
  | { readonly kind: "literal"; readonly values: ReadonlySet<Literal> }
  | { readonly kind: "nullable"; readonly of: Plain }
  | { readonly kind: "object"; readonly fields: readonly PlainField[] }
  /** One of several objects, told by the value of a key that no two of them share; see `variantOf`. */
  | { readonly kind: "variant"; readonly key: string; readonly options: readonly PlainOption[] }
  /** A part that does more than look at types, bounds and patterns: its own schema is asked. */
  | Opaque;

export interface Opaque {
  readonly kind: "opaque";
  readonly schema: StandardSchema;
}

export interface PlainOption {
  readonly values: ReadonlySet<Literal>;
  readonly of: Plain;
}

export type Literal = string | number | boolean | null;

/** Answers the checked value without undeclared keys; undefined where the schema itself has to look at it. */
export type FastCheck = (value: unknown) => unknown;

export interface Bound {
  readonly operator: ">=" | ">" | "<=" | "<";
  readonly value: number;
}

export interface PlainField {
  readonly key: string;
  readonly of: Plain;
  /** Left out of the output where the value has no such key. */
  readonly optional: boolean;
  /** Puts something in place of a missing value, as a default does: asked also where the value has no such key. */
  readonly filled?: boolean;
}

/** Objects that are told apart by the value of one key; undefined where that does not tell which. */
export function variantOf(key: string, objects: readonly Plain[]): Plain | undefined {
  const seen = new Set<Literal>();
  const options: PlainOption[] = [];
  for (const of of objects) {
    const field = of.kind === "object" ? of.fields.find((candidate) => candidate.key === key) : undefined;
    if (field?.of.kind !== "literal" || field.optional) return undefined;
    const { values } = field.of;
    for (const value of values) {
      if (seen.has(value)) return undefined;
      seen.add(value);
    }
    options.push({ values, of });
  }
  return { kind: "variant", key, options };
}

/** A value that is one of these, where JSON carries all of them. */
export function literalOf(values: Iterable<unknown>): Plain | undefined {
  const carried = new Set<Literal>();
  for (const value of values) {
    if (typeof value !== "string" && typeof value !== "boolean" && value !== null && !Number.isFinite(value))
      return undefined;
    carried.add(value as Literal);
  }
  return { kind: "literal", values: carried };
}

/** Whether a pattern answers the same for the same text each time: one that is global or sticky goes on where it stopped. */
export function isStateless(pattern: unknown): pattern is RegExp {
  return pattern instanceof RegExp && !pattern.global && !pattern.sticky;
}

/** Most parts of one description: what lies beyond is left to the schemas. */
const MAX_PARTS = 256;

/**
 * Describes a schema, part by part.
 *
 * @param describe Says what one schema is, asking `below` for what it holds; undefined for one that has to be asked itself.
 * @returns undefined where nothing can be said without the schema.
 */
export function describePlain<S extends StandardSchema>(
  root: S,
  describe: (schema: S, below: Below<S>) => Plain | undefined,
): Plain | undefined {
  const open = new Set<S>();
  let parts = 0;
  const visit = (schema: S): Plain => {
    // One that holds itself is described down to where it does so.
    if (open.has(schema) || ++parts > MAX_PARTS) return { kind: "opaque", schema };
    open.add(schema);
    const plain = describe(schema, visit) ?? { kind: "opaque", schema };
    open.delete(schema);
    return plain;
  };
  const plain = visit(root);
  return plain.kind === "opaque" ? undefined : plain;
}

/** Describes what a schema holds. */
export type Below<S> = (inner: S) => Plain;

/** Whether any part of it is a schema's own to check. */
export function hasOpaque(plain: Plain): boolean {
  if (plain.kind === "opaque") return true;
  if (plain.kind === "nullable" || plain.kind === "array") return hasOpaque(plain.of);
  if (plain.kind === "object") return plain.fields.some(({ of }) => hasOpaque(of));
  return plain.kind === "variant" && plain.options.some(({ of }) => hasOpaque(of));
}
