import { readFileSync } from "node:fs";
import { defineConfig } from "tsup";

/** Every package builds alike: one ESM file and one declaration file for each entry its manifest exports, and its programs. */
const {
  name,
  exports: entries,
  bin = {},
} = JSON.parse(readFileSync("package.json", "utf8")) as {
  name: string;
  exports: Record<string, string>;
  bin?: Record<string, string>;
};
const entry: Record<string, string> = {};
for (const source of [...Object.values(entries), ...Object.values(bin)]) {
  if (source.endsWith(".ts")) entry[source.replace("./src/", "").replace(/\.ts$/, "")] = source;
}
// A file of its own, so that what pages define is not bundled with the server: see there.
if (name === "@ws-kit/core") entry["definitions"] = "./src/definitions.ts";

export default defineConfig({
  entry,
  format: "esm",
  // Modules of the Workers runtime itself, and of a package that means to keep them apart by calling itself by name.
  external: [/^cloudflare:/, /^@ws-kit\//],
  target: "es2023",
  // A page's own `lib` may not have `AsyncDisposable`.
  dts: name === "@ws-kit/client" ? { banner: '/// <reference lib="esnext.disposable" />' } : true,
  // Hooks run in client components, whichever component of a server imports them.
  banner: name === "@ws-kit/react" ? { js: '"use client";' } : {},
  sourcemap: true,
  clean: true,
  // Shaking drops the banner.
  treeshake: name !== "@ws-kit/react",
  ...(name === "@ws-kit/devtools" && {
    esbuildPlugins: [(await import("./packages/devtools/page-plugin.ts")).pagePlugin],
  }),
  // A page pays for the client's names: members that stay inside begin with `_` and are shortened, and constants are put
  // where they are used.
  esbuildOptions(options) {
    if (name === "@ws-kit/client") Object.assign(options, { mangleProps: /^_/, minifySyntax: true });
  },
});
