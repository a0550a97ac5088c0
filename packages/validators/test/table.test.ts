import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PAGE, withTable } from "../src/table.ts";

/** Formatting pads the cells of a table. */
const unpadded = (text: string) => text.replaceAll(/ +\|/g, " |").replaceAll(/\| *-+ */g, "| --- ");

it("docs/validators.md has what the suite shows; `pnpm --filter @ws-kit/validators table` writes it", () => {
  const page = readFileSync(PAGE, "utf8");
  expect(unpadded(page)).toBe(unpadded(withTable(page)));
});
