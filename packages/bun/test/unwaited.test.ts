import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

let bun: ChildProcess;
let port = 0;
const said: string[] = [];

beforeAll(async () => {
  bun = spawn("bun", [fileURLToPath(new URL("unwaited-server.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (bun.stdout === null) throw new Error("no output");
  const lines = createInterface(bun.stdout);
  const [first] = (await once(lines, "line")) as [string];
  port = Number(first);
  lines.on("line", (line) => said.push(line));
});

afterAll(async () => {
  if (bun.exitCode !== null) return;
  bun.kill("SIGTERM");
  await once(bun, "exit");
});

it("nothing waits for an asynchronous handler that has waited for nothing, and everything for one that has", async () => {
  const ws = new WebSocket(`ws://localhost:${port}`);
  const frames: { type: string }[] = [];
  ws.addEventListener("message", ({ data }) => frames.push(JSON.parse(data as string) as { type: string }));
  await once(ws, "open");
  const heard = async (type: string): Promise<string[]> => {
    said.length = 0;
    const isRequest = type.startsWith("ASK");
    ws.send(JSON.stringify({ type, ...(isRequest && { meta: { correlationId: crypto.randomUUID() } }) }));
    await vi.waitFor(() => expect(said).toHaveLength(2));
    return [...said];
  };
  expect(await heard("AT_ONCE")).toEqual(["AT_ONCE ok", "microtask of AT_ONCE"]);
  expect(await heard("ASK")).toEqual(["ASK ok", "microtask of ASK"]);
  // More than it is looked at in vain.
  for (let i = 0; i < 20; i++) expect(await heard("LATER")).toEqual(["microtask of LATER", "LATER ok"]);
  expect(await heard("THENABLE")).toEqual(["microtask of THENABLE", "THENABLE ok"]);
  expect(await heard("FAILS")).toEqual(["microtask of FAILS", "FAILS error"]);
  expect(await heard("ASK_IN_VAIN")).toEqual(["microtask of ASK_IN_VAIN", "ASK_IN_VAIN error"]);
  expect(frames.map(({ type }) => type)).toEqual(["ANSWER", ...Array<string>(20).fill("SAID"), "ERROR", "ERROR"]);
  ws.close();
});
