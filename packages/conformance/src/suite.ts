import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bed } from "./bed.ts";
import type { AdapterName } from "./capabilities.ts";
import { JSON_DIALECT, type Dialect } from "./codec.ts";
import { asking } from "./suite/asking.ts";
import { calls } from "./suite/calls.ts";
import { codecs } from "./suite/codecs.ts";
import { door } from "./suite/door.ts";
import { drain } from "./suite/drain.ts";
import { expiry } from "./suite/expiry.ts";
import { failures } from "./suite/failures.ts";
import { frames } from "./suite/frames.ts";
import { handshakes } from "./suite/handshakes.ts";
import { lifecycle } from "./suite/lifecycle.ts";
import { limits } from "./suite/limits.ts";
import { order } from "./suite/order.ts";
import { own } from "./suite/own.ts";
import { pressure } from "./suite/pressure.ts";
import { pulse } from "./suite/pulse.ts";
import { resuming } from "./suite/resuming.ts";
import { routing } from "./suite/routing.ts";
import { streams } from "./suite/streams.ts";
import { topics } from "./suite/topics.ts";
import { upgrade } from "./suite/upgrade.ts";
import type { Target } from "./target.ts";

/** What an upgrade request brings with it; whatever is spoken afterwards, it is the same. */
const BEFORE_FRAMES = [upgrade, own, door, handshakes, resuming];

const WITH_FRAMES = [
  codecs,
  lifecycle,
  order,
  frames,
  limits,
  failures,
  calls,
  asking,
  streams,
  topics,
  routing,
  pressure,
  pulse,
  expiry,
];

/**
 * Holds one adapter to the contract. `start` brings up a server with the fixture's endpoints.
 * @param dialect Of the codec that they have. With another one than JSON, what comes before any frame is left out.
 */
export function conformance(name: AdapterName, start: () => Promise<Target>, dialect: Dialect = JSON_DIALECT): void {
  const isJson = dialect === JSON_DIALECT;
  describe(`conformance of ${name}${isJson ? "" : ` in ${dialect.name}`}`, () => {
    const bed = new Bed(name, dialect);
    beforeAll(async () => {
      bed.target = await start();
    });
    afterAll(() => bed.target.stop());

    for (const part of [...(isJson ? BEFORE_FRAMES : []), ...WITH_FRAMES]) part(bed);
    // Last: what is drained takes no more connections.
    drain(bed);

    test("the process lives, and nothing was left unhandled", () => {
      expect(bed.target.alive()).toBe(true);
      expect(bed.target.logs()).not.toMatch(/unhandled|uncaught/i);
    });
  });
}
