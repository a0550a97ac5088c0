import { viewsSuite } from "@ws-kit/conformance/views/suite";
import { Tick } from "@ws-kit/conformance/views/messages";
import { viewsWorld } from "@ws-kit/conformance/views/world";
import { serve } from "@ws-kit/node";
import { build } from "esbuild";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, test } from "vitest";

const resolve = createRequire(import.meta.url);

/** The page with React of this major version, and nothing of another. */
async function bundle(version: "18" | "19"): Promise<string> {
  const suffix = version === "18" ? "-18" : "";
  const folder = (name: string): string => dirname(resolve.resolve(`${name}${suffix}/package.json`));
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "page.tsx")],
    alias: {
      react: folder("react"),
      "react-dom": folder("react-dom"),
      "@ws-kit/react": join(import.meta.dirname, "../src/index.ts"),
    },
    bundle: true,
    format: "esm",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"development"' },
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

describe.each(["18", "19"] as const)("React %s, in StrictMode", (version) => {
  const world = viewsWorld(() => bundle(version), serve);
  const { expectShown } = world;

  viewsSuite(world);

  test("a query of TanStack's is answered, and what the server pushes goes into its cache", async () => {
    await expectShown("cached", "user cached");
    await expectShown("topic", "fresh");
    await world.site.router.publish("ticks", Tick, { n: 7 });
    await expectShown("cached", "tick 7");
  });

  test("what suspends shows its answer, and throws an error to a boundary", async () => {
    await expectShown("profile", "user first");
    await world.page.evaluate(() => window.setId("nobody"));
    await expectShown("profile", "Nobody");
    await world.page.evaluate(() => window.setId("3"));
    await expectShown("profile", "user 3");
  });
});
