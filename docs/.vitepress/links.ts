import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { MarkdownRenderer } from "vitepress";

/** Those that have a page: it includes their README. */
export const packages: readonly string[] = readdirSync(join(import.meta.dirname, "../packages")).map((file) =>
  file.replace(".md", ""),
);

/**
 * READMEs and pages link to each other as files of the repository. Here what has a page leads to that page; what has none
 * (a folder of code) is a word, as long as the project has no public address.
 */
export function siteLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push("site-links", ({ tokens }) => {
    for (const { children } of tokens) {
      const open: boolean[] = [];
      for (const token of children ?? []) {
        if (token.type === "link_open") {
          const href = String(token.attrGet("href"));
          const target = targetOf(href);
          open.push(target !== undefined);
          if (target === undefined) token.type = "text";
          else token.attrSet("href", target);
        } else if (token.type === "link_close" && open.pop() === false) token.type = "text";
      }
    }
  });
}

/** @returns undefined for what the site does not have. */
function targetOf(href: string): string | undefined {
  if (/^[a-z]+:|^#|^\//.test(href)) return href;
  const path = href.replace(/^(\.\.?\/)+/, "");
  const [, page] = /^docs\/(.*)$/.exec(path) ?? [];
  if (page !== undefined) return `/${page}`;
  const [, name = ""] = /^(?:packages\/)?([\w-]+)(?:\/README\.md)?$/.exec(path) ?? [];
  if (packages.includes(name) && path !== href) return `/packages/${name}`;
  // From a page in a folder to one of the others.
  const [file = ""] = path.split("#");
  if (file.endsWith(".md") && existsSync(join(import.meta.dirname, "..", file))) return `/${path}`;
  return path === href ? href : undefined;
}
