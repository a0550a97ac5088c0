import type { EngineServer } from "@ws-kit/conformance/engines/servers";
import { expect, it } from "vitest";
import { runChaos } from "./run.ts";

/** By hand more: `ROUNDS=100 CLIENTS=1000 SEED=7 vitest run … test/chaos`. */
const ROUNDS = Number(process.env["ROUNDS"] ?? 5);
const CLIENTS = Number(process.env["CLIENTS"] ?? 100);
const SEED = Number(process.env["SEED"] ?? Date.now() % 100_000);

/**
 * Runs one cluster to its end, and holds what its clients have against it.
 * @param node The command of a node.
 */
export function chaosTest(name: string, start: () => Promise<EngineServer>, node: readonly string[]): void {
  it(
    `${name} (seed ${SEED}, ${ROUNDS} rounds, ${CLIENTS} clients)`,
    async ({ annotate }) => {
      const engine = await start();
      try {
        const found = await runChaos({ seed: SEED, rounds: ROUNDS, clients: CLIENTS, engine, node });
        const { rounds, published, received, restoredMs, ...rest } = found;
        await annotate(JSON.stringify({ rounds, published, received, restoredMs }));
        expect(rest).toEqual({ twice: [], disordered: [], faults: [], unsettled: 0, repeatedReports: [] });
        expect(published).toBeGreaterThan(rounds.length);
      } finally {
        await engine.stop();
      }
    },
    60_000 + ROUNDS * 20_000,
  );
}
