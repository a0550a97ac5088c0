import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CAPABILITIES, type AdapterName } from "../src/capabilities.ts";
import { capabilityTable, linesOf } from "../src/table.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/adapters.md"), "utf8");

/** A table's cells, however it is aligned. */
function cells(table: string): string[][] {
  return table.split("\n").map((line) =>
    line
      .split("|")
      .map((cell) => cell.trim())
      .filter((cell) => !/^:?-*:?$/.test(cell)),
  );
}

test("the page has the table that the adapters declare", () => {
  const [, table = ""] = /<!-- capabilities -->\n\n([^]*?)\n\n<!-- \/capabilities -->/.exec(page) ?? [];
  expect(cells(table)).toEqual(cells(capabilityTable()));
});

test.for(Object.keys(CAPABILITIES) as AdapterName[])("the page says how many lines %s has", (name) => {
  const [, said = "0"] = new RegExp(`\`packages/${name}\`[^|]*\\|[^|]*?(\\d+)`).exec(page) ?? [];
  const lines = linesOf(name);
  expect(Number(said), `${name} has ${lines}`).toBeGreaterThan(lines * 0.85);
  expect(Number(said), `${name} has ${lines}`).toBeLessThan(lines * 1.15);
});
