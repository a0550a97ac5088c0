import { type BuildOptions, type Plugin, build } from "esbuild";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { compile } from "svelte/compiler";

/** Compiles components, for a page or for a server. */
function components(generate: "client" | "server"): Plugin {
  return {
    name: "svelte",
    setup(bundler) {
      bundler.onLoad({ filter: /\.svelte$/ }, async ({ path: filename }) => {
        const source = await readFile(filename, "utf8");
        return { contents: compile(source, { filename, generate, dev: generate === "client" }).js.code };
      });
    },
  };
}

/** One script of this module, with the components that it imports. */
export async function compiled(
  entry: string,
  generate: "client" | "server",
  options: BuildOptions = {},
): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, entry)],
    alias: { "@ws-kit/svelte": join(import.meta.dirname, "../src/index.ts") },
    bundle: true,
    format: "esm",
    plugins: [components(generate)],
    ...options,
    write: false,
  });
  return outputFiles?.[0]?.text ?? "";
}
