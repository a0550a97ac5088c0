import {
  holds,
  type JsonType,
  type Literal,
  type Opaque,
  type Plain,
  type PlainField,
  type PlainObject,
  type PlainOption,
} from "./plain.ts";
import type { StandardSchema } from "./standard-schema.ts";

// How a validator package describes its schemas.

/** Most parts of one description: what lies beyond is left to the schemas. */
const MAX_PARTS = 256;

/** Describes what a schema holds. */
export type Below<S> = (inner: S) => Plain;

/**
 * Describes a schema, part by part.
 *
 * @param describe Says what one schema is, asking `below` for what it holds; undefined for one that has to be asked itself.
 */
export function describePlain<S extends StandardSchema>(
  root: S,
  describe: (schema: S, below: Below<S>) => Plain | undefined,
): Plain {
  const open = new Set<S>();
  let parts = 0;
  const visit = (schema: S): Plain => {
    // One that holds itself is described down to where it does so.
    if (open.has(schema) || ++parts > MAX_PARTS) return { kind: "opaque", schema };
    open.add(schema);
    try {
      return describe(schema, visit) ?? { kind: "opaque", schema };
    } catch {
      // It refers to one that is not defined yet, or is wrong in itself: its own run will tell.
      return { kind: "opaque", schema };
    } finally {
      open.delete(schema);
    }
  };
  return visit(root);
}

/** An object of these fields; undefined where one of them can not be a key like others. */
export function objectOf(
  fields: readonly PlainField[],
  others?: PlainObject["others"],
  classless = false,
): PlainObject | undefined {
  // As a key of a literal it would set the prototype.
  if (fields.some(({ key }) => key === "__proto__")) return undefined;
  return { kind: "object", fields, others, classless };
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

const ALL: readonly JsonType[] = ["string", "number", "boolean", "null", "array", "object"];

/**
 * The first of these options that accepts a value, where the type of the value, or of an object one key, tells which that
 * can be.
 *
 * @param whole The part that is asked for types of which several options may accept a value.
 * @param exclusive Whether no other option may accept it.
 * @returns undefined where that has to be asked of the schema for every type.
 */
export function unionOf(options: readonly Plain[], whole: Opaque, exclusive = false): Plain | undefined {
  const told = new Map<JsonType, Plain>();
  for (const type of ALL) {
    const candidates = options.filter((option) => typesOf(option).includes(type));
    // A list in place of an object is almost always refused.
    if (candidates.length === 0 || (type === "array" && candidates.every(isKeyed))) continue;
    const [first = whole, ...others] = candidates;
    told.set(type, others.length === 0 ? first : exclusive ? whole : (oneOf(candidates) ?? tried(first, whole)));
  }
  return [...told.values()].every(({ kind }) => kind === "opaque") ? undefined : { kind: "union", options: told };
}

/** What fits the description, or else what its schema makes of it; the schema alone where it would be asked twice. */
export function tried(of: Plain, whole: Opaque): Plain {
  return holds(of, "opaque") ? whole : { kind: "tried", of, whole };
}

function isKeyed({ kind }: Plain): boolean {
  return kind === "object" || kind === "record" || kind === "variant";
}

/** What stands for all of them; undefined where only their schemas can tell. */
function oneOf(options: readonly Plain[]): Plain | undefined {
  const literals = options.filter((option) => option.kind === "literal");
  if (literals.length === options.length) return literalOf(literals.flatMap(({ values }) => [...values]));
  const [first] = options;
  if (first?.kind !== "object") return undefined;
  for (const { key } of first.fields) {
    const variant = variantOf(key, options);
    if (variant !== undefined) return variant;
  }
  return undefined;
}

/** The types of all values that the schema of a description may accept. */
function typesOf(plain: Plain): readonly JsonType[] {
  switch (plain.kind) {
    case "string":
    case "number":
    case "boolean":
      return [plain.kind];
    case "literal":
      return [...plain.values].map((value) => (value === null ? "null" : (typeof value as JsonType)));
    case "nullable":
      return ["null", ...typesOf(plain.of)];
    case "frozen":
      return typesOf(plain.of);
    case "array":
    case "tuple":
      return ["array"];
    // Validators take a list for an object, too.
    case "record":
    case "object":
    case "variant":
      return ["object", "array"];
    case "union":
      return plain.options.has("object") ? [...plain.options.keys(), "array"] : [...plain.options.keys()];
    case "any":
    case "default":
    case "tried":
    case "opaque":
      return ALL;
    default:
      return plain satisfies never;
  }
}
