import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A server of an engine, as a process of its own on a port of its own, with a folder that goes when it goes. */
export interface EngineServer {
  readonly port: number;
  readonly pid: number;
  /** Memory of the process and where its data is. */
  readonly folder: string;
  signal(signal: NodeJS.Signals): void;
  /** kill -9, and resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with what it kept. Resolves when it takes connections. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @param path The program, as the setup has found it. */
export function startRedis(path: string, settings: readonly string[] = []): Promise<EngineServer> {
  const args = (port: number, folder: string): string[] => [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    folder,
    "--save",
    "",
    "--appendonly",
    "no",
    ...settings,
  ];
  return start(path, args);
}

/** One that looks after a primary called "main". @param path The program of Redis. @param primary Its port. */
export function startSentinel(path: string, primary: number, quorum: number): Promise<EngineServer> {
  return start(path, (port, folder) => {
    const file = join(folder, "sentinel.conf");
    const lines = [
      `port ${port}`,
      "bind 127.0.0.1",
      `dir ${folder}`,
      `sentinel monitor main 127.0.0.1 ${primary} ${quorum}`,
      "sentinel down-after-milliseconds main 1000",
      "sentinel failover-timeout main 3000",
    ];
    // It writes there itself what it learns.
    if (!existsSync(file)) writeFileSync(file, `${lines.join("\n")}\n`);
    return [file, "--sentinel"];
  });
}

/** @param path The program, as the setup has found it. */
export function startNats(path: string, settings: readonly string[] = []): Promise<EngineServer> {
  return start(path, (port, folder) => ["-a", "127.0.0.1", "-p", String(port), "-sd", folder, ...settings]);
}

async function start(path: string, args: (port: number, folder: string) => string[]): Promise<EngineServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "ws-kit-engine-"));
  let child: ChildProcess;
  let exited: Promise<unknown>;
  const run = async (): Promise<void> => {
    child = spawn(path, args(port, folder), { stdio: "ignore" });
    exited = new Promise((resolve) => child.once("exit", resolve));
    await listening(port);
  };
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  const endWithParent = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithParent);
  await run();
  return {
    port,
    folder,
    get pid() {
      return child.pid ?? -1;
    },
    signal: (signal) => void child.kill(signal),
    kill,
    restart: run,
    async stop() {
      await kill();
      process.off("exit", endWithParent);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function listening(port: number): Promise<void> {
  const until = Date.now() + 10_000;
  while (Date.now() < until) {
    if (await accepts(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Nothing listens on port ${port}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const done = (yes: boolean) => (): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once("connect", done(true));
    socket.once("error", done(false));
  });
}
