import { globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";

/**
 * Writes the packages' READMEs as npm is to show them: what they link to as files of the repository is there at no relative
 * address. The release runs it in its checkout, after it has refused to be one without an address.
 */
const root = join(import.meta.dirname, "..");

/** A README with its relative links at the project's address; code stays as it is. */
export function absoluteLinks(markdown: string, folder: string, url: string): string {
  const parts = markdown.split(/(^```[^]*?^```|`[^`\n]+`)/m);
  const linked = (text: string): string =>
    text.replaceAll(/\]\((?![a-z]+:|#)([^)#\s]+)([^)\s]*)\)/g, (_, to: string, heading: string) => {
      const path = relative(root, join(root, folder, to));
      return `](${url}/${extname(path) === "" ? "tree" : "blob"}/main/${path}${heading})`;
    });
  return parts.map((part, i) => (i % 2 === 0 ? linked(part) : part)).join("");
}

if (import.meta.main) {
  const { repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    repository: { url: string };
  };
  for (const readme of globSync("packages/*/README.md", { cwd: root })) {
    const file = join(root, readme);
    writeFileSync(file, absoluteLinks(readFileSync(file, "utf8"), dirname(readme), repository.url));
  }
}
