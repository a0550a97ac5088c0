import type { EngineServer } from "@ws-kit/conformance/engines/servers";
import { expect, it } from "vitest";
import type { Fault } from "./faults.ts";
import { runChaos } from "./run.ts";

/** By hand more: `ROUNDS=100 CLIENTS=1000 SEED=7 vitest run … test/chaos -t "on node, by ioredis"`. */
const ROUNDS = Number(process.env["ROUNDS"] ?? 5);
const CLIENTS = Number(process.env["CLIENTS"] ?? 200);
const SEED = Number(process.env["SEED"] ?? Date.now() % 100_000);
/** A node that served more than another one, or longer, keeps that much more than it had at its start. */
const SPARE_RSS = { factor: 1.5, mb: 64 } as const;

/** From the engine's return to all links up. A stall that ends in nothing is found by a probe, which takes a second more. */
const LINK_MS: Partial<Record<Fault, number>> = {
  engine: 2_000,
  both: 2_000,
  reset: 2_000,
  "stop engine": 2_000,
  "half-open": 3_000,
};

export interface ChaosCluster {
  readonly start: () => Promise<EngineServer>;
  /** How many subscriptions it has. */
  readonly subscriptions: (engine: EngineServer) => Promise<number>;
  /** The command of a node. */
  readonly node: readonly string[];
}

/** Runs one cluster to its end, and holds what its clients have against it. */
export function chaosTest(name: string, { start, subscriptions, node }: ChaosCluster): void {
  it(
    `${name} (seed ${SEED}, ${ROUNDS} rounds, ${CLIENTS} clients)`,
    async ({ annotate }) => {
      const engine = await start();
      try {
        const found = await runChaos({ seed: SEED, rounds: ROUNDS, clients: CLIENTS, engine, subscriptions, node });
        const { rounds, published, received, again, before, after, busyRssMb, ...rest } = found;
        await annotate(JSON.stringify({ rounds, published, received, again, before, after, busyRssMb }));
        expect(rest).toEqual({ twice: [], disordered: [], faults: [], unsettled: 0, repeatedReports: [] });
        expect(published).toBeGreaterThan(rounds.length);
        expect(after.subscriptions).toBe(before.subscriptions);
        expect(after.nodes).toMatchObject(before.nodes.map(() => ({ topics: 0, connections: 0 })));
        const most = Math.max(...busyRssMb[0]) * SPARE_RSS.factor + SPARE_RSS.mb;
        for (const rssMb of busyRssMb[1]) expect(rssMb).toBeLessThan(most);
        expect(rounds.filter(({ fault, linkMs }) => linkMs > (LINK_MS[fault] ?? Infinity))).toEqual([]);
      } finally {
        await engine.stop();
      }
    },
    60_000 + ROUNDS * 20_000,
  );
}
