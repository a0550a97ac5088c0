import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { wsClient } from "@ws-kit/client/zod";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { launchBrowser, screenshot } from "../../../test/browser.ts";
import { Metrics, Past, Tick } from "../shared/messages.ts";

const bun = createRequire(import.meta.url).resolve("bun/bin/bun.exe");
let example: ChildProcess;
let browser: Browser;
let url: string;

beforeAll(async () => {
  example = spawn(bun, [join(import.meta.dirname, "../server/main.ts")], {
    env: { ...process.env, PORT: "0", EVERY_MS: "50", NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(example.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  url = /http\S+/.exec(line.toString())?.[0] ?? "";
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  example.kill("SIGKILL");
});

test("what comes next begins where the past ends, without a hole", async () => {
  const client = wsClient({ url: `${url.replace("http", "ws")}ws` });
  onTestFinished(() => client.close());
  const { ticks, since } = (await client.request(Past)).payload;
  expect(ticks.length).toBeGreaterThan(0);
  const offsets: number[] = [];
  const topic = client.subscribe(Metrics(), { since, onGap: () => offsets.push(NaN) });
  topic.on(Tick, ({ position }) => void offsets.push(position.offset));
  await expect.poll(() => offsets.length, { timeout: 10_000 }).toBeGreaterThan(5);
  expect(offsets.slice(0, 5)).toEqual([1, 2, 3, 4, 5].map((n) => since[1] + n));
});

test("the page draws it, and goes on by itself", async () => {
  // uPlot formats figures by the browser's language, which a machine without one has no proper name for.
  const page = await browser.newPage({ viewport: { width: 900, height: 760 }, locale: "en-US" });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  await page.getByText("Open pages 1").waitFor();
  await expect.poll(() => page.locator("canvas").count()).toBe(3);
  /** How many pixels of the first chart have been drawn on. */
  const drawn = (): Promise<number> =>
    page.evaluate(() => {
      const canvas = document.querySelector("canvas") as HTMLCanvasElement;
      const { data } = (canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(
        0,
        0,
        canvas.width,
        canvas.height,
      );
      return data.filter((value, i) => i % 4 === 3 && value > 0).length;
    });
  await expect.poll(drawn).toBeGreaterThan(500);
  await screenshot(page, "dashboard");

  const label = page.getByRole("img").first();
  const before = await label.getAttribute("aria-label");
  await expect.poll(() => label.getAttribute("aria-label")).not.toBe(before);
  expect(complaints).toEqual([]);
});
