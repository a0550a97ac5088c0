import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { freePort } from "../../../test/ports.ts";

/** A server that answers with its version. */
const program = (port: number, version: string): string => `
import { serve } from "@ws-kit/bun";
import { createRouter, rpc, z } from "@ws-kit/zod";
const router = createRouter();
router.rpc(rpc("PING", undefined, "PONG", { from: z.string() }), () => ({ from: "${version}" }));
router.onClose(() => console.log("onClose"));
const server = serve(router, { port: ${port} });
console.log("LISTENING", server.port, "${version}");
`;

it("bun --hot: a connection that was open before a reload is still served", async () => {
  const port = await freePort();
  const folder = await mkdtemp(join(import.meta.dirname, "hot-"));
  const file = join(folder, "server.ts");
  await writeFile(file, program(port, "one"));
  const bun = spawn("bun", ["--hot", file], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(bun, "exit");
  let output = "";
  bun.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const printed = (text: string): Promise<void> => expect.poll(() => output, { timeout: 10_000 }).toContain(text);
  try {
    await printed("one");
    const peer = new WebSocket(`ws://localhost:${port}/`);
    const answers: string[] = [];
    peer.addEventListener("message", ({ data }: MessageEvent<string>) => answers.push(data));
    await once(peer, "open");
    await writeFile(file, program(port, "two"));
    await printed("two");
    peer.send(JSON.stringify({ type: "PING", meta: { correlationId: "1" } }));
    await expect.poll(() => answers, { timeout: 5_000 }).toHaveLength(1);
    expect(answers[0]).toContain('"PONG"');
    peer.close();
    await printed("onClose");
  } finally {
    bun.kill("SIGKILL");
    await exited;
    await rm(folder, { recursive: true });
  }
});
