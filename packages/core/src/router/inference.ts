/** Names what connections of the outer router do not have, or have otherwise. */
interface DataLacks<Keys> {
  readonly lacks: Keys;
}

/** The keys of `Inner` that `Outer` does not have as it needs them. */
type Lacking<Outer, Inner> = {
  [K in keyof Inner]-?: K extends keyof Outer ? (Outer[K] extends Inner[K] ? never : K) : K;
}[keyof Inner];

/**
 * A router may be merged where its own data is part of what the outer one has; an untyped outer router has everything. The
 * methods take `Outer` as a parameter that is always `Data`: were it `Data` itself, TypeScript up to 5.9 would refuse a
 * router of some data where one of any is taken. One whose `authenticate` lets in nobody has no connection that lacks anything.
 */
export type Mergeable<Outer, Inner> = string extends keyof Outer
  ? unknown
  : [Outer] extends [Inner | Response | undefined | null | false]
    ? unknown
    : DataLacks<Lacking<Outer, Inner>>;
