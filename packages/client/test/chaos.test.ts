import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../../test/browser.ts";
import { faults, throughKills, throughProxy } from "./chaos/run.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

// Short runs of what `pnpm chaos` does for ten minutes and a hundred kills.
test("a bad network loses nothing unreported, in Chromium and in Node", { timeout: 60_000 }, async () => {
  const runs = await Promise.all([throughProxy(browser, 15_000), throughProxy(undefined, 15_000)]);
  expect(runs.flatMap((run) => faults(run, true))).toEqual([]);
});

test("a server that is killed ten times loses nothing unreported", { timeout: 60_000 }, async () => {
  expect(faults(await throughKills(browser, 10), false)).toEqual([]);
});
