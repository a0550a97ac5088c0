import type { Keywords, Schema } from "./schema.ts";

/** One difference of two schemas. */
export interface Shift {
  readonly path: string;
  /** What follows the path in a sentence. */
  readonly text: string;
  /** Whoever writes by the old schema may write what the new one refuses. */
  readonly narrows: boolean;
  /** Whoever writes by the new schema may write what the old one refuses. */
  readonly widens: boolean;
}

/** Two schemas, and what is known of them besides. */
export interface Pair<S extends Schema = Schema> {
  readonly old: S;
  readonly now: S;
  /** The documents in which their references lead somewhere. */
  readonly roots: readonly [old: Schema, now: Schema];
  /** What is being compared around them: a schema that holds itself meets itself again. */
  readonly seen: ReadonlySet<string>;
  /** Compares what they hold. */
  readonly compare: (pair: Pair, path: string) => Shift[];
}

/** Two schemas that are no unions. */
export type BranchPair = Pair<Keywords>;
