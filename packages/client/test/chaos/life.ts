import { setTimeout as sleep } from "node:timers/promises";
import type { CDPSession, Page } from "playwright-core";

/** What befalls a page, each for so many milliseconds. */
const deeds: Record<string, (page: Page, session: CDPSession, ms: number, random: number) => Promise<void>> = {
  /** Another tab is in front of it, and Chromium runs its timers late. */
  async background(page, _, ms) {
    await setHidden(page, true);
    await sleep(ms);
    await setHidden(page, false);
  },
  /** It runs nothing at all, as a tab that Chromium has put to sleep: Playwright's own pages are never hidden, and do not sleep. */
  async freeze(_, session, ms) {
    await session.send("Debugger.enable");
    await session.send("Debugger.pause");
    await sleep(ms);
    await session.send("Debugger.disable");
  },
  /** The page's only thread is busy. */
  async block(page, _, ms) {
    await page.evaluate((until) => {
      const end = performance.now() + until;
      while (performance.now() < end);
    }, ms);
  },
  /** NTP, a user, or daylight saving by hand: by up to a day in either direction. */
  async clock(page, _session, _ms, random) {
    await page.evaluate(
      (jump) => {
        const { now } = Date;
        Date.now = () => now() + jump;
      },
      Math.round((random - 0.5) * 2 * 86_400_000),
    );
  },
  /** The device says that it is offline, and it is not so. */
  async offline(page, _, ms) {
    await setOnLine(page, false);
    await sleep(ms);
    await setOnLine(page, true);
  },
};

/** Lets a page suffer for so long. @returns how often what happened. */
export async function suffer(page: Page, ms: number, random: () => number): Promise<Record<string, number>> {
  const session = await page.context().newCDPSession(page);
  const done: Record<string, number> = {};
  const end = performance.now() + ms;
  for (let left = ms; left > 0; left = end - performance.now()) {
    await sleep(Math.min(left, random() * 1_500));
    const names = Object.keys(deeds);
    const name = names[Math.floor(random() * names.length)] ?? "";
    done[name] = (done[name] ?? 0) + 1;
    const most = Math.max(0, Math.min(1_500, end - performance.now()));
    await deeds[name]?.(page, session, most * random(), random());
  }
  await session.detach();
  return done;
}

/** Headless Chromium has no windows to put in front, so the page is told, as the client hears of it. */
async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((is) => {
    Object.defineProperty(document, "hidden", { value: is, configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);
}

async function setOnLine(page: Page, onLine: boolean): Promise<void> {
  await page.evaluate((is) => {
    Object.defineProperty(navigator, "onLine", { value: is, configurable: true });
    dispatchEvent(new Event(is ? "online" : "offline"));
  }, onLine);
}
