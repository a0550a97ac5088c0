import { build } from "esbuild";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { launchBrowser } from "../../../test/browser.ts";
import { Room, Said, Tick } from "./messages.ts";
import { startServer } from "./server.ts";

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

declare global {
  interface Window {
    renders: Record<string, number>;
    setId(id: string): void;
    setRoom(id: string): void;
    setRound(round: number): void;
    setRows(rows: number): void;
    setName(name: string | undefined): void;
  }
}

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

describe.each(["18", "19"] as const)("React %s, in StrictMode", (version) => {
  let code: string;
  let site: Awaited<ReturnType<typeof startServer>>;
  let page: Page;
  let problems: string[];
  beforeAll(async () => {
    code = await bundle(version);
  });
  beforeEach(async () => {
    site = await startServer(code);
    page = await browser.newPage();
    problems = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (entry) => entry.type() === "error" && problems.push(entry.text()));
    await page.goto(site.url);
    await expectShown("state", "open true");
  });
  afterEach(async () => {
    await page.close();
    await site.server.stop({ timeoutMs: 0 });
  });

  const text = (id: string): Promise<string | null> => page.textContent(`#${id}`);
  const expectShown = (id: string, what: string | RegExp): Promise<void> =>
    vi.waitFor(async () => expect(await text(id)).toMatch(what), { timeout: 10_000 });

  test("state, latency, answers, reports and messages", async () => {
    await expectShown("user", "user 1  false");
    await expectShown("import", /^1?2?3?4?5? 5 false some$/); // two reports may come within one render
    await expectShown("profile", "user first");
    await expectShown("topic", "fresh");
    await page.click("#say");
    await expectShown("texts", /^room:1 hello$/);
    await expectShown("latency", "known");
    await page.click("#rename");
    await expectShown("renamed", "Ada  false");
    await page.click("#take");
    await expectShown("renamed", /Taken false/);
    expect(problems).toEqual([]);
  });

  test("the handler that runs is the one rendered last, and what does not change renders nothing", async () => {
    await expectShown("user", "user 1  false");
    const before = await page.evaluate(() => ({ ...window.renders }));
    await vi.waitFor(async () => {
      await site.router.publish("ticks", Tick, { n: 1 });
      expect(Number(await text("ticks"))).toBeGreaterThan(0);
    });
    const from = Number(await text("ticks"));
    for (let i = 0; i < 50; i++) {
      await site.router.publish("ticks", Tick, { n: 1 });
      await expectShown("ticks", String(from + i + 1));
    }
    expect(await page.evaluate(() => window.renders)).toEqual(before);
  });

  test("who is there, what they say of themselves, and that they have gone", async () => {
    await page.evaluate(() => window.setName("ada"));
    await expectShown("who", /^1 ada there$/);
    const other = await browser.newPage();
    await other.goto(site.url);
    await other.waitForFunction(() => document.querySelector("#state")?.textContent === "open true");
    await other.evaluate(() => window.setName("")); // looks, and is not there
    await vi.waitFor(async () => expect(await other.textContent("#who")).toBe("1 ada there"));
    await other.evaluate(() => window.setName("bob"));
    await expectShown("who", /^2 ada there,bob there$/);
    await page.click("#idle");
    await vi.waitFor(async () => expect(await other.textContent("#who")).toContain("ada idle"));
    await page.evaluate(() => window.setName("ann"));
    await vi.waitFor(async () => expect(await other.textContent("#who")).toContain("ann there"));
    await other.evaluate(() => window.setName(undefined));
    await expectShown("who", /^1 ann there$/);
    const renders = await page.evaluate(() => window.renders["who"]);
    await other.close();
    await site.router.publish("ticks", Tick, { n: 1 });
    expect(await page.evaluate(() => window.renders["who"])).toBe(renders);
    expect(problems).toEqual([]);
  });

  test("a query of TanStack's is answered, and what the server pushes goes into its cache", async () => {
    await expectShown("cached", "user cached");
    await expectShown("topic", "fresh");
    await site.router.publish("ticks", Tick, { n: 7 });
    await expectShown("cached", "tick 7");
  });

  test("another question aborts the one under way, on the server as well, and so does unmounting", async () => {
    await page.evaluate(() => window.setId("slow-1"));
    await vi.waitFor(() => expect(site.asked).toContain("slow-1"));
    await page.evaluate(() => window.setId("2"));
    await expectShown("user", "user 2  false");
    await vi.waitFor(() => expect(site.aborted).toContain("slow-1"));
    await page.evaluate(() => window.setId("slow-2"));
    await vi.waitFor(() => expect(site.asked.filter((id) => id === "slow-2").length).toBeGreaterThan(1));
    await page.evaluate(() => window.setId(""));
    await vi.waitFor(() => expect(site.aborted).toContain("slow-2"));
  });

  test("a stream that is turned off is not pending, and another question is asked anew", async () => {
    await expectShown("import", / 5 false some$/);
    await page.evaluate(() => window.setRows(1_000));
    await expectShown("import", / true some$/);
    await page.evaluate(() => window.setRows(0));
    await expectShown("import", / false some$/);
    await page.evaluate(() => window.setRows(3));
    await expectShown("import", / 3 false some$/);
  });

  test("an error is shown, thrown to a boundary where one suspends, and gone after another answer", async () => {
    await page.evaluate(() => window.setId("nobody"));
    await expectShown("user", /Nobody false/);
    await expectShown("profile", "Nobody");
    await page.evaluate(() => window.setId("3"));
    await expectShown("user", "user 3  false");
    await expectShown("profile", "user 3");
    const asked = site.asked.length;
    await page.click("#again");
    await vi.waitFor(() => expect(site.asked.length).toBe(asked + 1));
  });

  test("what was published while the connection was lost comes once, and the state is told", async () => {
    await expectShown("topic", "fresh");
    await page.click("#say");
    await expectShown("texts", "hello");
    for (const connection of site.router.connections) connection.close(1012, "Away");
    await site.router.publish(Room({ id: "1" }), Said, { text: "missed" });
    await expectShown("state", "open true");
    await expectShown("texts", /^room:1 hello,room:1 missed$/);
  });

  test("another topic takes the place of the first, and one that may not be followed says so", async () => {
    await expectShown("topic", "fresh");
    await page.evaluate(() => window.setRoom("2"));
    await vi.waitFor(async () => {
      const [connection] = site.router.connections;
      expect(connection?.topics).toContain("room:2");
      expect(connection?.topics).not.toContain("room:1");
    });
    await page.evaluate(() => window.setRoom("closed"));
    await expectShown("topic", /Not allowed/);
  });

  test("ten new providers, one after the other, leave one socket", async () => {
    for (let round = 1; round <= 10; round++) await page.evaluate((n) => window.setRound(n), round);
    await expectShown("user", "user 1  false");
    await vi.waitFor(() => expect(site.router.connections.size).toBe(1));
  });
});
