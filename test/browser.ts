import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium, { inflate } from "@sparticuz/chromium";
import {
  type Browser,
  type BrowserContext,
  chromium as playwright,
  type LaunchOptions,
  type Page,
} from "playwright-core";
import type { TestContext } from "vitest";
import { freePort } from "./ports.ts";

const ROOT = join(import.meta.dirname, "..");
const SYSTEM_CHROMIUM = "/usr/bin/chromium";

/**
 * Starts a headless Chromium. The binary, its libraries and fonts come from npm, so a machine with only Node shows the
 * same page as any other; the system's Chromium is used where npm's does not start (it is built for x64 Linux).
 */
export async function launchBrowser(more: LaunchOptions = {}): Promise<Browser> {
  try {
    const home = await unpack();
    const env = { FONTCONFIG_PATH: join(home, "fonts"), LD_LIBRARY_PATH: join(home, "al2023", "lib") };
    return await launch(join(home, "chromium"), env, more);
  } catch (error) {
    if (!existsSync(SYSTEM_CHROMIUM)) throw error;
    return launch(SYSTEM_CHROMIUM, {}, more);
  }
}

/** Whether tabs hide one another, and a page that is left goes into the back/forward cache: npm's Chromium has no window. */
const HAS_WINDOW: boolean = existsSync(SYSTEM_CHROMIUM);

export interface Tabs {
  readonly context: BrowserContext;
  readonly close: () => Promise<void>;
}

/**
 * The tabs of a browser as people use it: `Page.setWebLifecycleState` freezes them, which it does not do to Playwright's own
 * pages, since those are never hidden; and where there is a back/forward cache, a page that is left goes there.
 */
export async function launchTabs(): Promise<Tabs> {
  const port = await freePort();
  const more = {
    args: [`--remote-debugging-port=${port}`],
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  };
  const browser = HAS_WINDOW ? await launch(SYSTEM_CHROMIUM, {}, more) : await launchBrowser(more);
  const tabs = await playwright.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
  const [context] = tabs.contexts();
  if (!context) throw new Error("Chromium has no window");
  return {
    context,
    async close() {
      await tabs.close();
      await browser.close();
    },
  };
}

/** Leaves a test out that needs tabs of a window. */
export function needsWindow(context: TestContext): void {
  if (!HAS_WINDOW) context.skip("npm's Chromium has no window with tabs: apt-get install chromium");
}

/** Keeps a picture of the page in `artifacts/`, which a build can publish. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(ROOT, "artifacts", `${name}.png`) });
}

function launch(executablePath: string, env: Record<string, string>, more: LaunchOptions): Promise<Browser> {
  return playwright.launch({
    ...more,
    executablePath,
    env: { ...process.env, ...env },
    // Containers run as root without a user namespace and with 64 MB of /dev/shm.
    args: [
      "--no-sandbox",
      "--no-zygote",
      "--disable-dev-shm-usage",
      "--disable-gpu",
      "--font-render-hinting=none",
      ...(more.args ?? []),
    ],
  });
}

/** Unpacks the browser once per version; a rename makes it appear whole, whichever test process gets there first. */
async function unpack(): Promise<string> {
  const home = join(tmpdir(), `ws-kit-chromium-${version()}`);
  if (existsSync(home)) return home;
  const staging = await mkdtemp(`${home}-`);
  try {
    await inTmpdir(staging, () => [chromium.executablePath(), inflate(archive("al2023.tar.br"))]);
    await writeFile(join(staging, "fonts", "fonts.conf"), fontsConfig(join(home, "fonts")));
    await rename(staging, home);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!existsSync(home)) throw error;
  }
  return home;
}

/** The unpacker knows no other target than the temporary directory, which it asks for before its first await. */
async function inTmpdir(directory: string, start: () => Promise<unknown>[]): Promise<void> {
  const { TMPDIR } = process.env;
  process.env["TMPDIR"] = directory;
  const started = start();
  if (TMPDIR === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = TMPDIR;
  await Promise.all(started);
}

/** The one that comes along looks for its fonts in /tmp; the system's fill in what these few have no glyphs for. */
function fontsConfig(directory: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${directory}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${directory}/cache</cachedir>
  <alias><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
`;
}

function archive(name: string): string {
  return join(ROOT, "node_modules/@sparticuz/chromium/bin", name);
}

function version(): string {
  const manifest = readFileSync(join(ROOT, "node_modules/@sparticuz/chromium/package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
