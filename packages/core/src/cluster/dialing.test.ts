import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { NodeSide } from "../ports/engine.ts";
import { Dialing } from "./dialing.ts";

describe("dialling an engine", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** How often it was dialled within ten seconds, where each connection is of no use after so many milliseconds. */
  async function dials(lastsMs: number): Promise<number> {
    let count = 0;
    const node = { link() {} } as unknown as NodeSide;
    const dialing = new Dialing(async (lost) => {
      count++;
      setTimeout(() => lost(new Error("NOPERM")), lastsMs);
      return { destroy() {} };
    }, node);
    await vi.advanceTimersByTimeAsync(10_000);
    const closed = dialing.close();
    await vi.advanceTimersByTimeAsync(5_000);
    await closed;
    return count;
  }

  it("is done ever more rarely where each connection is of no use as soon as it is open", async () => {
    const count = await dials(1);
    expect(count).toBeGreaterThan(8);
    expect(count).toBeLessThan(30);
  });

  it("is done again at once where one has lasted", async () => {
    expect(await dials(5_000)).toBe(2);
    const node = { link() {} } as unknown as NodeSide;
    let [count, loses] = [0, (_cause: Error): void => {}];
    const dialing = new Dialing(async (lost) => {
      count++;
      loses = lost;
      return { destroy() {} };
    }, node);
    for (let i = 0; i < 20; i++) {
      await vi.advanceTimersByTimeAsync(6_000);
      loses(new Error("killed"));
      await vi.advanceTimersByTimeAsync(150);
    }
    expect(count).toBe(21);
    const closed = dialing.close();
    await vi.advanceTimersByTimeAsync(1_000);
    await closed;
  });
});
