import { checkDecisions, type Decides } from "./decisions.ts";
import type { AnyTopic } from "../message/topic.ts";

/** What is looked at of each of the two. */
interface Merging extends Decides {
  /** The router, and all that are merged into it. */
  family(): Iterable<unknown>;
  /** The router, and all that it is merged into. */
  around(): Iterable<Merging>;
  readonly served: boolean;
  /** Some listener asks nobody who may connect. */
  readonly open: boolean;
  /** Of the whole family. */
  readonly families: readonly AnyTopic[];
  /** Whether one of the family says who may connect. */
  readonly authenticates: boolean;
}

/**
 * Whether a router can be merged into another.
 * @throws TypeError for an `onConflict` that does not exist; Error for one that is in itself, and for one that says what would
 *   decide nothing, or not be known, since the other is served already.
 */
export function checkMerge(router: Merging, merged: Merging, onConflict: string): void {
  if (!["throw", "replace", "skip"].includes(onConflict)) {
    throw new TypeError(`onConflict is "throw", "replace" or "skip", not ${JSON.stringify(onConflict)}`);
  }
  if ([...merged.family()].includes(router)) throw new Error("A router cannot be merged into itself");
  checkDecisions(router, merged);
  for (const around of router.around()) if (around.served) checkLate(around, merged);
}

/** What a listener has read when it was made it does not read again. */
function checkLate({ open, families }: Merging, merged: Merging): void {
  if (open && merged.authenticates) {
    throw new Error("authenticate comes too late: the router is served already, and lets everybody in");
  }
  const unknown = merged.families.find((one) => !families.includes(one));
  if (unknown === undefined) return;
  throw new Error(`${unknown.pattern} comes too late: a router that is served knows its topics`);
}
