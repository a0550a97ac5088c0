// Whether a schema gives what it takes, as its type tells. Most do, and to see it in how they are written takes the compiler
// a part of comparing all that valibot infers for both sides.

interface Schema {
  readonly kind: "schema";
  readonly type: string;
}

/** How many levels down it looks: a schema may hold itself. */
type Levels = [1, 1, 1, 1];

/** `true` where it is certain that a schema, or each field of a shape, changes nothing. */
export type IsPlain<S> = [Changing<S extends Schema ? S : S[keyof S], Levels>] extends [never] ? true : false;

/** Those of `S` that may change what they get. */
type Changing<S, Left> = S extends { readonly pipe: unknown }
  ? Changed<S>
  : S extends Schema
    ? Looked<S["type"], S, Left>
    : S;

type Looked<Type, S, Left> = Type extends keyof Holders
  ? Left extends [1, ...infer Below]
    ? Changing<Held<S, Holders[Type]>, Below>
    : S
  : Changed<S>;

/** Schemas that leave what they hold as it is, and where they hold it. */
interface Holders {
  object: "entries";
  array: "item";
  optional: "wrapped";
  nullable: "wrapped";
}

/** Something that stands in for what is missing is a change. */
type Held<S, K> = S extends { readonly default: {} | null }
  ? unknown
  : K extends keyof S
    ? K extends "entries"
      ? S[K][keyof S[K]]
      : S[K]
    : unknown;

type Changed<S> = S extends { readonly "~types"?: { readonly input: infer In; readonly output: infer Out } | undefined }
  ? Same<In, Out> extends true
    ? never
    : S
  : S;

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- an unresolved type is what makes it exact
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
