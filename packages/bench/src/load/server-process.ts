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
  private readonly lines: AsyncIterator<string>;

  private constructor(spec: ServerSpec, child: Bun.Subprocess, lines: AsyncIterator<string>, port: number) {
    const { pid } = child;
    this.spec = spec;
    this.child = child;
    this.lines = lines;
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
    const lines = linesOf(child.stdout);
    const said: unknown = (await lines.next()).value;
    const port = Number(said);
    if (!(port > 0)) throw new Error(`${spec.name} did not start: ${String(said)}`);
    return new ServerProcess(spec, child, lines, port);
  }

  /** Has the server collect its garbage, and waits until that is over. @returns bytes of its heap that are in use then. */
  async collect(): Promise<number> {
    let heapUsed = 0;
    for (let i = 0; i < 3; i++) {
      this.child.kill("SIGUSR2");
      heapUsed = Number((await this.lines.next()).value);
      await Bun.sleep(150);
    }
    return heapUsed;
  }

  async stop(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.child.exited;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + new TextDecoder().decode(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
