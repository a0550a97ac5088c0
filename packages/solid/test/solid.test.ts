import { transformAsync } from "@babel/core";
import { viewsSuite } from "@ws-kit/conformance/views/suite";
import { viewsWorld } from "@ws-kit/conformance/views/world";
import { serve } from "@ws-kit/node";
import { build, type Plugin } from "esbuild";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** JSX as Solid compiles it. */
const jsx: Plugin = {
  name: "solid",
  setup(bundler) {
    bundler.onLoad({ filter: /\.tsx$/ }, async ({ path: filename }) => {
      const presets = ["babel-preset-solid", "@babel/preset-typescript"];
      const options = { filename, presets, configFile: false, cwd: join(import.meta.dirname, "..") };
      const made = await transformAsync(await readFile(filename, "utf8"), options);
      return { contents: made?.code ?? "" };
    });
  },
};

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "page.tsx")],
    alias: { "@ws-kit/solid": join(import.meta.dirname, "../src/index.ts") },
    bundle: true,
    format: "esm",
    conditions: ["browser", "development"],
    plugins: [jsx],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

viewsSuite(viewsWorld(bundle, serve));
