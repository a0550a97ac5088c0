import type { Outcome } from "./facts.ts";

/** What counts how messages end: an `EndCounts`. */
export interface EndCounter {
  /** @internal */
  add(route: { readonly isRpc: boolean }, type: string, outcome: Outcome, code: string | undefined): void;
}
