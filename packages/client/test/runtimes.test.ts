import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Miniflare } from "miniflare";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { launchBrowser } from "../../../test/browser.ts";
import { bundle } from "./bundle.ts";
import { openPage } from "./page.ts";
import { BUN, type RunningServer, startMsgpackServer, startServer } from "./process.ts";
import { tour } from "./tour.ts";

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const DENO = join(require.resolve("deno/package.json"), "..", "bin.cjs");
const script = join(import.meta.dirname, "runtime.ts");

let server: RunningServer;
let bytes: RunningServer;
let browser: Browser;
let directory: string;
beforeAll(async () => {
  server = await startServer();
  bytes = await startMsgpackServer();
  browser = await launchBrowser();
  directory = await mkdtemp(join(tmpdir(), "ws-kit-client-"));
});
afterAll(async () => {
  await browser.close();
  await server.kill();
  await bytes.kill();
  await rm(directory, { recursive: true });
});

/** Each runtime is asked to talk in text, and in bytes. */
const servers = (): RunningServer[] => [server, bytes];

test("works in Node", async () => {
  for (const { url } of servers()) expect((await run(process.execPath, [script, url])).stdout).toBe("ok\n");
});

test("works in Bun", async () => {
  for (const { url } of servers()) expect((await run(BUN, [script, url])).stdout).toBe("ok\n");
});

test("works in Deno", async () => {
  const bundled = join(directory, "runtime.mjs");
  await writeFile(bundled, await bundle("runtime.ts", { "process.env.NODE_ENV": "process.env.NODE_ENV" }));
  for (const { url } of servers()) {
    // Whatever else it reads would have to be permitted.
    const { stdout } = await run(process.execPath, [DENO, "run", "--allow-net", "--no-prompt", bundled, url]);
    expect(stdout).toBe("ok\n");
  }
});

test("works in Workers", async () => {
  const workerd = new Miniflare({
    modules: true,
    script: await bundle("worker.ts"),
    compatibilityDate: "2026-01-01",
  });
  try {
    for (const { url } of servers()) {
      const response = await workerd.dispatchFetch(`http://worker/?server=${encodeURIComponent(url)}`);
      expect(await response.text()).toBe("ok");
    }
  } finally {
    await workerd.dispose();
  }
});

test("works on the `ws` package's sockets", async () => {
  for (const { url } of servers()) expect(await tour(url, { WebSocket })).toBe("ok");
});

test("can be imported, and a client made, where there is no WebSocket and no window", async () => {
  const code = `
    delete globalThis.WebSocket; delete globalThis.navigator; delete globalThis.crypto;
    const { wsClient } = await import("@ws-kit/client");
    const client = wsClient({ url: "ws://nowhere/ws", autoConnect: true });
    client.onError((error, { type }) => console.log(type, error.name));
    client.connect().catch((error) => console.log(error.name));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", code], { cwd: import.meta.dirname });
  expect(stdout).toBe("connect TypeError\nconnect ConnectionClosedError\nConnectionClosedError\n");
});

test("speaks bytes in Chromium, and gives up no dial where the server speaks another codec", async () => {
  const page = await openPage(browser, "page-runtime.ts");
  expect(await page.evaluate((url) => kit.open(url), bytes.url)).toBe(3);
  await page.evaluate(() => kit.note(7));
  await page.waitForFunction(() => kit.echoed.length > 0);
  expect(await page.evaluate(() => kit.echoed)).toEqual([7]);
  // Without the path that stands for the codec.
  void page.evaluate((url) => kit.open(url), `ws://127.0.0.1:${bytes.port}/`).catch(() => {});
  await page.waitForFunction(() => kit.states.at(-1) === "reconnecting");
  await page.close();
});

test("works in Chromium, and comes back with the network and not by its delay", async () => {
  const context = await browser.newContext();
  const page = await openPage(context, "page-runtime.ts");
  const first = await startServer();
  expect(await page.evaluate((url) => kit.open(url), first.url)).toBe(3);
  await context.setOffline(true);
  await first.kill();
  await page.waitForFunction(() => kit.states.at(-1) === "reconnecting");
  await page.evaluate(() => kit.note(7));
  const second = await startServer(first.port);
  await context.setOffline(false);
  await page.waitForFunction(() => kit.echoed.length > 0);
  expect(await page.evaluate(() => kit.echoed)).toEqual([7]);
  expect(await page.evaluate(() => kit.states)).toEqual([
    "connecting",
    "open",
    "closed",
    "reconnecting",
    "connecting",
    "open",
  ]);
  await context.close();
  await second.kill();
});
