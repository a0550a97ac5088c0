import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
export const BUN: string = join(require.resolve("bun/package.json"), "..", "bin", "bun.exe");

export interface RunningServer {
  readonly port: number;
  readonly url: string;
  /** Ends it the way a crash does, and waits until it is gone. */
  kill(): Promise<void>;
}

/** What runs a script of this folder. */
const RUNTIMES = {
  bun: [BUN],
  node: [process.execPath],
  deno: [join(require.resolve("deno/package.json"), "..", "deno"), "run", "--allow-all", "--quiet"],
} as const;

/** Runs the test server, by default under Bun. */
export async function startServer(
  port = 0,
  script = "server.ts",
  env: Record<string, string> = {},
  runtime: keyof typeof RUNTIMES = "bun",
): Promise<RunningServer> {
  const [command, ...args] = RUNTIMES[runtime];
  const child = spawn(command, [...args, join(import.meta.dirname, script)], {
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const listening = await lineOf(child, /^listening on (\d+)$/);
  return {
    port: Number(listening[1]),
    url: `ws://127.0.0.1:${listening[1]}/`,
    kill: () => kill(child),
  };
}

/** The same, of a server whose codec is MessagePack. */
export async function startMsgpackServer(): Promise<RunningServer> {
  const server = await startServer(0, "server.ts", { CODEC: "msgpack" });
  return { ...server, url: `${server.url}msgpack` };
}

/** The first line of a process's output that matches. */
export async function lineOf(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  if (!child.stdout) throw new Error("The process has no output");
  for await (const line of createInterface(child.stdout)) {
    const match = pattern.exec(line);
    if (match) return match;
  }
  throw new Error(`The process ended without ${pattern}`);
}

function kill(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
