import { readFile } from "node:fs/promises";
import { join } from "node:path";
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

test.each(CHARTS)("$file has its room on the page before it is loaded", async (chart) => {
  const [, size = "none"] = /(width="\d+" height="\d+")/.exec(await readFile(fileOf(chart, "light"), "utf8")) ?? [];
  const page = await readFile(join(import.meta.dirname, "../performance.md"), "utf8");
  expect(page).toContain(`<img src="./charts/${chart.file}-light.svg" ${size} `);
  expect(await readFile(fileOf(chart, "dark"), "utf8")).toContain(size);
});

test("a table is the one under its heading, and ends where it ends", () => {
  const markdown = "### A\n\n| what | n |\n| - | - |\n| x | 1 |\n\ntext\n\n### B\n\n|   | n |\n| - | - |\n| y | 2 |\n";
  expect(rowsOf(markdown, "A")).toEqual([{ name: "x", n: "1" }]);
});

test("the front page has the figures of the tables", async () => {
  const [front, measured] = await Promise.all(
    ["index.md", "performance.md"].map((page) => readFile(join(import.meta.dirname, "..", page), "utf8")),
  );
  const ratio = (table: string): string | undefined =>
    rowsOf(String(measured), table).find(({ name }) => name === "ws-kit")?.["ratio"];
  expect(front).toContain(`an echo on Bun is ${ratio("Bun: echo")} of a hand-written`);
  expect(front).toContain(`a publish to 5,000 followers ${ratio("Bun: publish to 5,000")}.`);
});
