import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connect } from "node:net";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { freePort } from "../../../test/ports.ts";

const example = join(import.meta.dirname, "..");

/** A node of the example as a process of its own, until the test is over. */
export interface Node {
  readonly name: string;
  readonly port: number;
  /** Asks it to leave, as whoever deploys does. Resolves when its process has ended. */
  leave(): Promise<void>;
}

export async function startNode(name: string, env: Readonly<Record<string, string>> = {}): Promise<Node> {
  const child = spawn(process.execPath, ["--no-warnings", join(example, "server.ts")], {
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0", NODE_NAME: name, LEAVE_MS: "3000", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => end(child));
  for await (const line of createInterface(child.stdout)) {
    const [, port] = /is at ws:\/\/[^:]+:(\d+)\//.exec(line) ?? [];
    if (port === undefined) continue;
    child.stdout.resume();
    const leave = async (): Promise<void> => {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    };
    return { name, port: Number(port), leave };
  }
  throw new Error(`${name} did not start`);
}

/** What a proxy is started with. */
export interface Prepared {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a proxy with the example's own configuration, in which only what is the machine's is replaced: ports, paths, and
 * a minute of silence by two seconds.
 * @returns its port.
 */
export async function startProxy(
  path: string,
  config: string,
  nodes: readonly Node[],
  prepare: (text: string, folder: string, port: number) => Promise<Prepared>,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "ws-kit-proxy-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const port = await freePort();
  let text = await readFile(join(example, config), "utf8");
  for (const [index, node] of nodes.entries()) text = text.replaceAll(`:${3001 + index}`, `:${node.port}`);
  const { args, env } = await prepare(text.replaceAll(/\b60s\b/g, "2s"), folder, port);
  const child = spawn(path, args, { env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  onTestFinished(() => end(child));
  await listening(port, child, () => said);
  return port;
}

/** A certificate that nobody has signed. @returns the file that has it, its key behind it. */
export async function certificate(folder: string): Promise<{ readonly pem: string; readonly key: string }> {
  const [pem, key] = [join(folder, "chat.pem"), join(folder, "chat.key")];
  const args = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost".split(" ");
  await promisify(execFile)("openssl", [...args, "-keyout", key, "-out", pem]);
  await writeFile(pem, `${await readFile(pem, "utf8")}${await readFile(key, "utf8")}`);
  return { pem, key };
}

async function listening(port: number, child: ChildProcess, said: () => string): Promise<void> {
  for (let n = 0; n < 200; n++) {
    if (child.exitCode !== null) break;
    const socket = connect(port, "127.0.0.1");
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Nothing listens on ${port}: ${said()}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
