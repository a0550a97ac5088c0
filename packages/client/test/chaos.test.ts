import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../../test/browser.ts";
import { faults, resumeFaults, throughKills, throughLife, throughProxy } from "./chaos/run.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

// What it was begun with is in every fault, and here, so that a run can be repeated: SEED=… vitest …
const seed = Number(process.env["SEED"] ?? Date.now());
console.log(`chaos: SEED=${seed}`);

// Short runs of what `pnpm chaos` does for ten minutes and a hundred kills.
test("a bad network loses nothing unreported, in Chromium and in Node", { timeout: 60_000 }, async () => {
  const runs = await Promise.all([throughProxy(browser, 15_000, seed), throughProxy(undefined, 15_000, seed)]);
  expect(runs.flatMap((run) => faults(run, true))).toEqual([]);
});

test("a bad network loses nothing at all of a connection that is resumed", { timeout: 60_000 }, async () => {
  const runs = await Promise.all([
    throughProxy(browser, 15_000, seed, true),
    throughProxy(undefined, 15_000, seed, true),
  ]);
  expect(runs.flatMap(resumeFaults)).toEqual([]);
});

test("a tab in the background, a frozen page and a clock that jumps cost nothing", { timeout: 60_000 }, async () => {
  expect(faults(await throughLife(browser, 10_000, seed), true, true)).toEqual([]);
});

test("a server that is killed ten times loses nothing unreported", { timeout: 60_000 }, async () => {
  expect(faults(await throughKills(browser, 10, seed), false)).toEqual([]);
});
