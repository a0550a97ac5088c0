import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { bundle } from "./bundle.ts";

/**
 * Opens a page that runs one of these files. It comes from a server on the loopback, since Chromium lets no other page
 * connect there.
 */
export async function openPage(browser: Browser | BrowserContext, file: string): Promise<Page> {
  const script = await bundle(file);
  const server = createServer((req, res) => {
    const isScript = req.url === "/script.js";
    res.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    res.end(isScript ? script : `<!doctype html><title>test</title><script type="module" src="/script.js"></script>`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { waitUntil: "load" });
  page.once("close", () => server.close());
  return page;
}
