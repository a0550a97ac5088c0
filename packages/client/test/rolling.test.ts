import { describe, expect, it } from "vitest";
import { roll } from "./rolling/run.ts";

/** The long form: `pnpm --filter @ws-kit/client rolling`. */
describe.each(["bun", "node"] as const)("a rolling restart of two processes on %s", (runtime) => {
  it("loses no call and reports none of what arrived as lost, over a line of 80 ms", async () => {
    const plan = { runtime, clients: 100, delayMs: 80, rounds: 1, everyMs: 200 };
    const { calls, answered, failed, notes, reported, missing, twice, reconnects } = await roll(plan);
    expect({ failed, reported, missing, twice }).toEqual({ failed: {}, reported: {}, missing: 0, twice: 0 });
    expect(answered).toBe(calls);
    expect(notes).toBeGreaterThan(100);
    // Everybody was on one of the two.
    expect(reconnects).toBeGreaterThanOrEqual(100);
  }, 90_000);
});
