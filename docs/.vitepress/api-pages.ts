import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DefaultTheme } from "vitepress";

/** The reference, a page for each entry: what `scripts/api.ts` has written, which is nothing before it ran. */
export function apiPages(): DefaultTheme.SidebarItem[] {
  const folder = join(import.meta.dirname, "../api");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .toSorted()
    .map((file) => file.replaceAll("\\", "/").replace(/\.md$/, ""))
    .map((page) => (page === "index" ? { text: "All entries", link: "/api/" } : { text: page, link: `/api/${page}` }));
}
