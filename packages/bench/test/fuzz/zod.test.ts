import { expect, it } from "vitest";
import { CASES } from "./fuzz.ts";
import { fuzzZod } from "./zod-fuzz.ts";

it("says of everything what zod says, in both directions", { timeout: 3_600_000 }, async () => {
  expect(await fuzzZod(CASES / 2)).toEqual([]);
});
