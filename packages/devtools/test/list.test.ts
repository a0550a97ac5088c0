import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../../../test/browser.ts";
import type { List } from "../src/page/list.ts";

declare global {
  interface Window {
    lists: { List: new (options: ConstructorParameters<typeof List<number>>[0]) => List<number> };
    list: List<number>;
  }
}

const SOURCES = join(import.meta.dirname, "../src/page");

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

/** A list that follows, out of sight as those of other tabs are. */
async function hidden() {
  const page = await browser.newPage();
  const { outputFiles } = await build({
    entryPoints: [join(SOURCES, "list.ts")],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "lists",
  });
  await page.addScriptTag({ content: outputFiles[0]?.text ?? "" });
  await page.addStyleTag({ content: await readFile(join(SOURCES, "style.css"), "utf8") });
  await page.addStyleTag({ content: ".table { height: 400px; display: flex } .scroll { height: 400px }" });
  await page.evaluate(() => {
    const fill = ([cell]: readonly HTMLElement[], row: number) => cell?.replaceChildren(`${row}`);
    window.list = new window.lists.List({
      label: "Numbers",
      columns: [{ title: "n", width: "1fr" }],
      fill,
      key: String,
      choose: () => {},
      empty: "None",
      follows: true,
    });
    window.list.element.style.display = "none";
    document.body.append(window.list.element);
  });
  return page;
}

/** Whether somebody who looks at the page sees the row of a number. */
const isSeen = (page: Page, row: string) =>
  page.evaluate((text) => {
    const seen = document.elementFromPoint(
      10,
      (document.querySelector(".scroll")?.getBoundingClientRect().bottom ?? 0) - 5,
    );
    return seen?.closest(".line")?.textContent === text;
  }, row);

it("stays at the end when rows come in the moment in which it is shown", async () => {
  const page = await hidden();
  await page.evaluate(() => {
    window.list.element.style.display = "";
    window.list.show(500, (index) => index);
  });
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 50)))),
  );
  await page.evaluate(() => window.list.show(1_000, (index) => index));
  await expect.poll(() => isSeen(page, "999")).toBe(true);
  expect(await page.evaluate(() => window.list.isFollowing)).toBe(true);
});

it("is at its end when it is shown after rows have come", async () => {
  const page = await hidden();
  await page.evaluate(() => window.list.show(500, (index) => index));
  await page.evaluate(() => {
    window.list.element.style.display = "";
  });
  await expect.poll(() => isSeen(page, "499")).toBe(true);
});
