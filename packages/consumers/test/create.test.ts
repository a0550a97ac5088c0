import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test, type TestContext } from "vitest";
import { launchBrowser } from "../../../test/browser.ts";
import { freePort } from "../../../test/ports.ts";
import { whyLeftOut } from "../src/left-out.ts";
import { createProject, type Project } from "../src/project.ts";

const bun = join(createRequire(import.meta.url).resolve("bun/package.json"), "../bin");
const why = whyLeftOut();

const PNPM = "npx -y pnpm@12";
const INSTALLED = "node_modules/.bin/create-ws-kit";

/** What is made, by which command, and what installs it: each package manager has its turn, the quickest the others. */
const PROJECTS = [
  ["bun", "react", "bun create ws-kit", "bun install"],
  ["bun", "plain", INSTALLED, `${PNPM} install`],
  ["node-express", "react", INSTALLED, `${PNPM} install`],
  ["node-express", "plain", "npm create --yes ws-kit --", "npm install"],
  ["hono", "react", INSTALLED, `${PNPM} install`],
  ["hono", "plain", INSTALLED, `${PNPM} install`],
  ["cloudflare", "react", `${PNPM} create ws-kit`, `${PNPM} install`],
  ["cloudflare", "plain", INSTALLED, "bun install"],
] as const;

describe.skipIf(why)(`a project that is made anew${why === undefined ? "" : `: ${why}`}`, () => {
  let project: Project;
  let browser: Browser;
  let unscoped: Record<string, string>;

  beforeAll(async () => {
    project = await createProject(inject("registry"), [bun, dirname(process.execPath)]);
    // The program has no scope, so this registry is asked for everything, and sends on for what is not ours.
    const registry = inject("registry");
    unscoped = {
      npm_config_registry: registry,
      pnpm_config_registry: registry,
      npm_config_replace_registry_host: "never",
    };
    await project.run("npm install create-ws-kit", unscoped);
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await project?.[Symbol.asyncDispose]();
  });

  test.concurrent.for(PROJECTS)("%s, %s: by `%s` and `%s`", { timeout: 300_000 }, async (made, context) => {
    const [template, client, create, install] = made;
    const name = `${template}-${client}`;
    // Each keeps what it has run once, by its version, for longer than it stays the same here.
    const fresh = join(project.directory, ".fresh", name);
    await mkdir(fresh, { recursive: true });
    const caches = {
      TMPDIR: fresh,
      XDG_CACHE_HOME: fresh,
      ...(create.startsWith("npm ") && { npm_config_cache: fresh }),
    };
    await project.run(`${create} ${name} --template ${template} --client ${client} --yes`, { ...unscoped, ...caches });
    await writeFile(join(project.directory, name, ".npmrc"), `@ws-kit:registry=${inject("registry")}\naudit=false\n`);
    const inside = (command: string): string => `cd ${name} && ${command}`;

    await project.run(inside(install));
    await project.run(inside("npm run typecheck"));
    expect(await project.run(inside("npm test"))).toMatch(/2 pass/);
    if (template !== "bun") await project.run(inside("npm run build"));

    const port = String(await freePort());
    const env = { PORT: port, NO_COLOR: "1" };
    const start = template === "cloudflare" ? `npm start -- --port ${port}` : "npm start";
    await project.start(inside(start), /Listening|Local:/, env);
    expect(await talk(`http://localhost:${port}/`, context)).toEqual([]);
    if (client === "plain") return;
    // Where the page comes from elsewhere while one works on it.
    const [, url = ""] = await project.start(inside("npm run dev"), /(?:Local: +|Listening on )(http\S+)/, {
      ...env,
      PORT: String(await freePort()),
    });
    // Vite may be there first: then the page dials in vain, and again.
    await talk(url, context);
  });

  /** Two tabs, one of which takes a name and speaks: both hear it. @returns what the browser complained of. */
  async function talk(url: string, { onTestFinished }: TestContext): Promise<string[]> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const complaints: string[] = [];
    const open = async (): Promise<Page> => {
      const page = await context.newPage();
      page.on("console", (line) => void (line.type() === "error" && complaints.push(line.text())));
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(url);
      await page.getByRole("status").filter({ hasText: "open" }).waitFor();
      return page;
    };
    const [ada, bob] = [await open(), await open()];
    await ada.getByLabel("Name").fill("Ada");
    await ada.getByRole("button", { name: "Rename me" }).click();
    await ada.getByText("You are Ada").waitFor();
    await ada.getByLabel("Message").fill("Hello");
    await ada.getByRole("button", { name: "Say" }).click();
    for (const page of [ada, bob]) await page.getByText("Ada: Hello").waitFor();
    return complaints;
  }
});
