import { readdirSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { mergeJson } from "./merge.ts";
import { packageManagerOf, runWith, type PackageManager } from "./package-managers.ts";
import { CLIENTS, SERVERS, type ClientTemplate, type ServerTemplate } from "./templates.ts";

/** What a project is made of. */
export interface ProjectOptions {
  /** Where it is made; it may exist, if it is empty but for a `.git`. Its last part becomes the project's name. */
  readonly directory: string;
  readonly template: ServerTemplate;
  readonly client: ClientTemplate;
  /** Whose commands its README names [npm]. */
  readonly packageManager?: PackageManager;
}

/** Why no project can be made of these options. */
export class ScaffoldError extends Error {
  override readonly name = "ScaffoldError";
}

// From `src` as from `dist`.
const HOME = fileURLToPath(new URL("..", import.meta.url));
/** A name that npm takes: https://docs.npmjs.com/cli/configuring-npm/package-json#name */
const NAME = /^[a-z0-9][a-z0-9._-]{0,213}$/;

/**
 * Writes a new project.
 *
 * @returns the paths of its files, within it.
 * @throws ScaffoldError where the directory has something in it, or no package can have its name.
 * @example
 * await createProject({ directory: "my-app", template: "node-express", client: "react" });
 */
export async function createProject(options: ProjectOptions): Promise<string[]> {
  const { directory, template, client, packageManager = packageManagerOf() } = options;
  if (!Object.hasOwn(SERVERS, template)) throw new ScaffoldError(`There is no template "${template}"`);
  if (!Object.hasOwn(CLIENTS, client)) throw new ScaffoldError(`There is no client "${client}"`);
  const problem = problemOf(directory);
  if (problem !== undefined) throw new ScaffoldError(problem);

  const files = new Map<string, string>();
  const layers = ["base", `server/${template}`, `client/${client}`];
  if (client === "react" && template !== "bun") layers.push(`react-on-vite/${template}`);
  for (const layer of layers) await addLayer(files, layer);
  const words = await wordsOf(files, basename(resolve(directory)), template, packageManager);
  for (const [path, text] of files) {
    const target = join(directory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, filled(text, words));
  }
  return [...files.keys()].toSorted();
}

/** @returns why no project can be made there, in words; undefined where one can. */
export function problemOf(directory: string): string | undefined {
  const name = basename(resolve(directory));
  if (!NAME.test(name)) {
    return `"${name}" cannot be the name of a package: lower case letters, digits, ".", "_" and "-", a letter or digit first`;
  }
  const found = filesIn(directory);
  if (found === undefined) return `${directory} is a file`;
  return found.length === 0 ? undefined : `${directory} is not empty (${found.slice(0, 3).join(", ")})`;
}

/** @returns what would be in a project's way; undefined where there is a file instead. */
function filesIn(directory: string): string[] | undefined {
  try {
    return readdirSync(directory).filter((file) => file !== ".git");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    if (code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** The files of one layer over those below it. A leading `_` keeps tools from taking a template's files for their own. */
async function addLayer(files: Map<string, string>, layer: string): Promise<void> {
  const root = join(HOME, "templates", layer);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const path = source
      .slice(root.length + 1)
      .replaceAll("\\", "/")
      .replace("_gitignore", ".gitignore")
      .replace(/^_(?=.*\.json$)/, "");
    const text = await readFile(source, "utf8");
    const below = files.get(path);
    const merges = below !== undefined && path.endsWith(".json");
    files.set(path, merges ? json(mergeJson(JSON.parse(below) as Json, JSON.parse(text) as Json)) : text);
  }
}

type Json = Parameters<typeof mergeJson>[0];
const json = (value: Json): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** What the templates leave open. */
async function wordsOf(
  files: Map<string, string>,
  name: string,
  template: ServerTemplate,
  manager: PackageManager,
): Promise<ReadonlyMap<string, string>> {
  const { version } = JSON.parse(await readFile(join(HOME, "package.json"), "utf8")) as { version: string };
  const readme = files.get("_README.md") ?? "";
  files.delete("_README.md");
  // Bun has a test runner of its own.
  const test = files.get("test/router.test.ts");
  if (template === "bun" && test !== undefined)
    files.set("test/router.test.ts", test.replace('"vitest"', '"bun:test"'));
  // What pnpm asks about before it runs the install script of a dependency.
  if (template === "cloudflare" && manager === "pnpm") {
    files.set("pnpm-workspace.yaml", "allowBuilds:\n  esbuild: true\n  sharp: false\n  workerd: true\n");
  }
  return new Map([
    ["{{server}}", readme.trim()],
    ["{{install}}", `${manager} install`],
    ["{{run}}", runWith(manager)],
    ["{{name}}", name],
    ["workspace:^", `^${version}`],
  ]);
}

function filled(text: string, words: ReadonlyMap<string, string>): string {
  let out = text;
  for (const [word, meaning] of words) out = out.replaceAll(word, () => meaning);
  return out;
}
