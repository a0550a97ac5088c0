import { describe, expect, it } from "vitest";
import { stall, type Flood } from "../src/pressure/stalled.ts";

/** Few of them, and just below `maxBufferedBytes` when the last frame is sent: nothing later would find them. */
const BELOW = { peers: 20, frames: 3_000, burst: 2, until: 500_000 };

describe.concurrent.each(["bun", "node"] as const)("peers that do not read, on %s", (runtime) => {
  it.each(["publish", "send", "byId", "answers"] as const)(
    "are gone ten seconds after the last frame (%s)",
    async (how) => {
      const flood: Flood = how === "answers" ? { how, peers: 20, frames: 600, burst: 1 } : { how, ...BELOW };
      const { closed, goneAfterMs, received, sent } = await stall(runtime, flood);
      expect(goneAfterMs).toBeLessThanOrEqual(10_000);
      expect(closed).toEqual({ 1013: 20 });
      expect(received).toBe(sent);
    },
    60_000,
  );
});
