import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const page = readFileSync(join(ROOT, "docs/what-survives.md"), "utf8");

/** The rows of the table between two marks, without its head. */
function rows(mark: string): string[][] {
  const [, table = ""] = new RegExp(`<!-- ${mark} -->([^]*)<!-- /${mark} -->`).exec(page) ?? [];
  const lines = table.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test("every cell of the matrix says something", () => {
  const matrix = rows("matrix");
  expect(matrix.length).toBeGreaterThanOrEqual(5);
  expect(matrix.flat().filter((cell) => cell === "")).toEqual([]);
  expect(new Set(matrix.map((row) => row.length))).toEqual(new Set([8]));
});

test.each(rows("held"))("%s: there is the test that holds it", (_, file = "", name = "") => {
  const path = join(ROOT, file.replaceAll("`", ""));
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, "utf8")).toContain(name.replaceAll("\\", ""));
});
