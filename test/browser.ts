import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium, { inflate } from "@sparticuz/chromium";
import { type Browser, chromium as playwright, type Page } from "playwright-core";

const ROOT = join(import.meta.dirname, "..");
const SYSTEM_CHROMIUM = "/usr/bin/chromium";

/**
 * Starts a headless Chromium. The binary, its libraries and fonts come from npm, so a machine with only Node shows the
 * same page as any other; the system's Chromium is used where npm's does not start (it is built for x64 Linux).
 */
export async function launchBrowser(): Promise<Browser> {
  try {
    const home = await unpack();
    return await launch(join(home, "chromium"), {
      FONTCONFIG_PATH: join(home, "fonts"),
      LD_LIBRARY_PATH: join(home, "al2023", "lib"),
    });
  } catch (error) {
    if (!existsSync(SYSTEM_CHROMIUM)) throw error;
    return launch(SYSTEM_CHROMIUM, {});
  }
}

/** Keeps a picture of the page in `artifacts/`, which a build can publish. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(ROOT, "artifacts", `${name}.png`) });
}

function launch(executablePath: string, env: Record<string, string>): Promise<Browser> {
  return playwright.launch({
    executablePath,
    env: { ...process.env, ...env },
    // Containers run as root without a user namespace and with 64 MB of /dev/shm.
    args: ["--no-sandbox", "--no-zygote", "--disable-dev-shm-usage", "--disable-gpu", "--font-render-hinting=none"],
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
