import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { freePort } from "./ports.ts";

const ROOT = join(import.meta.dirname, "..");
let folder: string | undefined;

afterEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

test("pnpm start installs what the chat needs and no more, serves it, and says what to do next", async () => {
  folder = mkdtempSync(join(tmpdir(), "ws-kit-start-"));
  const there = folder;
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
  for (const file of files
    .toString()
    .split("\0")
    .filter((name) => name !== "" && existsSync(join(ROOT, name)))) {
    cpSync(join(ROOT, file), join(there, file), { recursive: true });
  }
  const port = await freePort();
  // Where this repository's own packages are is no concern of the copy.
  const { NODE_PATH: _path, ...own } = process.env;
  const env = { ...own, PORT: String(port) };
  // Its own process group: npx does not pass on to what it runs that it was ended.
  const chat = spawn("npx", ["-y", "pnpm@12", "start"], { cwd: there, env, detached: true });
  let said = "";
  for (const stream of [chat.stdout, chat.stderr]) stream.on("data", (data) => (said += String(data)));
  try {
    await vi.waitFor(() => expect(said).toContain(`The chat is at http://localhost:${port}/`), 120_000);
    expect(said).toContain("npm create ws-kit");
    const page = await (await fetch(`http://localhost:${port}/`)).text();
    const script = /src="([^"]+\.js)"/.exec(page)?.[1] ?? "";
    expect(await (await fetch(new URL(script, `http://localhost:${port}/`))).text()).toContain("WebSocket");
    const tools = await fetch(`http://localhost:${port}/devtools/`);
    expect([tools.status, await tools.text()]).toEqual([503, expect.stringContaining("npx -y pnpm@12 install")]);
    // In MiB.
    const [size] = execFileSync("du", ["-sm", "--apparent-size", join(there, "node_modules")])
      .toString()
      .split("\t");
    expect(Number(size)).toBeLessThan(250);
  } finally {
    process.kill(-(chat.pid as number), "SIGTERM");
    await once(chat, "exit");
  }
}, 180_000);
