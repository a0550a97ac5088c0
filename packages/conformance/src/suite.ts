import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bed } from "./bed.ts";
import type { AdapterName } from "./capabilities.ts";
import { calls } from "./suite/calls.ts";
import { door } from "./suite/door.ts";
import { drain } from "./suite/drain.ts";
import { expiry } from "./suite/expiry.ts";
import { failures } from "./suite/failures.ts";
import { frames } from "./suite/frames.ts";
import { lifecycle } from "./suite/lifecycle.ts";
import { limits } from "./suite/limits.ts";
import { order } from "./suite/order.ts";
import { pressure } from "./suite/pressure.ts";
import { pulse } from "./suite/pulse.ts";
import { routing } from "./suite/routing.ts";
import { topics } from "./suite/topics.ts";
import { upgrade } from "./suite/upgrade.ts";
import type { Target } from "./target.ts";

/** Holds one adapter to the contract. `start` brings up a server with the fixture's endpoints. */
export function conformance(name: AdapterName, start: () => Promise<Target>): void {
  describe(`conformance of ${name}`, () => {
    const bed = new Bed(name);
    beforeAll(async () => {
      bed.target = await start();
    });
    afterAll(() => bed.target.stop());

    for (const part of [
      upgrade,
      door,
      lifecycle,
      order,
      frames,
      limits,
      failures,
      calls,
      topics,
      routing,
      pressure,
      pulse,
      expiry,
    ]) {
      part(bed);
    }
    // Last: what is drained takes no more connections.
    drain(bed);

    test("the process lives, and nothing was left unhandled", () => {
      expect(bed.target.alive()).toBe(true);
      expect(bed.target.logs()).not.toMatch(/unhandled|uncaught/i);
    });
  });
}
