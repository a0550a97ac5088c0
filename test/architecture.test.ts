import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { CORE_ROOMS, roomsTable } from "./core-rooms.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(root + path, "utf8");
const cells = (table: string): string[][] =>
  table
    .trim()
    .split("\n")
    .filter((line) => !/^[|\s:-]+$/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));

it("the page has the table of rooms that is held", () => {
  const [, table = ""] = /<!-- rooms -->([^]*)<!-- \/rooms -->/.exec(read("docs/architecture.md")) ?? [];
  expect(cells(table)).toEqual(cells(roomsTable()));
});

it.each(["docs/architecture.md", "CONTRIBUTING.md", "SECURITY.md"])("every file that %s names exists", (page) => {
  const text = read(page);
  const named = [...text.matchAll(/`([\w./-]+\/[\w.-]+)`/g)].map(([, path = ""]) => path);
  const missing = named.filter((path) => {
    if (path.startsWith("@") || path.startsWith("./")) return false;
    const inRoom = Object.hasOwn(CORE_ROOMS, path.split("/", 1)[0] ?? "");
    return !existsSync(root + (inRoom ? `packages/core/src/${path}` : path));
  });
  expect(missing).toEqual([]);
  for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
    expect(existsSync(root + (page.startsWith("docs/") ? `docs/${target}` : target)) ? "there" : target).toBe("there");
  }
});

it("a release is refused while nobody is named to report to", () => {
  expect(read("package.json")).toContain('"release": "node scripts/check-release.ts && ');
  const { status, stderr } = spawnSync(process.execPath, ["scripts/check-release.ts"], { cwd: root, encoding: "utf8" });
  expect(status).toBe(read("SECURITY.md").includes("<!-- security-contact -->") ? 1 : 0);
  expect(stderr).toContain(status === 1 ? "SECURITY.md names nobody" : "");
});
