import { execFile } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { withVersions } from "../../../scripts/catalog.ts";

const run = promisify(execFile);
const PACKAGES = join(import.meta.dirname, "../..");

/** Those that the consumers install; the adapters of other runtimes have tests of their own. */
export const PACKED = [
  "core",
  "zod",
  "client",
  "node",
  "bun",
  "deno",
  "cloudflare",
  "react",
  "vue",
  "svelte",
  "solid",
  "redis",
  "rate-limit",
  "testing",
  "cli",
  "devtools",
  "create-ws-kit",
] as const;

export interface Packed {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly tarball: string;
}

interface Manifest {
  name: string;
  version: string;
  files: readonly string[];
  exports: unknown;
  devDependencies?: unknown;
  scripts?: unknown;
  publishConfig?: { exports: unknown; bin?: unknown };
}

/** Builds the packages as they would be published, but with a declaration file for each module, and packs them into a folder. */
export async function packAll(directory: string): Promise<Packed[]> {
  await declareAll(join(directory, "types"));
  const packed: Packed[] = [];
  // Two at a time: a build takes a core.
  for (let i = 0; i < PACKED.length; i += 2) {
    packed.push(...(await Promise.all(PACKED.slice(i, i + 2).map((name) => pack(name, directory)))));
  }
  return packed;
}

/**
 * One file of declarations for each entry, as `pnpm check-packages` holds them, takes a minute. These are written by looking at
 * one module after the other.
 */
async function declareAll(outDir: string): Promise<void> {
  const config = join(outDir, "tsconfig.json");
  const emit = { noEmit: false, emitDeclarationOnly: true, noCheck: true, isolatedDeclarations: false };
  const compilerOptions = { ...emit, lib: ["ES2023", "ESNext.Disposable", "DOM"], rootDir: PACKAGES, outDir };
  const include = PACKED.map((name) => join(PACKAGES, name, "src"));
  const exclude = [join(PACKAGES, "**/*.test.ts"), join(PACKAGES, "**/*.test-d.ts"), join(PACKAGES, "**/*.bench.ts")];
  await mkdir(outDir);
  const base = join(PACKAGES, "../tsconfig.base.json");
  await writeFile(config, JSON.stringify({ extends: base, compilerOptions, include, exclude }));
  await run(join(PACKAGES, "../node_modules/.bin/tsc"), ["-p", config]);
}

async function pack(name: string, directory: string): Promise<Packed> {
  const source = join(PACKAGES, name);
  const stage = join(directory, name, "package");
  await mkdir(stage, { recursive: true });
  const text = withVersions(await readFile(join(source, "package.json"), "utf8"));
  const { version, files } = JSON.parse(text) as Manifest;
  const {
    devDependencies: _dev,
    scripts: _scripts,
    publishConfig,
    ...manifest
  } = JSON.parse(text.replaceAll("workspace:^", `^${version}`)) as Manifest;
  const { bin, exports } = publishConfig ?? {};
  const published = { ...manifest, exports, ...(bin !== undefined && { bin }) };
  await writeFile(join(stage, "package.json"), JSON.stringify(published));
  await cp(join(source, "README.md"), join(stage, "README.md"));
  if (files.includes("templates")) await cp(join(source, "templates"), join(stage, "templates"), { recursive: true });
  const tsup = join(PACKAGES, "../node_modules/tsup/dist/cli-default.js");
  const args = [tsup, "--config", "../../tsup.config.ts", "--no-dts", "--out-dir", join(stage, "dist")];
  await run(process.execPath, args, { cwd: source });
  await cp(join(directory, "types", name, "src"), join(stage, "dist"), { recursive: true });
  const tarball = join(directory, `${name}.tgz`);
  await run("tar", ["-czf", tarball, "-C", join(directory, name), "package"]);
  return { manifest: published, tarball };
}
