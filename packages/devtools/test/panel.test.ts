import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { launchBrowser, screenshot } from "../../../test/browser.ts";
import { Watched } from "../src/panel/watched.ts";
import { type Started, started } from "./started.ts";

interface Act {
  logIn(): Promise<unknown>;
  join(): void;
  say(text: string): void;
  report(rows: number): void;
  close(): Promise<void>;
  remove(): void;
}
/** Of the page. */
declare const act: () => Act;

describe("the panel, in a page that allows no inline style", () => {
  let browser: Browser;
  let server: Started;
  let url: string;
  let stop: () => void;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), started("node", { ORIGINS: "*" })]);
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, "panel-page.ts")],
      bundle: true,
      write: false,
      format: "esm",
    });
    const script = outputFiles[0]?.text ?? "";
    const pages = createServer((req, res) => {
      const isScript = req.url === "/page.js";
      res.setHeader("content-type", isScript ? "text/javascript" : "text/html");
      res.setHeader(
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src ws:",
      );
      res.end(
        isScript
          ? script
          : '<!doctype html><html lang="en"><title>Page</title><main><h1>Page</h1></main><script type="module" src="/page.js"></script>',
      );
    }).listen(0, "127.0.0.1");
    await once(pages, "listening");
    url = `http://127.0.0.1:${(pages.address() as AddressInfo).port}/?url=${server.url}`;
    stop = () => pages.close();
  });
  afterAll(async () => {
    await browser?.close();
    stop?.();
    await server?.stop();
  });

  async function opened(options: Parameters<Browser["newContext"]>[0] = {}) {
    const context = await browser.newContext({ locale: "en-US", ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(url);
    await page.getByRole("button", { name: /^open/ }).click();
    return { page, complaints };
  }

  it("shows state, latency, requests that wait, frames without secrets", async () => {
    const { page, complaints } = await opened();
    await page.evaluate(() => act().logIn());
    await page.evaluate(() => act().join());
    await page.evaluate(() => act().say("good morning"));
    await page.evaluate(() => act().report(1_500));
    await page.getByText(/REPORT waits for/).waitFor();
    await page.getByRole("button", { name: /1 pending/ }).waitFor();
    await page.locator("summary").filter({ hasText: "LOG_IN" }).click();
    await expect.poll(() => page.locator("pre").textContent()).toContain('"password": "[redacted]"');
    await screenshot(page, "devtools-panel-light");
    await page.getByText(/REPORT waits for/).waitFor({ state: "hidden" });
    await page.getByLabel("Filter frames").fill("good morning");
    await expect
      .poll(() => page.locator("summary").allTextContents())
      .toEqual([expect.stringMatching(/in.*SAID/), expect.stringMatching(/out.*SAY/)]);
    await page.evaluate(() => act().close());
    await page.getByText("closed (1000)").waitFor();
    await page.evaluate(() => act().remove());
    expect(await page.locator("ws-kit-panel").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it.each(["light", "dark"] as const)(
    "has no fault that a checker of accessibility finds, on a phone: %s",
    async (colorScheme) => {
      const { page } = await opened({ colorScheme, viewport: { width: 390, height: 700 }, bypassCSP: true });
      await page.evaluate(() => act().logIn());
      await page.locator("summary").filter({ hasText: "LOG_IN" }).click();
      await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
      const found = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(on: string): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        return (await axe.run("ws-kit-panel")).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      });
      expect(found).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      await screenshot(page, `devtools-panel-${colorScheme}-390`);
    },
  );
});

it("keeps no more than it may, whatever a client does", () => {
  const watched = new Watched(10);
  for (let n = 0; n < 1_000; n++) {
    const detail = JSON.stringify({ type: "ASK", meta: { correlationId: `${n}` } });
    watched.tell({ kind: "sent", at: n, detail });
    watched.tell({ kind: "received", at: n, detail: new Uint8Array(3) });
    watched.tell({ kind: "received", at: n, detail: "no JSON" });
    watched.tell({ kind: "sent", at: n, detail: '{"type":"$ws:ping"}' });
  }
  expect([watched.frames.length, watched.pending.size]).toEqual([10, 500]);
  expect([watched.sent, watched.received]).toEqual([1_000, 2_000]);
  for (let n = 0; n < 1_000; n++) {
    watched.tell({
      kind: "settled",
      at: n + 4,
      detail: { type: "ASK", correlationId: `${n}`, startedAt: n, error: undefined },
    });
  }
  expect([watched.pending.size, watched.settled.length, watched.medianMs]).toEqual([0, 50, 4]);
});
