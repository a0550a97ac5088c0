import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
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

test("a client of the README hears the next Say after its server was stopped and started again", async () => {
  const own = await readFile(join(PROJECT, "client.ts"), "utf8");
  await writeFile(join(PROJECT, "listener.ts"), own.replace("await client.close();", ""));
  await writeFile(join(PROJECT, "speaker.ts"), own.replaceAll("Hello", "Again"));
  const run = (file: string) => spawn("bun", [file], { cwd: PROJECT, stdio: ["ignore", "pipe", "inherit"] });
  const stop = async (child: ReturnType<typeof run>): Promise<void> => {
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  };
  let server = run("server.ts");
  const listener = run("listener.ts");
  let heard = "";
  listener.stdout.on("data", (data) => (heard += String(data)));
  try {
    await vi.waitFor(() => expect(heard).toContain("lobby: Hello"), 10_000);
    await stop(server);
    server = run("server.ts");
    await vi.waitFor(() => expect(heard.match(/^open$/gm)).toHaveLength(2), 10_000);
    await text(run("speaker.ts").stdout);
    await vi.waitFor(() => expect(heard).toContain("lobby: Again"), 5_000);
  } finally {
    await Promise.all([stop(listener), stop(server)]);
  }
}, 40_000);

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
