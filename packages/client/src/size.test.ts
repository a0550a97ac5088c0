import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** Most bytes of each `wsClient` as published, minified by esbuild and gzipped. Raise them knowingly. */
const CEILING = 5_260;
const LITE_CEILING = 4_030;

const root = join(import.meta.dirname, "../../..");
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "client-dist-"));
  await Promise.all([publish("client"), publish("core")]);
}, 60_000);
afterAll(() => rm(directory, { recursive: true }));

/** Builds a package as `pnpm build` does, beside its `dist`. */
async function publish(name: "client" | "core"): Promise<void> {
  const args = ["tsup", "--config", "../../tsup.config.ts", "--out-dir", join(directory, name)];
  // The declarations of core are no concern here.
  if (name === "core") args.push("--no-dts");
  await promisify(execFile)("npx", args, { cwd: join(root, "packages", name) });
}

/** The bytes that a page loads for this. */
async function sizeOf(code: string): Promise<number> {
  const alias: Record<string, string> = {};
  for (const name of ["client", "core"]) {
    const manifest = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as {
      publishConfig: { exports: Record<string, string | { default: string }> };
    };
    for (const [entry, target] of Object.entries(manifest.publishConfig.exports)) {
      if (typeof target === "object")
        alias[join("@ws-kit", name, entry)] = join(directory, name, target.default.replace("./dist/", ""));
    }
  }
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    alias,
    // Where the validator of an entry is found; it comes from its source.
    nodePaths: [join(root, "packages/client/node_modules")],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}

const FULL = `export { wsClient } from "@ws-kit/client"`;
const LITE = `export { wsClient } from "@ws-kit/client/lite"`;

test("the client stays small", async () => {
  expect(await sizeOf(FULL)).toBeLessThanOrEqual(CEILING);
  expect(await sizeOf(LITE)).toBeLessThanOrEqual(LITE_CEILING);
});

test.each(["packages/client/README.md", "docs/client.md"])("%s tells the true sizes", async (page) => {
  const sizes = readFileSync(join(root, page), "utf8").match(/\d\.\d+(?=\s+KB)/g);
  expect(sizes).toEqual([kilobytes(await sizeOf(FULL)), kilobytes(await sizeOf(LITE))]);
});

/** As the pages tell it: of 1,000 bytes. */
function kilobytes(bytes: number): string {
  return (bytes / 1_000).toFixed(1);
}

describe.each(["zod", "valibot"])("the %s entry", (entry) => {
  test("costs nothing by itself, and no server with its messages", async () => {
    const alone = await sizeOf(FULL);
    expect(await sizeOf(`export { wsClient } from "@ws-kit/client/${entry}"`)).toBe(alone);
    const definitions = await sizeOf(`export { message, rpc } from "@ws-kit/${entry}"`);
    const both = await sizeOf(`export { wsClient, message, rpc } from "@ws-kit/client/${entry}"`);
    expect(both).toBeLessThan(alone + definitions);
  });
});

test("the errors of every entry are the same classes", async () => {
  const [plain, lite, zod, valibot] = await Promise.all([
    import("@ws-kit/client"),
    import("@ws-kit/client/lite"),
    import("@ws-kit/client/zod"),
    import("@ws-kit/client/valibot"),
  ]);
  for (const name of [
    "TimeoutError",
    "ServerError",
    "ConnectionClosedError",
    "StateError",
    "ValidationError",
  ] as const) {
    expect(zod[name]).toBe(plain[name]);
    expect(valibot[name]).toBe(plain[name]);
  }
  for (const name of ["ServerError", "ConnectionClosedError", "StateError", "ValidationError"] as const) {
    expect(lite[name]).toBe(plain[name]);
  }
});

test("no declaration that is published has a member that stays inside", () => {
  const declarations = globSync("client/**/*.d.ts", { cwd: directory });
  expect(declarations).toContain("client/index.d.ts");
  for (const file of declarations) {
    expect(readFileSync(join(directory, file), "utf8")).not.toMatch(/^\s*(?:readonly )?_\w+[?]?[:(<]/m);
  }
});
