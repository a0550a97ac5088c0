/** What becomes of a client whose page is left, put to sleep or has no address of its own, in Chromium's own tabs. */
import type { Frame, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchTabs, needsWindow, type Tabs } from "../../../test/browser.ts";
import { openPage } from "./page.ts";
import { startServer } from "./process.ts";

let tabs: Tabs;
beforeAll(async () => {
  tabs = await launchTabs();
});
afterAll(() => tabs.close());

async function openLife(url: string): Promise<Page> {
  const page = await openPage(tabs.context, "life-page.ts");
  await page.evaluate((to) => life.start(to), url);
  await until(page, () => life.client.isConnected);
  return page;
}

/** Also in a tab that is hidden, where no frame is drawn that Playwright would wait for. */
const until = (page: Page | Frame, holds: () => unknown) => page.waitForFunction(holds, undefined, { polling: 20 });

test("a page that comes back from the back/forward cache is connected again", async (context) => {
  needsWindow(context);
  const server = await startServer();
  const page = await openLife(server.url);
  await page.evaluate(() => {
    life.states.length = 0;
    addEventListener("pageshow", (event) => {
      life.states.push(`persisted: ${(event as Event & { persisted: boolean }).persisted}`);
    });
  });
  await page.goto(`${page.url()}elsewhere`);
  await page.goBack({ waitUntil: "commit" });
  await until(page, () => life.states.at(-1) === "open");
  expect(await page.evaluate(() => life.states)).toEqual([
    "persisted: true",
    "closed",
    "reconnecting",
    "connecting",
    "open",
  ]);
  expect(await page.evaluate(() => life.errors)).toEqual([]);
  await page.close();
  await server.kill();
});

test("a tab that was frozen while its server was started anew is connected again", async () => {
  const first = await startServer();
  const page = await openLife(first.url);
  const session = await tabs.context.newCDPSession(page);
  await page.evaluate(() => {
    for (const type of ["freeze", "resume"]) document.addEventListener(type, () => life.states.push(type));
  });
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await first.kill();
  const second = await startServer(first.port);
  await session.send("Page.setWebLifecycleState", { state: "active" });
  await until(page, () => life.states.includes("closed") && life.client.isConnected);
  await page.evaluate(() => life.send(2));
  await until(page, () => life.echoed.length > 0);
  const states = await page.evaluate(() => life.states);
  expect(states.slice(0, 5)).toEqual(["connecting", "open", "freeze", "resume", "closed"]);
  expect(await page.evaluate(() => life.errors.filter((error) => !error.startsWith("connect")))).toEqual([]);
  await page.close();
  await second.kill();
});

test("a tab that another one hides has the server confirm what it has sent, without waiting for a while", async (context) => {
  needsWindow(context);
  const server = await startServer();
  const page = await openLife(server.url);
  await page.bringToFront();
  await until(page, () => document.visibilityState === "visible");
  await page.evaluate(() => {
    document.addEventListener("visibilitychange", () => (life.hiddenAt = performance.now()));
    life.send(3);
  });
  const other = await tabs.context.newPage();
  await other.bringToFront();
  await until(page, () => life.hiddenAt > 0 && life.pongs.length > 0);
  const [hiddenAt, pongs] = await page.evaluate(() => [life.hiddenAt, life.pongs] as const);
  expect((pongs[0] ?? 0) - hiddenAt).toBeLessThan(3_000);
  await other.close();
  await page.close();
  await server.kill();
});

test("a frame without an address of its own dials what is relative to its page", async () => {
  const page = await openPage(tabs.context, "life-page.ts");
  await page.evaluate(() => {
    const frame = document.createElement("iframe");
    frame.srcdoc = `<script type="module" src="/script.js"></script>`;
    document.body.append(frame);
  });
  await expect.poll(() => page.frames().length, { timeout: 10_000 }).toBe(2);
  const frame = page.frames()[1] as Frame;
  await until(frame, () => "life" in globalThis);
  await frame.evaluate(() => life.start("/ws"));
  await until(frame, () => life.errors.length > 0);
  // Nobody takes sockets there; it was asked.
  expect(await frame.evaluate(() => life.errors[0])).toContain(`Cannot connect to ${page.url()}ws (1006)`);
  await page.close();
});
