/**
 * Something that a client can do, which a page adds by `use` and pays for by importing it.
 *
 * @typeParam Surface What the client gets.
 * @typeParam Options What `wsClient` takes for it.
 */
export interface ClientPart<Surface = unknown, Options = unknown> {
  /** What errors call it. */
  readonly part: string;
  /** For types alone: there is no such member. */
  readonly adds?: { readonly surface: Surface; readonly options: Options };
}

declare const REFINES: unique symbol;

/** A surface whose methods say more of what other parts have as well: their types are looked at first. */
export interface Refines<Surface> {
  readonly [REFINES]: Surface;
}

// A function for each part, and not what it adds: with one that adds nothing (`unknown`), a union of these is `unknown` itself.
type Refining<Q> =
  Q extends ClientPart<infer S> ? (S extends Refines<infer Surface> ? (whole: Surface) => void : never) : never;
type Adding<Q> = Q extends ClientPart<infer S> ? (S extends Refines<unknown> ? never : (whole: S) => void) : never;
type Taking<Q> = Q extends ClientPart<unknown, infer Options> ? (whole: Options) => void : never;

/** What all of these functions take. */
type Met<F> = [F] extends [never] ? unknown : [F] extends [(whole: infer I) => void] ? I : unknown;

/** What these parts say more of. */
export type RefinedBy<P extends readonly ClientPart[]> = Met<Refining<P[number]>>;

/** What a client gets by these parts. */
export type SurfaceOf<P extends readonly ClientPart[]> = P extends readonly []
  ? unknown
  : RefinedBy<P> & Met<Adding<P[number]>>;

/** What `wsClient` takes for these parts. */
export type OptionsOf<P extends readonly ClientPart[]> = P extends readonly [] ? unknown : Met<Taking<P[number]>>;
