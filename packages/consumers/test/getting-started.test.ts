import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { freePort } from "../../../test/ports.ts";
import { readmeFiles } from "../../../test/readme.ts";
import { DENO } from "../../deno/test/executable.ts";
import { whyLeftOut } from "../src/left-out.ts";
import { createProject } from "../src/project.ts";

const bun = join(createRequire(import.meta.url).resolve("bun/package.json"), "../bin");
const why = whyLeftOut();
const PAGE = "docs/getting-started.md";

/** A section of the page, what adds the client there, and what runs its file. */
const RUNTIMES = [
  ["Bun", bun, "bun add npm:@ws-kit/client", "bun"],
  ["Node", dirname(process.execPath), "npm install @ws-kit/client", "node"],
  ["Deno", dirname(DENO), "deno add npm:@ws-kit/client", "deno run --allow-net"],
] as const;

describe.skipIf(why)(`"Getting started" followed to the letter${why === undefined ? "" : `: ${why}`}`, () => {
  let page: string;
  beforeAll(async () => {
    page = await readFile(join(import.meta.dirname, "../../..", PAGE), "utf8");
  });

  test.each(RUNTIMES)("on %s", { timeout: 300_000 }, async (title, path, addClient, run) => {
    await using project = await createProject(inject("registry"), [path]);
    const port = String(await freePort());
    await project.write({ "package.json": JSON.stringify({ private: true, type: "module" }) });
    for (const [name, code] of await readmeFiles(PAGE)) await project.write({ [name]: code.replaceAll("3000", port) });
    const [, section = ""] = page.split(new RegExp(`^### ${title}$`, "m"));
    const [, install = ""] = /`(\w+ (?:add|install) [^`]*)`/.exec(section) ?? [];
    await project.run(install);
    await project.run(addClient);

    await project.start(`${run} ${title.toLowerCase()}.ts & echo started; wait`, /^started$/);
    // What a page has beside its scripts.
    const here = `globalThis.location = { origin: "http://localhost:${port}" };\n`;
    await project.write({ "here.ts": here, "main.ts": 'import "./here.ts";\nimport "./page.ts";\n' });
    const [names] = await project.start(`${run} main.ts`, /^\[.*\]$/);
    expect(names).toMatch(title === "Bun" ? /^\[ "Ada" \]$/ : /^\[ ["']guest["'] \]$/);
  });
});
