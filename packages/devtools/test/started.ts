import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface Started {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the server with the page as a process of its own. */
export async function started(runtime: "bun" | "node", env: NodeJS.ProcessEnv = {}): Promise<Started> {
  const server = spawn(runtime, [join(import.meta.dirname, "server.ts")], {
    env: { ...process.env, NODE_ENV: "test", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(server, "exit");
  const [line] = (await Promise.race([once(createInterface({ input: server.stdout }), "line"), exited])) as [unknown];
  if (typeof line !== "string") throw new Error(`The server ended with ${String(line)}`);
  return {
    port: Number(line),
    url: `ws://127.0.0.1:${line}/ws`,
    async stop() {
      server.kill("SIGTERM");
      await exited;
    },
  };
}
