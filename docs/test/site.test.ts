import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publicEntries } from "../../test/api.ts";
import { launchBrowser, screenshot } from "../../test/browser.ts";
import { accessibilityProblems, serveSite } from "./accessible.ts";
import { countShifts, pageFaults } from "./page-faults.ts";

const docs = join(import.meta.dirname, "..");
let site: string;

// Fails where a page links to one that is not there, or to a heading that is not in it.
beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), "ws-kit-site-"));
  const run = promisify(execFile);
  await run(process.execPath, [join(docs, "scripts/api.ts")]);
  await run(join(docs, "node_modules/.bin/vitepress"), ["build", "--outDir", site], { cwd: docs });
}, 480_000);
afterAll(() => rm(site, { recursive: true, force: true }));

test("every page is in the sidebar, but the first", async () => {
  const front = readFileSync(join(site, "server.html"), "utf8");
  const links = new Set(
    [...front.matchAll(/href="\/([@\w/-]+)"/g)].map(([, link = ""]) => `${link.replace(/\/$/, "/index")}.html`),
  );
  const pages = (await readdir(site, { recursive: true })).filter((file) => file.endsWith(".html"));
  expect(pages.filter((page) => !links.has(page)).toSorted()).toEqual(["404.html", "index.html"]);
});

test("the front page has a first program beside its title", () => {
  const [, hero = ""] = /hero-code(.*?)VPFeatures/s.exec(readFileSync(join(site, "index.html"), "utf8")) ?? [];
  const code = hero.replaceAll(/<[^>]+>/g, "");
  for (const file of ["messages.ts", "server.ts", "page.ts"]) expect(code).toContain(`// ${file}`);
});

test("links that lead into the repository's code are words", () => {
  expect(readFileSync(join(site, "scaling.html"), "utf8")).not.toMatch(/href="[^"]*examples/);
});

test.each(["subscribe", "filter", "4401", "reconnect"])("the search knows %j", async (word) => {
  const assets = await readdir(join(site, "assets"), { recursive: true });
  const index = assets.find((file) => file.includes("localSearchIndex"));
  expect(readFileSync(join(site, "assets", String(index)), "utf8").toLowerCase()).toContain(word);
});

// The reference counts headings of one name in a way of its own: a few of its links lead to the top of their page.
test("headings that pages link to are there", async () => {
  const pages = (await readdir(site, { recursive: true })).filter((file) => file.endsWith(".html"));
  const html = new Map(
    pages.map((page) => [`/${page.replace(/\.html$/, "")}`, readFileSync(join(site, page), "utf8")]),
  );
  const written = [...html].filter(([page]) => !page.startsWith("/api/"));
  const missing = written.flatMap(([page, text]) =>
    [...text.matchAll(/<a href="([^"#]*)#([^"]+)"/g)].flatMap(([, to = "", heading = ""]) => {
      const target = html.get(to === "" ? page : to);
      return target === undefined || target.includes(`id="${decodeURIComponent(heading)}"`)
        ? []
        : [`${page} → ${to}#${heading}`];
    }),
  );
  expect(missing).toEqual([]);
});

test("the reference has every entry that users may import, with its docstrings", async () => {
  const index = readFileSync(join(site, "api/index.html"), "utf8");
  for (const { name } of publicEntries()) expect(index).toContain(`>${name}</a>`);
  const core = readFileSync(join(site, "api/@ws-kit/core.html"), "utf8");
  expect(core).toContain("Handles a message that expects no answer");
});

test("language models find an index, and all pages in one", () => {
  const index = readFileSync(join(site, "llms.txt"), "utf8");
  expect(index).toMatch(/^# WS-Kit\n\n> /);
  const links = [...index.matchAll(/^- \[[^\]]+\]\(\/([^)]+)\)/gm)].map(([, link = ""]) => link);
  expect(links).toContain("getting-started.md");
  for (const link of links) expect(readFileSync(join(site, link), "utf8").length).toBeGreaterThan(0);
  const whole = readFileSync(join(site, "llms-full.txt"), "utf8");
  for (const known of ["npm create ws-kit", "authorizeTopic", "useTopic"]) expect(whole).toContain(known);
  expect(whole).not.toContain("@include");
});

