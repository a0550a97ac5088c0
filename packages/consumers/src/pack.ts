import { execFile } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const PACKAGES = join(import.meta.dirname, "../..");

/** Those that the consumers install; the adapters of other runtimes have tests of their own. */
export const PACKED = ["core", "zod", "client", "node", "bun", "testing", "cli"] as const;

export interface Packed {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly tarball: string;
}

interface Manifest {
  name: string;
  version: string;
  exports: unknown;
  devDependencies?: unknown;
  scripts?: unknown;
  publishConfig?: { exports: unknown; bin?: unknown };
}

/** Builds the packages as they would be published, without declarations, and packs them into a folder. */
export async function packAll(directory: string): Promise<Packed[]> {
  const packed: Packed[] = [];
  // Two at a time: a build takes a core.
  for (let i = 0; i < PACKED.length; i += 2) {
    packed.push(...(await Promise.all(PACKED.slice(i, i + 2).map((name) => pack(name, directory)))));
  }
  return packed;
}

async function pack(name: string, directory: string): Promise<Packed> {
  const source = join(PACKAGES, name);
  const stage = join(directory, name, "package");
  await mkdir(stage, { recursive: true });
  const text = await readFile(join(source, "package.json"), "utf8");
  const { version } = JSON.parse(text) as Manifest;
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
  const tsup = join(PACKAGES, "../node_modules/tsup/dist/cli-default.js");
  const args = [tsup, "--config", "../../tsup.config.ts", "--no-dts", "--out-dir", join(stage, "dist")];
  await run(process.execPath, args, { cwd: source });
  const tarball = join(directory, `${name}.tgz`);
  await run("tar", ["-czf", tarball, "-C", join(directory, name), "package"]);
  return { manifest: published, tarball };
}
