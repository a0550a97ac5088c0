import { wsClient } from "@ws-kit/client/zod";
import { serve } from "@ws-kit/node";
import { createRouter, message, z } from "@ws-kit/zod";
import { expect, it, onTestFinished } from "vitest";
import { launchBrowser, screenshot } from "../../../test/browser.ts";
import { devtools } from "../src/index.ts";

const Tree = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree);
  },
});
const Drawn = message.fromServer("DRAWN", {
  nick: z.string().nullable(),
  shape: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("circle"), radius: z.number() }),
    z.object({ kind: z.literal("text"), words: z.string() }),
  ]),
  scores: z.record(z.string(), z.number()),
  at: z.iso.datetime(),
  tags: z.array(z.string()),
  tree: Tree,
});

it("a form has unions, what may be null, records, dates, lists and schemas within themselves", async () => {
  const router = createRouter();
  const server = serve(router, {
    port: 0,
    hostname: "127.0.0.1",
    path: "/ws",
    fetch: devtools(router, { messages: [Drawn] }),
  });
  await server.ready;
  onTestFinished(() => server.stop());
  const client = wsClient({ url: `ws://127.0.0.1:${server.port}/ws` });
  onTestFinished(() => client.close());
  const heard: unknown[] = [];
  client.on(Drawn, ({ payload }) => heard.push(payload));
  await client.connect();
  const clientId = [...router.connections][0]?.clientId ?? "";

  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage({ locale: "en-US", viewport: { width: 390, height: 1_400 } });
  page.setDefaultTimeout(8_000);
  await page.goto(`http://127.0.0.1:${server.port}/devtools`);
  await page.click("#tab-send");
  const form = page.locator("#view-send");
  await form.getByRole("textbox", { name: "Client" }).fill(clientId);
  await form.getByLabel("Kind of nick").selectOption({ label: "null" });
  await form.getByLabel("Kind of shape").selectOption({ label: '"text"' });
  await form.getByLabel("words").fill("hello");
  await form.getByLabel("scores, as JSON").fill('{ "ada": 1.5 }');
  await form.getByLabel("at", { exact: true }).fill("2026-11-29T10:00:00Z");
  const add = form.getByRole("button", { name: "Add to tags" });
  await add.click();
  await add.click();
  await form.getByRole("button", { name: "Take tags 1 away" }).click();
  await add.click();
  await form.getByLabel("tags 2").fill("second");
  await form.getByLabel("tags 3").fill("third");
  await form.getByLabel("name", { exact: true }).fill("root");
  await form.getByRole("button", { name: "Add to children" }).click();
  await form.getByLabel("name", { exact: true }).nth(1).fill("leaf");
  await screenshot(page, "devtools-form-390");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await form.getByRole("button", { name: "Send", exact: true }).click();
  await expect
    .poll(() => heard)
    .toEqual([
      {
        nick: null,
        shape: { kind: "text", words: "hello" },
        scores: { ada: 1.5 },
        at: "2026-11-29T10:00:00Z",
        tags: ["second", "third"],
        tree: { name: "root", children: [{ name: "leaf", children: [] }] },
      },
    ]);
});