describe("in Chromium", () => {
  let browser: Awaited<ReturnType<typeof launchBrowser>>;
  let served: Awaited<ReturnType<typeof serveSite>>;
  beforeAll(async () => {
    [browser, served] = await Promise.all([launchBrowser(), serveSite(site)]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    served.server.close();
  });

  const PAGES = ["", "getting-started", "frameworks", "presence", "users", "asking", "telemetry", "rate-limits"];
  const LOOKS = [
    ["desktop", 1280, "light"],
    ["desktop", 1280, "dark"],
    ["phone", 390, "light"],
    ["phone", 390, "dark"],
  ] as const;
  test.each(LOOKS)(
    "on a %s of %d pixels, %s: nothing overflows, and axe finds nothing",
    async (device, width, scheme) => {
      const options = { viewport: { width, height: 844 }, colorScheme: scheme, reducedMotion: "reduce" } as const;
      const page = await browser.newPage(options);
      const problems: string[] = [];
      for (const path of PAGES) {
        await page.goto(`${served.url}/${path}`, { waitUntil: "networkidle" });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (over > 0) problems.push(`/${path} is ${over} pixels too wide`);
        problems.push(...(await accessibilityProblems(page)).map((problem) => `/${path} ${problem}`));
        await screenshot(page, `docs-${device}-${scheme}-${path || "index"}`);
      }
      await page.close();
      expect(problems).toEqual([]);
    },
    300_000,
  );

  test.each([
    [1280, 800, 800],
    [390, 844, 1_260],
  ])(
    "the front page says why in its first screen of %d by %d, and beside whom in the next",
    async (width, height, lowest) => {
      const page = await browser.newPage({ viewport: { width, height }, reducedMotion: "reduce" });
      await page.goto(served.url, { waitUntil: "networkidle" });
      const boxOf = async (selector: string): Promise<{ x: number; y: number; height: number }> =>
        (await page.locator(selector).boundingBox()) ?? { x: Infinity, y: Infinity, height: Infinity };
      const why = await boxOf(".hero-why");
      expect(why.y + why.height).toBeLessThan(height);
      await page.getByRole("link", { name: "Beside the others", exact: true }).click();
      await expect.poll(async () => (await boxOf("#beside-the-others")).y).toBeLessThan(150);
      expect(await page.evaluate(() => scrollY)).toBeGreaterThan(500);
      const table = await boxOf("table");
      expect(table.y + table.height).toBeLessThan(lowest);
      // What a row is about stays in sight while one looks at the last column.
      const { x } = await boxOf("tbody tr:first-child td:first-child");
      await page.locator("table").evaluate((all) => (all.scrollLeft = all.scrollWidth));
      expect((await boxOf("tbody tr:first-child td:first-child")).x).toBeCloseTo(x, -1);
      await page.close();
    },
  );

  test.each([390, 768, 960, 1280])("the front page cuts off nothing of its code, %d pixels wide", async (width) => {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    await page.goto(served.url);
    const code = await page.locator(".hero-code").boundingBox();
    expect((code?.x ?? 0) + (code?.width ?? Infinity)).toBeLessThanOrEqual(width);
    await page.close();
  });

  test.each([390, 1280])(
    "every written page is as Lighthouse wants it, %d pixels wide",
    async (width) => {
      const page = await browser.newPage({ viewport: { width, height: 844 }, reducedMotion: "reduce" });
      await countShifts(page);
      const problems: string[] = [];
      const note = (problem: string): void => void problems.push(`${new URL(page.url()).pathname} ${problem}`);
      page.on("console", (line) => line.type() === "error" && note(line.text()));
      page.on("pageerror", (error) => note(error.message));
      const descriptions = new Map<string, string>();
      for (const path of await writtenPages()) {
        await page.goto(`${served.url}/${path}`, { waitUntil: "networkidle" });
        (await pageFaults(page)).forEach(note);
        if (width > 1_000) (await accessibilityProblems(page)).forEach(note);
        const description = await page.getAttribute("meta[name=description]", "content");
        const same = descriptions.get(String(description));
        if (same !== undefined) note(`is described as /${same} is`);
        descriptions.set(String(description), path);
      }
      await page.close();
      expect(descriptions.size).toBeGreaterThan(25);
      expect(problems).toEqual([]);
    },
    240_000,
  );

  test("the search finds what is looked for, on the page that says it", async () => {
    const page = await browser.newPage();
    await page.goto(served.url, { waitUntil: "networkidle" });
    await page.click(".DocSearch-Button");
    const input = page.locator(".search-input");
    const found = (): Promise<string[]> =>
      page.locator(".results a.result").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
    const expected = {
      subscribe: /^\/(client|server)#/,
      filter: /^\/(server|scaling|patterns)#/,
      4401: /^\/(auth|getting-started|client|protocol|server)#/,
      reconnect: /^\/(client|questions|frameworks|deployment\/proxies)#/,
      broadcast: /^\/(server|migrating|questions)#/,
      disconnect: /^\/(server|client|questions)#/,
      rooms: /^\/(server|getting-started|concepts|questions|scaling)#/,
      upload: /^\/streams#/,
      session: /^\/(auth|server)#/,
    };
    for (const [word, where] of Object.entries(expected)) {
      await input.fill("");
      await expect.poll(found).toEqual([]);
      await input.fill(word);
      // Pages that explain come first, and the reference after them.
      await expect.poll(async () => (await found())[0], { timeout: 10_000, message: word }).toMatch(where);
    }
    await page.close();
  }, 60_000);

  /** Addresses of all pages that are not made of docstrings. */
  async function writtenPages(): Promise<string[]> {
    const files = await readdir(site, { recursive: true });
    return files
      .filter((file) => file.endsWith(".html") && !file.startsWith("api/") && file !== "404.html")
      .map((file) => file.replace(/(^index)?\.html$/, ""));
  }
});
