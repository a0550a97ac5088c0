import { type ChaosFindings, runChaos } from "@ws-kit/chaos";
import { startNats } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { expect, it } from "vitest";

/** By hand more: `ROUNDS=100 CLIENTS=1000 SEED=7 vitest run … nats/test/chaos`. */
const ROUNDS = Number(process.env["ROUNDS"] ?? 5);
const CLIENTS = Number(process.env["CLIENTS"] ?? 100);
const SEED = Number(process.env["SEED"] ?? Date.now() % 100_000);

withServer("nats", "three nodes and a NATS, of which any may die", (path) => {
  // oxlint-disable-next-line vitest/expect-expect -- holds() expects
  it.each(["node", "bun"])(
    `on %s (seed ${SEED}, ${ROUNDS} rounds, ${CLIENTS} clients)`,
    async (runtime) => {
      const engine = await startNats(path);
      try {
        const node = [runtime, `${import.meta.dirname}/chaos-node.ts`];
        holds(await runChaos({ seed: SEED, rounds: ROUNDS, clients: CLIENTS, engine, node }));
      } finally {
        await engine.stop();
      }
    },
    60_000 + ROUNDS * 20_000,
  );
});

function holds(found: ChaosFindings): void {
  const { rounds, published, received, restoredMs, ...rest } = found;
  console.log(JSON.stringify({ rounds, published, received, restoredMs }));
  expect(rest).toEqual({ twice: [], disordered: [], faults: [], unsettled: 0, repeatedReports: [] });
  expect(published).toBeGreaterThan(rounds.length);
}
