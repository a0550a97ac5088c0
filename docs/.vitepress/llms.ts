import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import type { DefaultTheme } from "vitepress";

const docs = join(import.meta.dirname, "..");

/**
 * Writes `llms.txt`, the index of the site for language models, `llms-full.txt`, all pages in one, and beside each page its
 * Markdown. The reference is too long to be read at once: it is in the index alone.
 *
 * @see https://llmstxt.org
 */
export async function writeLlms(
  sidebar: readonly DefaultTheme.SidebarItem[],
  out: string,
  title: string,
  description: string,
): Promise<void> {
  const index = [`# ${title}`, `> ${description}`];
  const whole = [`# ${title}`, description];
  for (const { text: group = "", items = [] } of sidebar) {
    const lines: string[] = [];
    for (const { text = "", link = "" } of items) {
      const page = link.endsWith("/") ? `${link}index` : link;
      const markdown = await textOf(join(docs, `${page}.md`));
      const copy = join(out, `${page}.md`);
      await mkdir(dirname(copy), { recursive: true });
      await writeFile(copy, markdown);
      const about = group === "API" ? "" : `: ${firstSentence(markdown)}`;
      lines.push(`- [${text}](${page}.md)${about}`);
      if (group !== "API") whole.push(`<!-- ${page}.md -->`, markdown.trim());
    }
    if (lines.length > 0) index.push(`## ${group}`, lines.join("\n"));
  }
  await writeFile(join(out, "llms.txt"), `${index.join("\n\n")}\n`);
  await writeFile(join(out, "llms-full.txt"), `${whole.join("\n\n")}\n`);
}

/** A page as it is read: without front matter, and with the files that it includes or shows. */
async function textOf(file: string): Promise<string> {
  const markdown = (await readFile(file, "utf8")).replace(/^---\n[^]*?\n---\n/, "");
  const parts = markdown.split(/^(<!--@include: \S+-->|<<< \S+)$/m);
  return (await Promise.all(parts.map((part) => taken(part, dirname(file))))).join("");
}

/** What stands for a line that names a file: `<<< server.ts` or `<<< nginx.conf{nginx}` shows it as code. */
async function taken(part: string, folder: string): Promise<string> {
  const [, included] = /^<!--@include: (\S+)-->$/.exec(part) ?? [];
  if (included !== undefined) return readFile(join(folder, included), "utf8");
  const [, shown, language] = /^<<< ([^\s{]+)(?:\{(\w+)\})?$/.exec(part) ?? [];
  if (shown === undefined) return part;
  const code = await readFile(join(folder, shown), "utf8");
  return `\`\`\`${language ?? extname(shown).slice(1)}\n${code}\`\`\``;
}

/** @param page Its file, from the folder of all pages. @returns what its first paragraph begins with, in plain text. */
export async function summaryOf(page: string): Promise<string> {
  const line = firstParagraph(await textOf(join(docs, page)));
  // A sentence, and the next one too where it is as short as a heading.
  const [begin = line] = /^.{40,}?[.:](?= |$)/.exec(line) ?? [];
  return begin.replace(/:$/, ".").replaceAll(/[`*_]/g, "");
}

/** In one line, with the words of its links. */
function firstParagraph(markdown: string): string {
  const paragraph = markdown.split(/\n{2,}/).find((block) => /^[A-Z`@[]/.test(block)) ?? "";
  return paragraph.replaceAll("\n", " ").replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
}

/** What the first paragraph of a page begins with. */
function firstSentence(markdown: string): string {
  const line = firstParagraph(markdown);
  return /^.*?[.:](?= |$)/.exec(line)?.[0].replace(/:$/, ".") ?? line;
}
