import { median, quantile } from "../stats.ts";

/** What runs beside each other: each side twice, so that every round also has a side against itself. */
export const SIDES = ["base", "head", "base", "head"] as const;

/** A figure of each of `SIDES`, from slices that followed each other. */
export type Round = readonly [base: number, head: number, baseAgain: number, headAgain: number];

export interface Comparison {
  readonly name: string;
  readonly base: number;
  readonly head: number;
  /** Head against base: median over the processes of the medians over their rounds. */
  readonly ratio: number;
  /** Base against itself: the same figure of each pair of its processes, ascending. */
  readonly self: readonly number[];
  /** What the ratio may differ from 1 by. */
  readonly allowance: number;
  readonly verdict: "within" | "slower" | "faster";
}

/** Smaller differences are never one. */
const ALLOWANCE = 0.02;

/**
 * For so many, the third quartile of what two processes of a side differ by is near three standard deviations of `ratio`,
 * which has both twice and is a median; for more of them, `ratio` is surer by the square root.
 */
export const USUAL_PROCESSES = 5;

/** @param passes The rounds of each four processes that ran beside each other. */
export function compare(name: string, passes: readonly (readonly Round[])[]): Comparison {
  const ratio = median(passes.map((rounds) => median(rounds.map(([a, b, c, d]) => Math.sqrt((b * d) / (a * c))))));
  const self = passes.map((rounds) => median(rounds.map(([a, , c]) => c / a))).toSorted((a, b) => a - b);
  // Not the largest: one odd process of five must not excuse everything.
  const spread = quantile(self.map(distance), 0.75) * Math.sqrt(USUAL_PROCESSES / self.length);
  const allowance = Math.max(ALLOWANCE, spread);
  const all = passes.flat();
  return {
    name,
    base: median(all.flatMap(([a, , c]) => [a, c])),
    head: median(all.flatMap(([, b, , d]) => [b, d])),
    ratio,
    self,
    allowance,
    verdict: distance(ratio) <= allowance ? "within" : ratio > 1 ? "slower" : "faster",
  };
}

/** How far from 1, the same for a ratio and its reciprocal. */
function distance(ratio: number): number {
  return Math.max(ratio, 1 / ratio) - 1;
}

/** Runs something for each of `SIDES` in turns, every other time backwards: nobody always follows the same neighbour. */
export async function inTurns<T>(
  running: readonly T[],
  round: number,
  measure: (each: T) => Promise<number>,
): Promise<Round> {
  const order = running.map((_, i) => i);
  const figures: number[] = [];
  for (const i of round % 2 === 0 ? order : order.toReversed()) figures[i] = await measure(running[i] as T);
  return figures as unknown as Round;
}
