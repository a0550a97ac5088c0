import { wsClient } from "@ws-kit/client/zod";
import { serve } from "@ws-kit/node";
import { createRouter, message, z } from "@ws-kit/zod";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { launchBrowser, screenshot } from "../../../test/browser.ts";
import { devtools } from "../src/index.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

const HTML = '<img src=x onerror="globalThis.broken = 1"><script>globalThis.broken = 1</script>';
/** Would turn round what stands behind it. */
const TURNED = "safe \u202egnp.exe\u2066 \u200f!";
const LONG = "ab".repeat(5_000);
const TORN = "torn \ud83d and \udc00";
const MARKS = "a\u0300\u0301".repeat(40);
const TEXTS = [HTML, TURNED, LONG, TORN];

const Join = message("JOIN", { topic: z.string() });
const Odd = message(HTML, { text: z.string() });
const Turned = message(TURNED, { text: z.string() });

/** A server whose messages, topics and users are called so, and where everything that is turned fails. */
async function served(): Promise<number> {
  const router = createRouter<{ user: string }>({
    identify: (data) => data.user,
    authenticate: (req) => ({ user: decodeURIComponent(new URL(req.url).searchParams.get("user") ?? "") }),
    limits: { maxTopicBytes: 20_000, maxViolations: 1_000 },
  });
  const tools = devtools(router);
  router
    .on(Join, (ctx) => void ctx.topics.subscribe(ctx.payload.topic))
    .on(Odd, (ctx) => void ctx.publish(HTML, Odd, ctx.payload))
    .on(Turned, () => {
      throw new Error(`${TURNED} ${HTML} ${LONG}`);
    })
    .onError(() => {});
  const server = serve(router, { port: 0, hostname: "127.0.0.1", path: "/ws", fetch: tools });
  await server.ready;
  onTestFinished(() => server.stop());
  return server.port;
}

/** Clients that are called so and send so, and one whose types nobody knows. */
async function visited(port: number): Promise<void> {
  const url = `ws://127.0.0.1:${port}/ws`;
  for (const user of [HTML, TURNED, LONG.slice(0, 4_000)]) {
    const client = wsClient({ url: `${url}?user=${encodeURIComponent(encodeURIComponent(user))}` });
    onTestFinished(() => client.close());
    client.onError(() => {});
    await client.connect();
    for (const topic of [HTML, TURNED, LONG.slice(0, 200), MARKS]) client.send(Join, { topic });
    for (const text of TEXTS) {
      client.send(Odd, { text });
      client.send(Turned, { text });
    }
  }
  const raw = new WebSocket(url);
  onTestFinished(() => raw.close());
  await new Promise((resolve) => raw.addEventListener("open", resolve));
  for (const type of TEXTS) raw.send(JSON.stringify({ type, meta: { correlationId: type.slice(0, 60) } }));
}

it.each([
  ["light", 1_280],
  ["dark", 1_280],
  ["light", 390],
] as const)(
  "names that peers and applications make up are text, and break no row: %s, %d",
  async (colorScheme, width) => {
    const port = await served();
    const context = await browser.newContext({ locale: "en-US", colorScheme, viewport: { width, height: 800 } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (said) => complaints.push(said.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`http://127.0.0.1:${port}/devtools`);
    await page.getByText("live").waitFor();
    await page.click("#tab-frames");
    await visited(port);
    const lines = (view: string) => page.locator(`#view-${view} .rows .line:visible`);
    // Twelve that failed, and four types that nobody handles.
    await page.locator("#tab-errors").filter({ hasText: "16" }).waitFor();
    const looked = async (view: string): Promise<void> => {
      await screenshot(page, `devtools-hostile-${view}-${colorScheme}-${width}`);
      const found = await page.evaluate(() => ({
        turning: document.body.innerText.match(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g),
        options: [...document.querySelectorAll("option")]
          .map(({ text }) => text)
          .join("")
          .match(/[\u202e\u2066]/g),
        elements: document.querySelectorAll("img, script:not([src])").length,
        width: document.documentElement.scrollWidth,
      }));
      expect({ view, ...found }).toEqual({ view, turning: null, options: null, elements: 0, width });
    };
    for (const view of ["connections", "topics", "frames", "errors"]) {
      await page.click(`#tab-${view}`);
      await lines(view).first().click();
      const title = page.locator(`#view-${view} .detail h2`).first();
      expect((await title.boundingBox())?.height).toBeLessThan(160);
      // Whatever its marks and lines are.
      const heights = await lines(view).evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height));
      expect(new Set(heights).size).toBe(1);
      await looked(view);
    }
    await page.click("#tab-send");
    await page.getByLabel("Message").locator("option").first().waitFor({ state: "attached" });
    await looked("send");
    expect(await page.evaluate(() => (globalThis as { broken?: number }).broken)).toBeUndefined();
    expect(complaints).toEqual([]);
  },
);
