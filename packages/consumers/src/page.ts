import type { Browser } from "playwright-core";

/** What became of a page: its title once it has one, and everything that the browser complained of. */
export interface Shown {
  readonly title: string;
  readonly complaints: readonly string[];
}

/** Opens a page and waits for the title that it gives itself. */
export async function show(browser: Browser, url: string): Promise<Shown> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (line) => {
    if (line.type() === "error") complaints.push(line.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  try {
    await page.goto(url);
    await page.waitForFunction(() => document.title.startsWith("sum"), undefined, { timeout: 20_000 }).catch(() => {});
    return { title: await page.title(), complaints };
  } finally {
    await page.close();
  }
}
