import { viewsSuite } from "@ws-kit/conformance/views/suite";
import { viewsWorld } from "@ws-kit/conformance/views/world";
import { serve } from "@ws-kit/node";
import { build } from "esbuild";
import { join } from "node:path";

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "page.ts")],
    alias: { "@ws-kit/vue": join(import.meta.dirname, "../src/index.ts") },
    bundle: true,
    format: "esm",
    define: {
      "process.env.NODE_ENV": '"development"',
      __VUE_OPTIONS_API__: "false",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    },
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

viewsSuite(viewsWorld(bundle, serve), { keeps: true });
