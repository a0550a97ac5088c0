import type { EngineServer } from "@ws-kit/conformance/engines/servers";
import { expect, it } from "vitest";
import { runRecordedChaos } from "./recorded-run.ts";

/** By hand more: `ROUNDS=100 CLIENTS=300 SEED=7 vitest run … test/recorded-chaos -t "on node, by ioredis"`. */
const ROUNDS = Number(process.env["ROUNDS"] ?? 3);
const CLIENTS = Number(process.env["CLIENTS"] ?? 60);
const SEED = Number(process.env["SEED"] ?? Date.now() % 100_000);

export interface RecordedCluster {
  readonly start: () => Promise<EngineServer>;
  /** The command of a node. */
  readonly node: readonly string[];
  readonly isDense: boolean;
  /** What it has after a failure: everything, nothing, or now and then what it had a while ago. */
  readonly keeps: "everything" | "nothing" | "an older state";
}

/** Runs one cluster to its end, and holds what its clients have of recorded topics against it. */
export function recordedChaosTest(name: string, { start, node, isDense, keeps }: RecordedCluster): void {
  it(
    `${name} (seed ${SEED}, ${ROUNDS} rounds, ${CLIENTS} clients)`,
    async ({ annotate }) => {
      const engine = await start();
      const restores = keeps === "an older state";
      try {
        const options = { seed: SEED, rounds: ROUNDS, clients: CLIENTS, engine, node, isDense, restores };
        const found = await runRecordedChaos(options);
        const { rounds, recorded, duplicates, received, gaps, reasons, ...rest } = found;
        const slowest = Math.max(...rounds.map(({ restoredMs }) => restoredMs));
        await annotate(JSON.stringify({ recorded, duplicates, received, gaps, reasons, slowest, rounds }));
        expect(rest).toEqual({ wrong: [], missing: [], faults: [], unsettled: 0 });
        expect(recorded).toBeGreaterThan(ROUNDS * 60);
        expect(keeps === "everything" ? gaps : 0).toBe(0);
      } finally {
        await engine.stop();
      }
    },
    60_000 + ROUNDS * 20_000,
  );
}
