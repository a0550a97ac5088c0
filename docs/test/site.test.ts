import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const docs = join(import.meta.dirname, "..");
let site: string;

// Fails where a page links to one that is not there, or to a heading that is not in it.
beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), "ws-kit-site-"));
  await promisify(execFile)(join(docs, "node_modules/.bin/vitepress"), ["build", "--outDir", site], { cwd: docs });
}, 240_000);
afterAll(() => rm(site, { recursive: true, force: true }));

test("every page is in the sidebar, but the first", async () => {
  const front = readFileSync(join(site, "server.html"), "utf8");
  const links = new Set([...front.matchAll(/href="\/([\w/-]+)"/g)].map(([, link]) => `${link}.html`));
  const pages = (await readdir(site, { recursive: true })).filter((file) => file.endsWith(".html"));
  expect(pages.filter((page) => !links.has(page)).toSorted()).toEqual(["404.html", "index.html"]);
});

test("links that lead into the repository's code are words", () => {
  expect(readFileSync(join(site, "scaling.html"), "utf8")).not.toMatch(/href="[^"]*examples/);
});

test.each(["subscribe", "filter", "4401", "reconnect"])("the search knows %j", async (word) => {
  const assets = await readdir(join(site, "assets"), { recursive: true });
  const index = assets.find((file) => file.includes("localSearchIndex"));
  expect(readFileSync(join(site, "assets", String(index)), "utf8").toLowerCase()).toContain(word);
});

test("headings that pages link to are there", async () => {
  const pages = (await readdir(site, { recursive: true })).filter((file) => file.endsWith(".html"));
  const html = new Map(
    pages.map((page) => [`/${page.replace(/\.html$/, "")}`, readFileSync(join(site, page), "utf8")]),
  );
  const missing = [...html].flatMap(([page, text]) =>
    [...text.matchAll(/<a href="([^"#]*)#([^"]+)"/g)].flatMap(([, to = "", heading = ""]) => {
      const target = html.get(to === "" ? page : to);
      return target === undefined || target.includes(`id="${decodeURIComponent(heading)}"`)
        ? []
        : [`${page} → ${to}#${heading}`];
    }),
  );
  expect(missing).toEqual([]);
});
