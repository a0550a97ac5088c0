import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The code of the README, or of another page, by file name: each block begins with a comment that names its file. */
export async function readmeFiles(page = "README.md"): Promise<Map<string, string>> {
  const markdown = await readFile(join(import.meta.dirname, "..", page), "utf8");
  const blocks = markdown.matchAll(/```ts\n(\/\/ (\S+\.ts)\n[\s\S]*?)```/g);
  return new Map([...blocks].map(([, code = "", name = ""]) => [name, code]));
}
