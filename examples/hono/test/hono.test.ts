import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

const SOURCES = join(import.meta.dirname, "../src");

/** Starts the example and gives its address. */
async function start(command: string, file: string): Promise<URL> {
  const child = spawn(command, [join(SOURCES, file)], {
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill());
  let output = "";
  for await (const chunk of child.stdout) {
    output += String(chunk);
    const [, url] = /board is at (\S+)/.exec(output) ?? [];
    if (url !== undefined) return new URL(url);
  }
  throw new Error(`The example ended: ${output}`);
}

test.for([
  ["Bun", "bun", "bun.ts"],
  ["Node", process.execPath, "node.ts"],
  ["Workers", process.execPath, "workerd.ts"],
] as const)("HTTP and sockets together on %s", async ([, command, file]) => {
  const url = await start(command, file);
  expect(await (await fetch(url)).text()).toContain("<h1>Notice board</h1>");

  const socket = new WebSocket(new URL("/ws", url.href.replace("http", "ws")));
  await once(socket, "open");
  onTestFinished(() => socket.terminate());
  socket.send(JSON.stringify({ type: "READERS", meta: { correlationId: "1" } }));
  const [count] = (await once(socket, "message")) as [Buffer];
  expect(JSON.parse(count.toString())).toEqual({
    type: "READER_COUNT",
    meta: { correlationId: "1" },
    payload: { count: 1 },
  });

  const heard = once(socket, "message");
  const pin = (body: unknown) => fetch(new URL("/notices", url), { method: "POST", body: JSON.stringify(body) });
  expect(await (await pin({ text: "Tea at four" })).json()).toEqual({ readers: 1 });
  const [notice] = (await heard) as [Buffer];
  expect(JSON.parse(notice.toString())).toEqual({ type: "NOTICE", payload: { text: "Tea at four" } });
  expect((await pin({ text: "" })).status).toBe(400);
});
