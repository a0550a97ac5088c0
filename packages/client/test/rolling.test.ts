import { describe, expect, it } from "vitest";
import { roll } from "./rolling/run.ts";

/** The long form: `pnpm --filter @ws-kit/client rolling`. */
describe.each(["bun", "node"] as const)("a rolling restart of two processes on %s", (runtime) => {
  it("loses no call and reports none of what arrived as lost, over a line of 80 ms", async () => {
    const plan = { runtime, clients: 100, delayMs: 80, rounds: 1, everyMs: 200 };
    let outcome = await roll(plan);
    // A drain gives its clients a second: on a machine so busy that they stand still themselves, a loss says nothing.
    for (let again = 0; again < 3 && outcome.missing > 0 && outcome.stoodStillMs > 500; again++)
      outcome = await roll(plan);
    const { calls, answered, failed, notes, reported, missing, twice, reconnects } = outcome;
    // A dial may reach a process that has just begun to stop, which refuses it: the client says so and dials again.
    const { connect: _refused, ...wrong } = reported;
    expect({ failed, wrong, missing, twice }).toEqual({ failed: {}, wrong: {}, missing: 0, twice: 0 });
    expect(answered).toBe(calls);
    expect(notes).toBeGreaterThan(100);
    // Everybody was on one of the two.
    expect(reconnects).toBeGreaterThanOrEqual(100);
  }, 240_000);
});
