import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { insist } from "./jetstream.ts";

describe("a question to JetStream", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Asks, and answers the question of this number: the others hear nothing, as of a server that does not lead. */
  function asked(heard: number, answer: () => string) {
    const asks: number[] = [];
    const timeouts: number[] = [];
    const answered = insist((timeoutMs) => {
      asks.push(Date.now());
      timeouts.push(timeoutMs);
      return new Promise<string>((resolve, reject) => {
        if (asks.length === heard)
          setTimeout(() => new Promise<string>((now) => now(answer())).then(resolve, reject), 5);
        else setTimeout(() => reject(new Error("timeout")), timeoutMs);
      });
    });
    answered.catch(() => {});
    return { asks, timeouts, answered };
  }

  it("is put once where it is answered", async () => {
    const { asks, answered } = asked(1, () => "yes");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answered).toBe("yes");
    expect(asks).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([2, 3, 4])("is put again where nobody answers it, and %i times until somebody does", async (heard) => {
    const { asks, answered } = asked(heard, () => "yes");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answered).toBe("yes");
    expect(asks.map((at) => at - (asks[0] ?? 0))).toEqual([0, 250, 750, 1_750].slice(0, heard));
  });

  it("fails where nobody answers any of them, three seconds after it was put first", async () => {
    const { asks, timeouts, answered } = asked(0, () => "yes");
    await vi.advanceTimersByTimeAsync(10_000);
    await expect(answered).rejects.toThrow("timeout");
    expect(asks.map((at, i) => at - (asks[0] ?? 0) + (timeouts[i] ?? 0))).toEqual([3_000, 3_000, 3_000, 3_000]);
  });

  it.each([3_600_000, -3_600_000])("waits as long where the clock is set by %i ms meanwhile", async (by) => {
    const { timeouts, answered } = asked(0, () => "yes");
    await vi.advanceTimersByTimeAsync(100);
    vi.setSystemTime(Date.now() + by);
    await vi.advanceTimersByTimeAsync(2_899);
    expect(timeouts).toEqual([3_000, 2_750, 2_250, 1_250]);
    await vi.advanceTimersByTimeAsync(2);
    await expect(answered).rejects.toThrow("timeout");
  });

  it("fails at once where it is refused", async () => {
    const { asks, answered } = asked(1, () => {
      throw new Error("no");
    });
    await vi.advanceTimersByTimeAsync(100);
    await expect(answered).rejects.toThrow("no");
    expect(asks).toHaveLength(1);
  });
});
