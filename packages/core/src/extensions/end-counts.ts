import type { EndCounter } from "../api/end-counter.ts";
import type { Outcome, Settled } from "../api/facts.ts";

/** How many messages of one type have ended in one way. */
export interface EndCount extends Pick<Settled, "type" | "kind" | "outcome" | "code"> {
  readonly count: number;
}

type Route = Parameters<EndCounter["add"]>[0];

type Counted = { -readonly [K in keyof EndCount]: EndCount[K] };

/** Several that count the same. */
export class Several implements EndCounter {
  private readonly all: readonly EndCounter[];

  constructor(all: readonly EndCounter[]) {
    this.all = all;
  }

  add(route: Route, type: string, outcome: Outcome, code: string | undefined): void {
    for (const each of this.all) each.add(route, type, outcome, code);
  }
}

/**
 * How often messages have ended in each way, for `listener.countEnds`: of one listener, or of several together. It is read by
 * iterating it.
 *
 * @example
 * const ends = new EndCounts();
 * router.extend({ name: "counts", setup: ({ countEnds }) => (countEnds(ends), {}) });
 * for (const { type, outcome, count } of ends) console.log(type, outcome, count);
 */
export class EndCounts implements EndCounter {
  /** By route, which is found sooner than a type that was just parsed; its ways to end are few, and looked through. */
  private readonly counts = new Map<Route, Counted[]>();

  /** @internal */
  add(route: Route, type: string, outcome: Outcome, code: string | undefined): void {
    const known = this.counts.get(route);
    if (known !== undefined) {
      for (let i = 0; i < known.length; i++) {
        const each = known[i] as Counted;
        if (each.outcome === outcome && each.code === code) return void each.count++;
      }
    }
    const first: Counted = { type, kind: route.isRpc ? "rpc" : "on", outcome, code, count: 1 };
    if (known === undefined) this.counts.set(route, [first]);
    else known.push(first);
  }

  /** Each way once: a type has another route when its router has changed. */
  *[Symbol.iterator](): Iterator<EndCount> {
    const all = new Map<string, Counted>();
    for (const each of [...this.counts.values()].flat()) {
      const key = JSON.stringify([each.type, each.kind, each.outcome, each.code]);
      const same = all.get(key);
      if (same === undefined) all.set(key, { ...each });
      else same.count += each.count;
    }
    yield* all.values();
  }
}
