import type { StandardSchema } from "./standard-schema.ts";

/**
 * What a schema looks at, described so that a server can make a check of its own for it.
 * One-sided: a value that fits is accepted by the schema, with the described output; of a value that does not fit only the
 * schema itself can say whether and why it is refused.
 */
export type Plain =
  | PlainText
  | PlainNumber
  | { readonly kind: "boolean" }
  /** Takes everything, and gives it as it is. */
  | { readonly kind: "any" }
  | { readonly kind: "literal"; readonly values: ReadonlySet<Literal> }
  | { readonly kind: "nullable"; readonly of: Plain }
  /** Its output is frozen. */
  | { readonly kind: "frozen"; readonly of: Plain }
  | PlainDefault
  | { readonly kind: "array"; readonly of: Plain; readonly minLength?: number; readonly maxLength?: number }
  /** One of each; further ones where there is a `rest`. */
  | { readonly kind: "tuple"; readonly items: readonly Plain[]; readonly rest?: Plain | undefined }
  /** Any number of keys, of a plain object. `keys` gives what it gets. */
  | { readonly kind: "record"; readonly keys: Plain; readonly values: Plain }
  | PlainObject
  /** One of several objects, told by the value of a key that no two of them share; see `variantOf`. */
  | { readonly kind: "variant"; readonly key: string; readonly options: readonly PlainOption[] }
  /** Told by the type of the value; see `unionOf`. */
  | { readonly kind: "union"; readonly options: ReadonlyMap<JsonType, Plain> }
  /** What fits `of` is that; of all else its schema is asked. */
  | { readonly kind: "tried"; readonly of: Plain; readonly whole: Opaque }
  /** A part that does more than what is described here: its own schema is asked. */
  | Opaque;

export interface PlainText {
  readonly kind: "string";
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Counts code points where there may be more UTF-16 units: what is in doubt is for the schema to judge. */
  readonly codePoints?: boolean;
  /** All of them must match; see `isStateless`. */
  readonly patterns?: readonly RegExp[];
  readonly contains?: readonly Containment[];
}

/** What a text has to hold, and where. */
export interface Containment {
  readonly where: "startsWith" | "endsWith" | "includes";
  readonly value: string;
}

export interface PlainNumber {
  readonly kind: "number";
  readonly integer?: boolean;
  readonly bounds?: readonly Bound[];
  /** Whole numbers, of which the value has to be a multiple. */
  readonly multiplesOf?: readonly number[];
}

/** What is put in place of a missing value. */
export interface PlainDefault {
  readonly kind: "default";
  readonly of: Plain;
  /** Makes the value, anew each time. */
  readonly make: () => unknown;
  /** Whether the value has to fit as well. */
  readonly checked: boolean;
}

export interface PlainObject {
  readonly kind: "object";
  readonly fields: readonly PlainField[];
  /** What becomes of keys without a field: left out unless said otherwise. */
  readonly others?: "refused" | Plain | undefined;
  /** Takes no instance of a class. */
  readonly classless?: boolean | undefined;
}

export interface Opaque {
  readonly kind: "opaque";
  readonly schema: StandardSchema;
}

export interface PlainOption {
  readonly values: ReadonlySet<Literal>;
  readonly of: Plain;
}

export type Literal = string | number | boolean | null;

export type JsonType = "string" | "number" | "boolean" | "null" | "array" | "object";

/** Answers the checked value without undeclared keys; undefined where the schema itself has to look at it. */
export type FastCheck = (value: unknown) => unknown;

/** Which way a value goes: to the handler, or to the wire. */
export type Direction = "in" | "out";

/** What a check answers for a value that does not fit. */
export const MISFIT: unique symbol = Symbol("misfit");

/** Answers the output of one part, or `MISFIT`. */
export type PartCheck = (value: unknown) => unknown;

/** What a check has to ask of others. */
export interface Parts {
  readonly direction: Direction;
  /** The check of an opaque part. */
  ask(part: Opaque): PartCheck;
  /** Is told of outgoing values that are sent as they were given. */
  readonly pass: (value: unknown) => void;
}

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

/** Whether a pattern answers the same for the same text each time: one that is global or sticky goes on where it stopped. */
export function isStateless(pattern: unknown): pattern is RegExp {
  return pattern instanceof RegExp && !pattern.global && !pattern.sticky;
}

/** Whether it may take a missing value, or give one. */
export function mayBeMissing(plain: Plain): boolean {
  // oxlint-disable-next-line switch-exhaustiveness-check -- the others have to be there
  switch (plain.kind) {
    case "opaque":
    case "any":
    case "default":
    case "tried":
      return true;
    case "nullable":
    case "frozen":
      return mayBeMissing(plain.of);
    case "union":
      return [...plain.options.values()].some(mayBeMissing);
    default:
      return false;
  }
}

/** What it holds. */
export function partsOf(plain: Plain): readonly Plain[] {
  // oxlint-disable-next-line switch-exhaustiveness-check -- the others hold nothing
  switch (plain.kind) {
    case "nullable":
    case "frozen":
    case "default":
    case "array":
      return [plain.of];
    case "tried":
      return [plain.of, plain.whole];
    case "tuple":
      return plain.rest ? [...plain.items, plain.rest] : plain.items;
    case "record":
      return [plain.keys, plain.values];
    case "object":
      return [...plain.fields.map(({ of }) => of), ...(typeof plain.others === "object" ? [plain.others] : [])];
    case "variant":
      return plain.options.map(({ of }) => of);
    case "union":
      return [...plain.options.values()];
    default:
      return [];
  }
}

/** Whether any part of it is of this kind. */
export function holds(plain: Plain, kind: Plain["kind"]): boolean {
  return plain.kind === kind || partsOf(plain).some((part) => holds(part, kind));
}
