import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../packages/core/src/index.ts";
import { CLOSE, ERROR_CODES, isTerminalClose } from "../packages/core/src/shared.ts";

/** Rows of docs/protocol.md's tables: cells by their first cell. */
let rows: Map<string, string[]>;

beforeAll(async () => {
  const text = await readFile(join(import.meta.dirname, "../docs/protocol.md"), "utf8");
  const cells = [...text.matchAll(/^\| (.*) \|$/gm)].map(([, row = ""]) => row.split("|").map((cell) => cell.trim()));
  rows = new Map(cells.map(([first = "", ...rest]) => [first.replaceAll("`", ""), rest]));
});

test("the page has every error code, with its own default for retryable", () => {
  const documented = Object.keys(ERROR_CODES).map((code) => [code, rows.get(code)?.[0]]);
  expect(documented).toEqual(Object.entries(ERROR_CODES).map(([code, retryable]) => [code, retryable ? "yes" : "no"]));
});

test("the page has every limit, with its default", () => {
  const documented = Object.keys(DEFAULT_LIMITS).map((limit) => [limit, rows.get(limit)?.[0]?.replace(/ .*/, "")]);
  expect(documented).toEqual(
    Object.entries(DEFAULT_LIMITS).map(([limit, value]) => [limit, value.toLocaleString("en-US")]),
  );
});

test("the page has every close code, and says stop for the terminal ones", () => {
  const codes = Object.values(CLOSE);
  const stops = codes.filter((code) => rows.get(String(code))?.[1] === "stop");
  expect(codes.filter((code) => !rows.has(String(code)))).toEqual([]);
  expect(stops).toEqual(codes.filter(isTerminalClose));
});
