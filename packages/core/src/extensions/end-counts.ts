import type { Outcome, Settled } from "../api/facts.ts";
import type { CompiledRoute } from "../state/route.ts";

/** How many messages of one type have ended in one way. */
export interface EndCount extends Pick<Settled, "type" | "kind" | "outcome" | "code"> {
  readonly count: number;
}

type Counted = { -readonly [K in keyof EndCount]: EndCount[K] };

/** What is told how each message ends. */
export interface Counting {
  add(route: CompiledRoute, type: string, outcome: Outcome, code: string | undefined): void;
}

/** Several that count the same. */
export class Several implements Counting {
  private readonly all: readonly Counting[];

  constructor(all: readonly Counting[]) {
    this.all = all;
  }

  add(route: CompiledRoute, type: string, outcome: Outcome, code: string | undefined): void {
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
export class EndCounts implements Counting {
  /** By route, which is found sooner than a type that was just parsed; its ways to end are few, and looked through. */
  private readonly counts = new Map<CompiledRoute, Counted[]>();

  /** @internal */
  add(route: CompiledRoute, type: string, outcome: Outcome, code: string | undefined): void {
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
