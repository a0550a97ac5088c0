import type { Comparison } from "./paired.ts";

/** The two directories. */
export interface Checkouts {
  readonly base: string;
  readonly head: string;
}

export interface Effort {
  /** How often everything begins again with fresh processes. */
  readonly processes: number;
  readonly rounds: number;
  /** From when on there are fewer rounds, on a machine that has other things to do. */
  readonly budgetMs: number;
}

/** A case that one of the two checkouts does not have. */
export interface Missing {
  readonly name: string;
  readonly side: "base" | "head";
}

/** One table. */
export interface Section {
  readonly title: string;
  readonly unit: "ns" | "µs";
  readonly rows: readonly Comparison[];
  readonly missing: readonly Missing[];
}
