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

type All<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : unknown;

declare const REFINES: unique symbol;

/** A surface whose methods say more of what other parts have as well: their types are looked at first. */
export interface Refines<Surface> {
  readonly [REFINES]: Surface;
}

type SurfacesOf<Q> = Q extends ClientPart<infer Surface> ? Surface : never;

/** What a client gets by these parts. */
export type SurfaceOf<P extends readonly ClientPart[]> = P extends readonly []
  ? unknown
  : All<SurfacesOf<P[number]> extends infer S ? (S extends Refines<infer Surface> ? Surface : never) : never> &
      All<SurfacesOf<P[number]> extends infer S ? (S extends Refines<unknown> ? never : S) : never>;

/** What `wsClient` takes for these parts. */
export type OptionsOf<P extends readonly ClientPart[]> = P extends readonly []
  ? unknown
  : All<P[number] extends infer Q ? (Q extends ClientPart<unknown, infer Options> ? Options : never) : never>;
