import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { CHARTS, draw, fileOf, rowsOf, THEMES } from "../scripts/charts.ts";

describe.each(CHARTS)("$file", (chart) => {
  test.each(Object.keys(THEMES) as (keyof typeof THEMES)[])(
    "is drawn of the table as it stands, %s (node docs/scripts/charts.ts)",
    async (theme) => {
      expect(await draw(chart, theme)).toBe(await readFile(fileOf(chart, theme), "utf8"));
    },
  );
});

test("a table is the one under its heading, and ends where it ends", () => {
  const markdown = "### A\n\n|   | n |\n| - | - |\n| x | 1 |\n\ntext\n\n### B\n\n|   | n |\n| - | - |\n| y | 2 |\n";
  expect(rowsOf(markdown, "A")).toEqual([{ name: "x", n: "1" }]);
});
