/** Compiles only where both types are the same, not merely assignable. */
export function same<A, B>(..._same: Equal<A, B> extends true ? [] : ["these types differ", A, B]): void {}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- an unresolved T is what makes it exact
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

// @ts-expect-error -- it does tell types apart
same<string, number>();
// @ts-expect-error -- also where one takes in the other
same<{ a: string }, { a: string; b?: number }>();
