import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { NodeSide } from "../ports/engine.ts";
import { Dialing, type Wire } from "./dialing.ts";

describe("dialling an engine", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** How often it was dialled within ten seconds, where each connection ends so many milliseconds after it was opened. */
  async function dials(lastsMs: number, end: "given up" | "lost"): Promise<number> {
    let count = 0;
    const node = { link() {} } as unknown as NodeSide;
    const dialing: Dialing<Wire> = new Dialing(async (lost) => {
      count++;
      setTimeout(() => (end === "lost" ? lost(new Error("ended")) : dialing.reconnect(new Error("NOPERM"))), lastsMs);
      return { destroy() {} };
    }, node);
    await vi.advanceTimersByTimeAsync(10_000);
    const closed = dialing.close();
    await vi.advanceTimersByTimeAsync(5_000);
    await closed;
    return count;
  }

  it("is done ever more rarely where what is open is given up at once", async () => {
    const count = await dials(1, "given up");
    expect(count).toBeGreaterThan(8);
    expect(count).toBeLessThan(30);
  });

  it("is done again soon where a connection was lost, however short it was, or given up when it had lasted", async () => {
    expect(await dials(100, "lost")).toBeGreaterThan(38);
    // The pauses are 150 milliseconds at most.
    expect(await dials(1_000, "given up")).toBeGreaterThanOrEqual(9);
  });
});
