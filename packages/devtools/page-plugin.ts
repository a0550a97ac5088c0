import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BuildOptions, BuildResult, Plugin } from "esbuild";

/** What the page is made of. */
export interface Assets {
  readonly html: string;
  readonly js: string;
  readonly css: string;
}

type Build = (options: BuildOptions & { write: false }) => Promise<BuildResult<{ write: false }>>;

/** Bundles the page's script and style. */
export async function bundlePage(build: Build, sources: string): Promise<Assets> {
  const licence = await readFile(join(sources, "../../node_modules/uplot/LICENSE"), "utf8");
  const { outputFiles } = await build({
    entryPoints: { page: join(sources, "main.ts"), style: join(sources, "style.css") },
    outdir: "page",
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    // Whose code is in it is said in it.
    banner: { js: `/*! With uPlot:\n${licence}*/` },
  });
  const text = (suffix: string): string => outputFiles.find(({ path }) => path.endsWith(suffix))?.text ?? "";
  return { html: await readFile(join(sources, "index.html"), "utf8"), js: text("page.js"), css: text("style.css") };
}

/** Of a build of this package: what is published has the page in it, and asks no bundler. */
export const pagePlugin: Plugin = {
  name: "devtools-page",
  setup(build) {
    build.onLoad({ filter: /src[\\/]assets\.ts$/ }, async ({ path }) => {
      const page = await bundlePage(build.esbuild.build, join(dirname(path), "page"));
      return {
        loader: "js",
        contents: `const page = ${JSON.stringify(page)};\nexport const assets = () => Promise.resolve(page);\n`,
      };
    });
  },
};
