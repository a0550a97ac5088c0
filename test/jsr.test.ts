import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { globSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { withVersions } from "../scripts/catalog.ts";
import { DENO } from "../packages/deno/test/executable.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, "..");
const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true }))));

/** JSR has no names without a scope: what `npm create` runs is npm's alone. */
const packages = globSync("packages/*/package.json", { cwd: root })
  .map((path) => ({
    folder: dirname(path),
    manifest: JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest,
  }))
  .filter(({ manifest }) => manifest.private !== true && manifest.name.startsWith("@"));

/** How adapters say what `ctx.ws` is: see "Releasing" in CONTRIBUTING.md. */
const DECLARATION = /^declare global \{\n[^]*?\n\}\n/m;
const declaring = ["bun", "cloudflare", "core", "deno", "node"].map((name) =>
  name === "core" ? "packages/core/src/ports/socket.ts" : `packages/${name}/src/index.ts`,
);

/** What JSR says of the packages in this folder. */
async function publish(change: (folder: string) => Promise<void>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "jsr-"));
  made.push(folder);
  for (const { folder: path, manifest } of packages) {
    const { name, version, license, exports = {} } = manifest;
    const to = join(folder, path);
    await cp(join(root, path, "src"), join(to, "src"), {
      recursive: true,
      filter: (file) => !/\.test(-d)?\.tsx?$/.test(file),
    });
    await writeFile(join(to, "package.json"), withVersions(await readFile(join(root, path, "package.json"), "utf8")));
    await symlink(join(root, path, "node_modules"), join(to, "node_modules"));
    const sources = Object.fromEntries(Object.entries(exports).filter(([, file]) => file.startsWith("./src/")));
    await writeFile(join(to, "jsr.json"), JSON.stringify({ name, version, license, exports: sources }));
  }
  const workspace = packages.map(({ folder: path }) => `./${path}`);
  await writeFile(join(folder, "deno.json"), JSON.stringify({ workspace, nodeModulesDir: "manual" }));
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
  await change(folder);
  const args = ["publish", "--dry-run", "--allow-dirty", "--no-check"];
  const env = { ...process.env, NO_COLOR: "1", DENO_DIR: join(folder, ".deno") };
  const ended = promisify(execFile)(DENO, args, { cwd: folder, env });
  return await ended.then(
    ({ stderr }) => stderr,
    ({ stderr }: { stderr: string }) => stderr.replaceAll(folder, ""),
  );
}

test("JSR takes the sources of every package, but for the five declarations", async () => {
  const said = await publish(async (folder) => {
    for (const file of declaring.map((path) => join(folder, path))) {
      const source = await readFile(file, "utf8");
      expect(source).toMatch(DECLARATION);
      const without = source.replace(DECLARATION, "");
      await writeFile(file, without.replace(/(?<=export type RuntimeSocket = ).*(?=;)/, "Socket"));
    }
  });
  expect(said).toContain("Dry run complete");
  for (const { manifest } of packages) expect(said).toContain(`Simulating publish of ${manifest.name}@`);
});

test("JSR refuses nothing but them", async () => {
  const said = await publish(() => Promise.resolve());
  const refused = [...said.matchAll(/^error\[([\w-]+)\].*\n\s*--> \/?(.+?):\d+/gm)];
  expect(new Set(refused.map(([, what, file]) => `${what}: ${file}`))).toEqual(
    new Set(declaring.map((file) => `unsupported-global-module: ${file}`)),
  );
});
