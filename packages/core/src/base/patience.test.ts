import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../test/harness.ts";
import { Patience } from "./patience.ts";

describe("a wait", () => {
  it.each([1, 2, 5, 20, 33, 10_000])("of %s ms is as long as that", async (ms) => {
    const clock = new VirtualClock();
    const patience = new Patience(clock);
    let done = 0;
    patience.wait(ms, () => done++);
    await clock.advance(ms - 1);
    expect([done, patience.waiting]).toEqual([0, true]);
    await clock.advance(1);
    expect([done, patience.waiting]).toEqual([1, false]);
  });

  it("does not count time in which the loop stood still", async () => {
    const clock = new VirtualClock();
    const patience = new Patience(clock);
    let done = 0;
    patience.wait(1_000, () => done++);
    clock.freeze(5_000);
    await clock.advance(1);
    await clock.advance(900);
    expect(done).toBe(0);
    await clock.advance(100);
    expect(done).toBe(1);
  });

  it("ends all the same where the loop stands still again and again", async () => {
    const clock = new VirtualClock();
    const patience = new Patience(clock);
    patience.wait(1_000, () => {});
    for (let i = 0; i < 30 && patience.waiting; i++) {
      clock.freeze(1_000);
      await clock.advance(1);
    }
    expect(patience.waiting).toBe(false);
  });

  it("can be called off", async () => {
    const clock = new VirtualClock();
    const patience = new Patience(clock);
    patience.wait(10, () => expect.unreachable());
    patience.stop();
    await clock.advance(100);
    expect(clock.pending).toBe(0);
  });
});
