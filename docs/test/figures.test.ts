import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { markdownOf } from "../../packages/bench/src/results.ts";
import { filesOf, readRun, withTable } from "../scripts/figures.ts";

const root = join(import.meta.dirname, "../..");

/** Tables of docs/performance.md that other commands print, which stand beside them. */
const OTHERS = ["What real programs do", "Growth"];

const files = await filesOf(readRun());

test.each([...files.keys()])("%s is as the run has it (pnpm --filter @ws-kit/docs figures)", async (file) => {
  expect(await readFile(join(root, file), "utf8")).toBe(files.get(file));
});

test("every table of figures is one of the run, or of another command that is named", () => {
  const [, figures = ""] = files.get("docs/performance.md")?.split(/^## Figures$|^## What you give up/m) ?? [];
  const titles = [...figures.matchAll(/^### (.*)$/gm)].map(([, title]) => title);
  expect(titles).toEqual([...readRun().tables.map(({ title }) => title), ...OTHERS]);
});

test("a table is laid out as the formatter does it, figures to the right", () => {
  const table = {
    title: "A",
    columns: ["what", "n"],
    rows: [
      ["x", "1,000"],
      ["longer", "2"],
    ],
  };
  expect(markdownOf(table).split("\n")).toEqual([
    "| what   |     n |",
    "| ------ | ----: |",
    "| x      | 1,000 |",
    "| longer |     2 |",
  ]);
});

test("a table takes the place of the one under its heading, and of no other", () => {
  const page = "# P\n\n### A\n\ntext\n\n| old |\n| --- |\n| 1 |\n\nmore\n\n### B\n\n| b |\n| --- |\n| 2 |\n";
  const table = { title: "A", columns: ["new"], rows: [["x"]] };
  expect(withTable(page, table)).toBe(page.replace("| old |\n| --- |\n| 1 |", "| new |\n| --- |\n| x   |"));
  expect(() => withTable("\n### A\n\n### B\n\n| b |\n| --- |\n", table)).toThrow('no table under "### A"');
});
