import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../../../test/ports.ts";

const MAIN = join(import.meta.dirname, "../server/main.ts");

/** The chat as its own process. */
export interface ChatServer {
  readonly port: number;
  readonly process: ChildProcess;
  /** Ends it as a crash would, or politely with SIGTERM; resolves when it is gone. */
  kill(signal?: "SIGKILL" | "SIGTERM"): Promise<void>;
}

/** Starts the chat and waits until it listens. */
export async function startChat(port?: number, env: NodeJS.ProcessEnv = {}, main?: string): Promise<ChatServer> {
  const chosen = port ?? (await freePort());
  const process = runChat(chosen, env, main);
  const exited = once(process, "exit");
  const lines = createInterface({ input: process.stdout });
  const [line] = (await Promise.race([once(lines, "line"), exited])) as [unknown];
  if (typeof line !== "string") throw new Error(`The chat ended with ${String(line)}`);
  return {
    port: chosen,
    process,
    async kill(signal = "SIGKILL") {
      process.kill(signal);
      await exited;
    },
  };
}

export function runChat(port: number, env: NodeJS.ProcessEnv = {}, main: string = MAIN) {
  return spawn("bun", [main], {
    env: { ...process.env, PORT: String(port), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
