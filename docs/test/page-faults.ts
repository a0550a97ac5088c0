import type { Page } from "playwright-core";

declare global {
  /** Of the page since it was opened (https://web.dev/articles/cls). */
  var layoutShift: number;
}

/** Has a page count what moves in it by itself; before it goes anywhere. */
export async function countShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    globalThis.layoutShift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
        if (!entry.hadRecentInput) globalThis.layoutShift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** What a search engine, a phone or a slow line would mind of a page, by Lighthouse's rules. */
export function pageFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const check = (fine: boolean, fault: string): void => void (fine || found.push(fault));
    const content = (name: string): string =>
      document.querySelector<HTMLMetaElement>(`meta[name=${name}]`)?.content ?? "";
    check(document.title.length > 5, "has no title");
    check(content("description").length > 20, "has no description");
    check(content("viewport").includes("width=device-width"), "has no viewport");
    check(document.documentElement.lang !== "", "has no lang");
    const titles = document.querySelectorAll("h1").length;
    check(titles === 1, `has ${titles} h1`);
    for (const image of document.images) {
      const { src, alt } = image;
      check(alt !== "", `${src} has no alt`);
      check(image.hasAttribute("width") && image.hasAttribute("height"), `${src} has no size`);
    }
    const over = document.documentElement.scrollWidth - innerWidth;
    check(over <= 0, `is ${over} pixels too wide`);
    check(globalThis.layoutShift < 0.1, `moves by ${globalThis.layoutShift}`);
    // 24 pixels, or a link among words (WCAG 2.2, 2.5.8).
    for (const target of document.querySelectorAll("button, input, header a, nav a, aside a, .VPButton, .pager-link")) {
      const { width, height } = target.getBoundingClientRect();
      const isThere = target.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && width > 1;
      check(!isThere || (width >= 24 && height >= 24), `${target.className} is ${width} by ${height} pixels`);
    }
    return found;
  });
}
