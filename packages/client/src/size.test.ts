import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Ask, News, Note } from "../test/definitions.ts";
import { type wsClient } from "./index.ts";
import { FakeNetwork } from "../test/fake-network.ts";

/** Most bytes of each `wsClient` as published, minified by esbuild and gzipped. Raise them knowingly. */
const CEILING = 10_065;
const LITE_CEILING = 5_830;

const root = join(import.meta.dirname, "../../..");
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "client-dist-"));
  await Promise.all([publish("client"), publish("core")]);
}, 180_000);
afterAll(() => rm(directory, { recursive: true }));

/** Builds a package as `pnpm build` does, beside its `dist`. */
async function publish(name: "client" | "core"): Promise<void> {
  const args = ["tsup", "--config", "../../tsup.config.ts", "--out-dir", join(directory, name)];
  // The declarations of core are no concern here.
  if (name === "core") args.push("--no-dts");
  await promisify(execFile)("npx", args, { cwd: join(root, "packages", name) });
}

/** What a page loads for this. */
async function bundle(code: string): Promise<Uint8Array> {
  const alias: Record<string, string> = {};
  for (const name of ["client", "core"]) {
    const manifest = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as {
      publishConfig: { exports: Record<string, string | { default: string }> };
    };
    for (const [entry, target] of Object.entries(manifest.publishConfig.exports)) {
      if (typeof target === "object")
        alias[join("@ws-kit", name, entry)] = join(directory, name, target.default.replace("./dist/", ""));
    }
  }
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    alias,
    // Where the validator of an entry is found; it comes from its source.
    nodePaths: [join(root, "packages/client/node_modules")],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

async function sizeOf(code: string): Promise<number> {
  return gzipSync(await bundle(code), { level: 9 }).length;
}

const FULL = `export { wsClient } from "@ws-kit/client"`;
const LITE = `export { wsClient } from "@ws-kit/client/lite"`;

test("the client stays small", async () => {
  expect(await sizeOf(FULL)).toBeLessThanOrEqual(CEILING);
  expect(await sizeOf(LITE)).toBeLessThanOrEqual(LITE_CEILING);
});

test("presence() is as small as docs/presence.md says", async () => {
  const [, kilobytes] = /of some (\d\.\d) KB/.exec(readFileSync(join(root, "docs/presence.md"), "utf8")) ?? [];
  const added = (await sizeOf(`${FULL}; export { presence } from "@ws-kit/client/presence"`)) - (await sizeOf(FULL));
  expect(Math.abs(added - Number(kilobytes) * 1_000)).toBeLessThan(100);
});

test("streams() is as small as docs/streams.md says", async () => {
  const [, kilobytes] = /of some (\d\.\d) KB/.exec(readFileSync(join(root, "docs/streams.md"), "utf8")) ?? [];
  const added = (await sizeOf(`${FULL}; export { streams } from "@ws-kit/client/streams"`)) - (await sizeOf(FULL));
  expect(Math.abs(added - Number(kilobytes) * 1_000)).toBeLessThan(100);
});

test("the table of docs/client.md is what a page loads", { timeout: 60_000 }, async () => {
  const rows = [
    ...readFileSync(join(root, "docs/client.md"), "utf8").matchAll(
      /^\| (lite|`@ws-kit\/client`) +\| (.+?) +\| +(\d+\.\d) KB \|$/gm,
    ),
  ];
  expect(rows.length).toBeGreaterThanOrEqual(6);
  expect(readFileSync(join(root, "packages/client/README.md"), "utf8")).toContain(`About\n${rows[0]?.[3]} KB gzipped`);
  const wrong = await Promise.all(
    rows.map(async ([row, kind, parts = "", kilobytes]) => {
      const added = [...parts.matchAll(/`(\w+)\(\)`/g)].map(([, name]) => name);
      const alone = kind === "lite" ? LITE : FULL;
      const code = added.length > 0 ? `${alone}; export { ${added.join()} } from "@ws-kit/client/parts"` : alone;
      const size = await sizeOf(code);
      return Math.abs(size - Number(kilobytes) * 1_000) < 100 ? [] : [`${row} ${size} bytes`];
    }),
  );
  expect(wrong.flat()).toEqual([]);
});

describe.each(["zod", "valibot"])("the %s entry", (entry) => {
  test("costs nothing by itself, and no server with its messages", async () => {
    const alone = await sizeOf(FULL);
    // The same code; its order alone moves a few bytes.
    expect(Math.abs((await sizeOf(`export { wsClient } from "@ws-kit/client/${entry}"`)) - alone)).toBeLessThan(10);
    const definitions = await sizeOf(`export { message, rpc } from "@ws-kit/${entry}"`);
    const both = await sizeOf(`export { wsClient, message, rpc } from "@ws-kit/client/${entry}"`);
    expect(both).toBeLessThan(alone + definitions);
  });
});

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

test("works with its names shortened", async () => {
  const file = join(directory, "page.mjs");
  await writeFile(file, await bundle(FULL));
  expect(readFileSync(file, "utf8")).not.toMatch(/[.{,]_[a-z]\w+\b/);
  const published = (await import(file)) as { wsClient: typeof wsClient };
  const network = new FakeNetwork();
  const client = published.wsClient({ url: "ws://test/", WebSocket: network.WebSocket, share: true });
  const heard: unknown[] = [];
  client.on(News, ({ payload }) => heard.push(payload));
  expect(client.send(Note, { n: 1 })).toBe(true);
  const answer = client.request(Ask, { n: 2 });
  await vi.waitFor(() => network.socket.accept());
  network.socket.read();
  const [note, ask] = network.received;
  network.socket.deliver({ type: "NEWS", payload: { n: 3 } });
  network.socket.deliver({
    type: "ANSWER",
    payload: { n: 4 },
    meta: { correlationId: ask?.meta?.correlationId as string },
  });
  expect(note?.payload).toEqual({ n: 1 });
  expect((await answer).payload).toEqual({ n: 4 });
  expect(heard).toEqual([{ n: 3 }]);
  const closed = client.close();
  network.socket.read();
  await closed;
});

test("no declaration that is published has a member that stays inside", () => {
  const declarations = globSync("client/**/*.d.ts", { cwd: directory });
  expect(declarations).toContain("client/index.d.ts");
  for (const file of declarations) {
    expect(readFileSync(join(directory, file), "utf8")).not.toMatch(/^\s*(?:readonly )?_\w+[?]?[:(<]/m);
  }
});
