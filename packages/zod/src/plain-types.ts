// Whether a schema gives what it takes, as its type tells. Most do, and to see it in how they are written takes the compiler
// a tenth of comparing all that zod infers for both sides.

interface Schema {
  readonly _zod: { readonly def: { readonly type: string } };
}

/** How many levels down it looks: a schema may hold itself. */
type Levels = [1, 1, 1, 1];

/** `true` where it is certain that a schema, or each field of a shape, changes nothing. */
export type IsPlain<S> = [Changing<S extends Schema ? S : S[keyof S], Levels>] extends [never] ? true : false;

/** Those of `S` that may change what they get. */
type Changing<S, Left> = S extends Schema ? Looked<S["_zod"]["def"]["type"], S["_zod"], Left> : S;

type Looked<Type, Zod extends Schema["_zod"], Left> = Type extends "object" | keyof Holders
  ? Left extends [1, ...infer Below]
    ? Changing<Type extends keyof Holders ? Held<Zod["def"], Holders[Type]> : Fields<Zod>, Below>
    : Zod
  : Changed<Zod>;

/** Schemas that leave what they hold as it is, and where they hold it. */
interface Holders {
  array: "element";
  optional: "innerType";
  nullable: "innerType";
}

type Held<Def, K> = K extends keyof Def ? Def[K] : unknown;

/** Of an object; other keys than those of its shape are judged by its configuration. */
type Fields<Zod> = Zod extends {
  readonly config: { readonly in: infer In; readonly out: infer Out };
  readonly def: { readonly shape: infer Shape };
}
  ? Same<In, Out> extends true
    ? Shape[keyof Shape]
    : unknown
  : unknown;

type Changed<Zod> = Zod extends { readonly input: infer In; readonly output: infer Out }
  ? Same<[In, MayLack<Zod, "optin">], [Out, MayLack<Zod, "optout">]> extends true
    ? never
    : Zod
  : Zod;

/** Whether it makes a key optional on one side. */
type MayLack<Zod, Side extends string> = Zod extends { readonly [K in Side]: string } ? true : false;

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- an unresolved type is what makes it exact
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
