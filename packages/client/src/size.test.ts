import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

/** Most bytes of each `wsClient`, minified by esbuild and gzipped. Raise them knowingly. */
const CEILING = 5_200;
const LITE_CEILING = 4_000;

async function sizeOf(code: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}

test("the client stays small", async () => {
  expect(await sizeOf(`export { wsClient } from "@ws-kit/client"`)).toBeLessThanOrEqual(CEILING);
  expect(await sizeOf(`export { wsClient } from "@ws-kit/client/lite"`)).toBeLessThanOrEqual(LITE_CEILING);
});

test.each(["zod", "valibot"])(
  "the %s entry costs nothing by itself, and no server with its messages",
  async (entry) => {
    const alone = await sizeOf(`export { wsClient } from "@ws-kit/client"`);
    expect(await sizeOf(`export { wsClient } from "@ws-kit/client/${entry}"`)).toBe(alone);
    const definitions = await sizeOf(`export { message, rpc } from "@ws-kit/${entry}"`);
    const both = await sizeOf(`export { wsClient, message, rpc } from "@ws-kit/client/${entry}"`);
    expect(both).toBeLessThan(alone + definitions);
  },
);

test("the errors of every entry are the same classes", async () => {
  const [plain, lite, zod, valibot] = await Promise.all([
    import("@ws-kit/client"),
    import("@ws-kit/client/lite"),
    import("@ws-kit/client/zod"),
    import("@ws-kit/client/valibot"),
  ]);
  for (const name of [
    "TimeoutError",
    "ServerError",
    "ConnectionClosedError",
    "StateError",
    "ValidationError",
  ] as const) {
    expect(zod[name]).toBe(plain[name]);
    expect(valibot[name]).toBe(plain[name]);
  }
  for (const name of ["ServerError", "ConnectionClosedError", "StateError", "ValidationError"] as const) {
    expect(lite[name]).toBe(plain[name]);
  }
});
