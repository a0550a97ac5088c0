import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The README's code, by file name: each block begins with a comment that names its file. */
export async function readmeFiles(): Promise<Map<string, string>> {
  const markdown = await readFile(join(import.meta.dirname, "../README.md"), "utf8");
  const blocks = markdown.matchAll(/```ts\n(\/\/ (\S+\.ts)\n[\s\S]*?)```/g);
  return new Map([...blocks].map(([, code = "", name = ""]) => [name, code]));
}
