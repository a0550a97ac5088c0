import { expect, it } from "vitest";
import { CASES } from "./fuzz.ts";
import { fuzzValibot } from "./valibot-fuzz.ts";

it("says of everything what valibot says, in both directions", { timeout: 3_600_000 }, async () => {
  expect(await fuzzValibot(CASES / 2)).toEqual([]);
});
