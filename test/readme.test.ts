import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "./ports.ts";
import { readmeFiles } from "./readme.ts";

const ROOT = join(import.meta.dirname, "..");
const PROJECT = join(ROOT, "artifacts/readme");

let files: Map<string, string>;

beforeAll(async () => {
  files = await readmeFiles();
  const port = await freePort();
  await rm(PROJECT, { recursive: true, force: true });
  await mkdir(PROJECT, { recursive: true });
  await symlink(join(ROOT, "examples/chat/node_modules"), join(PROJECT, "node_modules"));
  for (const [name, code] of files) await writeFile(join(PROJECT, name), code.replaceAll("3000", String(port)));
});
afterAll(() => rm(PROJECT, { recursive: true, force: true }));

test("the server and the client of the README are twenty lines each and talk to each other", async () => {
  expect([...files.keys()]).toEqual(["messages.ts", "server.ts", "client.ts"]);
  for (const code of files.values()) expect(code.trim().split("\n").length).toBeLessThanOrEqual(21);

  const server = spawn("bun", ["server.ts"], { cwd: PROJECT, stdio: "inherit" });
  const exited = once(server, "exit");
  try {
    // The client dials until the server is there.
    const client = spawn("bun", ["client.ts"], { cwd: PROJECT, stdio: ["ignore", "pipe", "inherit"] });
    const lines = (await text(client.stdout)).trim().split("\n");
    expect(lines).toEqual(expect.arrayContaining(["open", "lobby: Hello", "5"]));
    expect(lines.at(-1)).toBe("closed");
  } finally {
    server.kill("SIGKILL");
    await exited;
  }
});
