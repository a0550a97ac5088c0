import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { serve } from "@ws-kit/node";
import { redisEngine } from "@ws-kit/redis";
import { createRouter } from "@ws-kit/zod";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { createClient } from "redis";
import { expect, test, vi } from "vitest";
import { launchBrowser } from "../../../test/browser.ts";
import { instrument } from "../src/index.ts";
import { Join, Room, Said, Say } from "./messages.ts";
import { ended, spans } from "./world.ts";

/** A span as a page tells it. */
interface PageSpan {
  readonly name: string;
  readonly id: string;
  readonly trace: string;
  readonly parent: string | undefined;
}

declare const spansOfPage: () => PageSpan[];

function node(port: number) {
  const router = instrument(createRouter({ engine: redisEngine(createClient({ url: `redis://127.0.0.1:${port}` })) }))
    .on(Join, (ctx) => void ctx.topics.subscribe(Room({ id: "7" })))
    .on(Say, async (ctx) => void (await ctx.publish(Room({ id: "7" }), Said, ctx.payload)));
  return serve(router, { port: 0, hostname: "127.0.0.1", allowedOrigins: "*" });
}

async function open(browser: Browser, script: string, url: string): Promise<Page> {
  const server = createServer((req, res) => {
    const isScript = req.url === "/script.js";
    res.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    res.end(isScript ? script : `<!doctype html><body><script type="module" src="/script.js"></script></body>`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const page = await browser.newPage();
  page.once("close", () => server.close());
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?url=${encodeURIComponent(url)}`);
  await page.waitForSelector("body.open");
  return page;
}

withServer("redis", "through Redis", (path) => {
  test("one trace goes from a browser's click to another browser's message", async () => {
    const redis = await startRedis(path);
    const servers = [node(redis.port), node(redis.port)] as const;
    const browser = await launchBrowser();
    try {
      const { outputFiles } = await build({
        entryPoints: [join(import.meta.dirname, "page.ts")],
        bundle: true,
        format: "esm",
        write: false,
      });
      const script = outputFiles[0]?.text ?? "";
      await Promise.all(servers.map(({ ready }) => ready));
      const [ada, bob] = (await Promise.all(
        servers.map(({ port }) => open(browser, script, `ws://127.0.0.1:${port}/`)),
      )) as [Page, Page];
      await vi.waitFor(() => expect(ended("process JOIN")).toHaveLength(2), 10_000);
      spans.reset();

      await ada.click("button");
      await bob.waitForFunction(() => document.querySelector("p")?.textContent === "hello");
      await vi.waitFor(() => expect(ended("process SAY")).toHaveLength(1), 10_000);

      const [clicked, heard] = await Promise.all([ada, bob].map((page) => page.evaluate(() => spansOfPage())));
      const [handled] = ended("process SAY");
      const find = (all: PageSpan[] | undefined, name: string) => all?.find((span) => span.name === name);
      const [click, sent, said] = [find(clicked, "click"), find(clicked, "send SAY"), find(heard, "process SAID")];
      expect(sent?.parent).toBe(click?.id);
      expect(handled?.parentSpanContext?.spanId).toBe(sent?.id);
      expect(said?.parent).toBe(handled?.spanContext().spanId);
      expect(new Set([click?.trace, sent?.trace, handled?.spanContext().traceId, said?.trace]).size).toBe(1);
      await Promise.all([ada, bob].map((page) => page.close()));
    } finally {
      await browser.close();
      await Promise.all(servers.map((server) => server.stop()));
      await redis.stop();
    }
  });
});
