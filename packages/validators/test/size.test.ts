import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundlers, gzipped, type Alias } from "../src/bundle.ts";

/** The guide's style: everything from one package. */
const ZOD = `import { z, message } from "@ws-kit/zod";
export const Join = message("JOIN", { room: z.string(), seats: z.number() });`;
/** The same from zod itself, which every bundler shakes. */
const ZOD_STAR = `import * as z from "zod"; import { message } from "@ws-kit/zod";
export const Join = message("JOIN", { room: z.string(), seats: z.number() });`;
const VALIBOT = ZOD.replace("{ z,", "{ v,").replaceAll("z.", "v.").replace("@ws-kit/zod", "@ws-kit/valibot");

/** Bytes, minified and gzipped. What zod alone costs for the same two fields: 26,200 under esbuild, 24,000 otherwise. */
const CEILINGS: { readonly [bundler: string]: { zod: number; zodStar: number; valibot: number } } = {
  // esbuild keeps all of a namespace that is exported again: 93,000 for zod's own `z`, 15,400 for all of valibot.
  esbuild: { zod: 42_500, zodStar: 28_900, valibot: 12_700 },
  Vite: { zod: 25_470, zodStar: 25_445, valibot: 4_310 },
  Bun: { zod: 26_460, zodStar: 26_430, valibot: 4_530 },
};

describe.each(Object.keys(CEILINGS))("under %s", (name) => {
  const bundle = bundlers[name] as (typeof bundlers)[string];
  const ceilings = CEILINGS[name] as (typeof CEILINGS)[string];

  it("z and message are cheap", async () => {
    expect(gzipped(await bundle(ZOD))).toBeLessThanOrEqual(ceilings.zod);
  });

  it("message beside zod's own star import is cheap", async () => {
    expect(gzipped(await bundle(ZOD_STAR))).toBeLessThanOrEqual(ceilings.zodStar);
  });

  it("v and message are cheap", async () => {
    expect(gzipped(await bundle(VALIBOT))).toBeLessThanOrEqual(ceilings.valibot);
  });

  // 210 bytes of them keep at home what a fallback replaces, 200 let a message be skipped and merge without prototypes, 220
  // refuse what JSON cannot carry, 40 make the rpc that servers ask, 140 declare streams, 75 neither wait for what looks like
  // a promise nor stop at an option that throws, 90 refuse overflow for what clients send, 35 read no
  // environment on Deno and hold a promise that is refused, 550 say in plain words what no compiler has looked at, 35 call
  // nothing for the texts and numbers of a payload.
  it("message and rpc add at most 3.9 kilobytes to valibot's schemas", async () => {
    const alone = gzipped(await bundle(`export { object } from "valibot";`));
    const both = gzipped(await bundle(`export { message, rpc } from "@ws-kit/valibot";`));
    expect(both - alone).toBeLessThanOrEqual(3_880);
  });

  it("nothing of the server comes along", async () => {
    for (const code of [ZOD_STAR, `export { message, rpc } from "@ws-kit/valibot";`]) {
      const text = await bundle(code);
      expect(text).toContain("correlationId");
      expect(text).not.toMatch(/handlerTimeoutMs|maxPendingMessages|new Function\("v"/);
    }
  });
});

/** Builds a package as `pnpm build` does, elsewhere. */
async function publish(name: "core" | "valibot" | "zod"): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `${name}-dist-`));
  const args = ["tsup", "--config", "../../tsup.config.ts", "--no-dts", "--out-dir", directory];
  const cwd = join(import.meta.dirname, "../..", name);
  await promisify(execFile)("npx", args, { cwd });
  // It says that modules have no effects but their exports.
  await copyFile(join(cwd, "package.json"), join(directory, "package.json"));
  return directory;
}

describe("what is published of core", () => {
  let directory: string;
  beforeAll(async () => (directory = await publish("core")));
  afterAll(() => rm(directory, { recursive: true }));

  it.each(["esbuild", "Vite"])("has no server in what a page defines, under %s", async (name) => {
    const bundle = bundlers[name] as (typeof bundlers)[string];
    const alias: Alias = {
      "@ws-kit/core/schema": join(directory, "schema.js"),
      "@ws-kit/core": join(directory, "index.js"),
    };
    const names = ["topic", "contract", "prefixed", "fingerprintOf", "isRequestError", "WsKitError", "message", "rpc"];
    for (const each of names) {
      const text = await bundle(`export { ${each} } from "@ws-kit/core";`, alias);
      expect([each, /handlerTimeoutMs|maxPendingMessages/.test(text)]).toEqual([each, false]);
      expect([each, Math.ceil(gzipped(text) / 1_000)]).toEqual([each, expect.toBeOneOf([1, 2, 3])]);
    }
    const page = await bundle(`export { message, topic } from "@ws-kit/valibot";`, alias);
    expect([/handlerTimeoutMs|maxPendingMessages/.test(page), gzipped(page) < 8_000]).toEqual([false, true]);
  });
});

describe.each(["zod", "valibot"] as const)("what is published of %s", (name) => {
  let directory: string;
  beforeAll(async () => (directory = await publish(name)));
  afterAll(() => rm(directory, { recursive: true }));

  it("keeps its namespace a module that bundlers can shake", async () => {
    const namespace = name === "zod" ? "z" : "v";
    const modules = join(import.meta.dirname, "../node_modules");
    const core = join(import.meta.dirname, "../../core/src");
    const alias: Alias = {
      [`@ws-kit/${name}/${namespace}`]: join(directory, `${namespace}.js`),
      [`@ws-kit/${name}`]: join(directory, "index.js"),
      "@ws-kit/core/schema": join(core, "schema.ts"),
      "@ws-kit/core/protocol": join(core, "shared.ts"),
      "@ws-kit/core": join(core, "index.ts"),
      "zod/v4/core": join(modules, "zod/v4/core/index.js"),
      zod: join(modules, "zod/index.js"),
      valibot: join(modules, "valibot/dist/index.mjs"),
    };
    const bundle = bundlers["Vite"] as (typeof bundlers)[string];
    const size = gzipped(await bundle(name === "zod" ? ZOD : VALIBOT, alias));
    expect(size).toBeGreaterThan(2_000);
    expect(size).toBeLessThanOrEqual(CEILINGS["Vite"]?.[name] ?? 0);
  });
});
