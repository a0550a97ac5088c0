import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { own } from "./children.ts";
import { CpuClock } from "./process-stats.ts";

export const SERVER_CPU = 0;
export const GENERATOR_CPU = 1;

export interface ServerSpec {
  readonly name: string;
  readonly runtime: "bun" | "node";
  /** A file of `src/servers`, and what it is told to be. */
  readonly file: string;
  readonly args?: readonly string[];
  /** Where the file is, if not in this checkout's `src/servers`. */
  readonly servers?: string;
}

/** A server in a process of its own, pinned to its own core. */
export class ServerProcess {
  readonly spec: ServerSpec;
  readonly port: number;
  readonly cpu: CpuClock;
  readonly pid: number;
  private readonly child: Bun.Subprocess;

  private constructor(spec: ServerSpec, child: Bun.Subprocess, pid: number, port: number) {
    this.spec = spec;
    this.child = child;
    this.pid = pid;
    this.port = port;
    this.cpu = new CpuClock(pid);
  }

  static async start(spec: ServerSpec): Promise<ServerProcess> {
    const file = join(spec.servers ?? fileURLToPath(new URL("../servers/", import.meta.url)), `${spec.file}.ts`);
    const runtime = spec.runtime === "bun" ? [process.execPath] : ["node", "--expose-gc", "--no-warnings"];
    // Both replace themselves by the server, so the child's id is the server's.
    const prefix = ["setpriv", "--pdeathsig", "KILL", "taskset", "-c", String(SERVER_CPU)];
    const child = Bun.spawn([...prefix, ...runtime, file, ...(spec.args ?? [])], {
      stdout: "pipe",
      stderr: "inherit",
      env: { ...process.env, NODE_ENV: "production" },
    });
    own(child);
    let said = "";
    for await (const chunk of child.stdout as ReadableStream<Uint8Array>) {
      said += new TextDecoder().decode(chunk);
      if (said.includes("\n")) break;
    }
    const port = Number(said);
    if (!(port > 0)) throw new Error(`${spec.name} did not start: ${said}`);
    return new ServerProcess(spec, child, child.pid, port);
  }

  /** Has the server collect its garbage, and waits until that is over. */
  async collect(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      this.child.kill("SIGUSR2");
      await Bun.sleep(150);
    }
  }

  async stop(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.child.exited;
  }
}
