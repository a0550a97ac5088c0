import { afterAll, beforeAll, expect, it } from "vitest";
import { emitDeclarations, type Declarations } from "../src/declarations.ts";
import { measureTypes } from "../src/type-cost.ts";

/** Most instantiations of 500 messages that are handled and sent. */
const CEILING = 480_000;

let declarations: Declarations;
beforeAll(async () => {
  declarations = await emitDeclarations();
}, 120_000);
afterAll(() => declarations[Symbol.asyncDispose]());

it.each(["zod", "valibot"] as const)(
  "types of %s messages cost the same for each, however many",
  async (library) => {
    const counts = [0, 50, 200, 500];
    const costs = await Promise.all(counts.map((count) => measureTypes(declarations, library, "handled", count)));
    const [none = 0, ...some] = costs.map(({ instantiations }) => instantiations);
    const each = some.map((instantiations, index) => (instantiations - none) / (counts[index + 1] as number));
    expect(each[0]).toBeGreaterThan(100);
    // Something that grows with the square would be ten times as much at ten times the messages.
    for (const other of each.slice(1)) expect(other).toBeLessThanOrEqual((each[0] as number) * 1.05);
    expect(some.at(-1)).toBeLessThanOrEqual(CEILING);
  },
  120_000,
);
