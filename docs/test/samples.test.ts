import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeSamples } from "./samples.ts";

const root = join(import.meta.dirname, "../..");
const docs = join(root, "docs");
const out = join(docs, ".samples");

/** By the folder that holds a page's blocks: `docs/server.md` is "server", a README is its folder's name. */
const pages = new Map(
  globSync(["README.md", "docs/**/*.md", "packages/*/README.md"], {
    cwd: root,
    exclude: ["**/node_modules/**", "docs/.vitepress/**", "docs/packages/**", "docs/api/**"],
  }).map((page) => [
    page
      .replace(/^docs\//, "")
      .replace(/\/?README\.md$/, "")
      .replace(/\.md$/, "")
      .replaceAll("/", "-") || "readme",
    page,
  ]),
);
/** What runs on Workers, whose globals are not a browser's. */
const WORKERS = ["packages-cloudflare/*", "*/worker.ts"];

const base = {
  extends: "../../tsconfig.base.json",
  compilerOptions: {
    isolatedDeclarations: false,
    declaration: false,
    exactOptionalPropertyTypes: false,
    noUncheckedIndexedAccess: false,
    verbatimModuleSyntax: false,
    jsx: "react-jsx",
  },
};
const lib = ["ES2023", "ESNext.Disposable"];

let found = "";
const lines = new Map<string, Map<string, number>>();

/** What the compiler says of one program, by page and line. */
async function compile(name: string, compilerOptions: object, files: object): Promise<string> {
  const config = join(out, `tsconfig.${name}.json`);
  const options = { ...base.compilerOptions, ...compilerOptions };
  await writeFile(config, JSON.stringify({ ...base, compilerOptions: options, ...files }));
  const tsc = join(root, "node_modules/.bin/tsc");
  return promisify(execFile)(tsc, ["-p", config, "--pretty", "false"], { cwd: out }).then(
    () => "",
    // A fragment may be of a function's body.
    ({ stdout }: { stdout: string }) => stdout.replace(/^.*: error TS1108: .*\n/gm, ""),
  );
}

beforeAll(async () => {
  await rm(out, { recursive: true, force: true });
  for (const [name, page] of pages) {
    lines.set(name, await writeSamples(join(root, page), join(docs, `samples/${name}.ts`), join(out, name)));
  }
  const all = await Promise.all([
    compile(
      "all",
      { lib: [...lib, "DOM", "DOM.Iterable"], types: ["node", "bun"] },
      { include: ["*/*"], exclude: WORKERS },
    ),
    compile("workers", { lib, types: ["@cloudflare/workers-types"] }, { include: WORKERS }),
  ]);
  found = all.join("");
}, 120_000);
afterAll(() => rm(out, { recursive: true, force: true }));

/** `server/block-2.ts(3,1): error …` as `docs/server.md:52: error …`. */
function located(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) =>
      line.replace(
        /^([^/(]+)\/([^/(]+)\((\d+),\d+\)/,
        (_, folder: string, file: string, at: string) =>
          `${pages.get(folder)}:${(lines.get(folder)?.get(file) ?? 0) + Number(at) - 1}`,
      ),
    );
}

test.each([...pages.values()])("%s: every block compiles", (page) => {
  expect(located(found).filter((line) => line.startsWith(`${relative(".", page)}:`))).toEqual([]);
});

test("nothing else is wrong with them", () => {
  const known = [...pages.values()];
  expect(
    located(found).filter((line) => !known.some((page) => line.startsWith(`${page}:`)) && !line.startsWith(" ")),
  ).toEqual([]);
});
