import { createRequire } from "node:module";
import { join } from "node:path";

/** The executable itself: the package's bin would start it as a child, which outlives a kill. */
export const DENO: string = join(createRequire(import.meta.url).resolve("deno/package.json"), "..", "deno");

/** What it is given to run a server of this folder. */
export const run = (file: string): string[] => ["run", "--allow-all", "--quiet", `${import.meta.dirname}/${file}`];
