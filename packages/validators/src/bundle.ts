import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";

const root = join(import.meta.dirname, "..");

/** Puts modules in the place of what a name stands for. */
export type Alias = Readonly<Record<string, string>>;

/** How each bundler makes one minified browser module of some code. */
export const bundlers: { readonly [name: string]: (code: string, alias?: Alias) => Promise<string> } = {
  async esbuild(code, alias = {}) {
    const { outputFiles } = await esbuild({
      stdin: { contents: code, resolveDir: root },
      alias,
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      write: false,
      logLevel: "error",
    });
    return outputFiles[0]?.text ?? "";
  },
  Vite: (code, alias = {}) =>
    withEntry(code, async (entry) => {
      const built = await vite({
        root,
        configFile: false,
        logLevel: "error",
        resolve: {
          alias: Object.entries(alias).map(([find, by]) => ({ find: new RegExp(`^${find}$`), replacement: by })),
        },
        build: { write: false, minify: true, rolldownOptions: { input: entry, preserveEntrySignatures: "strict" } },
      });
      const [output] = [built].flat();
      if (!output || !("output" in output)) throw new Error("Vite built nothing");
      return output.output[0].code;
    }),
  Bun: (code) =>
    withEntry(code, async (entry) => {
      const { stdout } = await promisify(execFile)("bun", ["build", "--minify", "--target=browser", entry], {
        cwd: root,
      });
      return stdout;
    }),
};

export function gzipped(code: string): number {
  return gzipSync(code, { level: 9 }).length;
}

/** In the package's own folder, from where its dependencies are found. */
async function withEntry<T>(code: string, use: (entry: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(root, ".bundle-"));
  try {
    const entry = join(directory, "entry.ts");
    await writeFile(entry, code);
    return await use(entry);
  } finally {
    await rm(directory, { recursive: true });
  }
}
