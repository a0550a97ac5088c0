import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { extname, join } from "node:path";
import type axe from "axe-core";
import type { Page } from "playwright-core";

const TYPES: Record<string, string> = {
  ".css": "text/css",
  ".js": "text/javascript",
  ".html": "text/html",
  ".svg": "image/svg+xml",
};

/** Serves the built site, whose addresses have no ending. */
export async function serveSite(folder: string): Promise<{ url: string; server: Server }> {
  const server = createServer((req, res) => {
    const path = new URL(req.url ?? "/", "http://localhost").pathname;
    const file = path.endsWith("/") ? `${path}index.html` : extname(path) === "" ? `${path}.html` : path;
    readFile(join(folder, decodeURIComponent(file))).then(
      (content) => res.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream").end(content),
      () => res.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as { port: number }).port}` };
}

/** Violations found by axe (https://github.com/dequelabs/axe-core), each with the elements concerned. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  const source = await readFile(new URL(import.meta.resolve("axe-core")), "utf8");
  await page.evaluate(source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
  });
}
