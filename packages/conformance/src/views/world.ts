import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { launchBrowser } from "../../../../test/browser.ts";
import type { Live } from "./counted.ts";
import { type Serve, startServer } from "./server.ts";

declare global {
  interface Window {
    /** How often each part of the page was rendered. */
    renders: Record<string, number>;
    /** Listeners and subscriptions of the page's client. */
    live: Live;
    setId(id: string): void;
    setRoom(id: string): void;
    setRound(round: number): void;
    setRows(rows: number): void;
    setName(name: string | undefined): void;
    /**
     * Shows a component, or hides it as its framework does: `<Activity>`, `<KeepAlive>`, `{#key}`, `<Show>`. Undefined: what has
     * kept it is gone.
     */
    setToggled(isShown: boolean | undefined): void;
  }
}

/** A page in Chromium and its server, new for each test. */
export interface World {
  readonly browser: Browser;
  readonly page: Page;
  readonly site: Awaited<ReturnType<typeof startServer>>;
  /** Uncaught errors, and what was written as one to the console. */
  readonly problems: readonly string[];
  readonly text: (id: string) => Promise<string | null>;
  readonly expectShown: (id: string, what: string | RegExp) => Promise<void>;
}

/** @param bundle Makes the page's script. */
export function viewsWorld(bundle: () => Promise<string>, serve: Serve): World {
  let code: string;
  let browser: Browser;
  let page: Page;
  let site: World["site"];
  let problems: string[];
  beforeAll(async () => {
    [browser, code] = await Promise.all([launchBrowser(), bundle()]);
  }, 60_000);
  afterAll(() => browser.close());
  beforeEach(async () => {
    site = await startServer(serve, code);
    page = await browser.newPage();
    problems = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (entry) => entry.type() === "error" && problems.push(entry.text()));
    await page.goto(site.url);
    await expectShown("state", "open true").catch((error: unknown) => {
      throw new Error(`The page does not start: ${problems.join("; ")}`, { cause: error });
    });
  });
  afterEach(async () => {
    await page.close();
    await site.server.stop({ timeoutMs: 0 });
  });
  const text = (id: string): Promise<string | null> => page.textContent(`#${id}`);
  const expectShown = (id: string, what: string | RegExp): Promise<void> =>
    vi.waitFor(async () => expect(await text(id)).toMatch(what), { timeout: 10_000 });
  return {
    get browser() {
      return browser;
    },
    get page() {
      return page;
    },
    get site() {
      return site;
    },
    get problems() {
      return problems;
    },
    text,
    expectShown,
  };
}
