import { fileURLToPath } from "node:url";
import { own } from "../load/children.ts";
import { SERVER_CPU } from "../load/server-process.ts";

export type Runtime = "bun" | "node";

/** What compiler and collector of JavaScriptCore do is done within the slice that it is for, not beside the next ones. */
const SLICES_OWN_WORK = { BUN_JSC_useConcurrentJIT: "0", BUN_JSC_useConcurrentGC: "0" };

/** A checkout's in-process cases in a process of their own. */
export class WorkerProcess {
  readonly names: readonly string[];
  private readonly child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  private readonly lines: AsyncIterator<string>;

  private constructor(child: Bun.Subprocess<"pipe", "pipe", "inherit">, lines: AsyncIterator<string>, first: string) {
    this.child = child;
    this.lines = lines;
    this.names = JSON.parse(first) as string[];
  }

  static async start(checkout: string, runtime: Runtime): Promise<WorkerProcess> {
    const worker = fileURLToPath(new URL("worker.ts", import.meta.url));
    const command = runtime === "bun" ? [process.execPath] : ["node", "--no-warnings"];
    // All on one core: then only what they do themselves tells them apart.
    const child = Bun.spawn(
      ["taskset", "-c", String(SERVER_CPU), ...command, worker, `${checkout}/packages/bench/src/dispatch/cases.ts`],
      {
        stdin: "pipe",
        stdout: "pipe",
        stderr: "inherit",
        env: { ...process.env, ...SLICES_OWN_WORK, NODE_ENV: "production" },
      },
    );
    own(child);
    const lines = linesOf(child.stdout);
    return new WorkerProcess(child, lines, await nextOf(lines, checkout));
  }

  /** Nanoseconds of CPU that so many messages took, each. */
  async slice(name: string, messages: number): Promise<number> {
    void this.child.stdin.write(`${JSON.stringify({ name, messages })}\n`);
    await this.child.stdin.flush();
    return Number(await nextOf(this.lines, name)) / messages;
  }

  async stop(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.child.exited;
  }
}

async function nextOf(lines: AsyncIterator<string>, what: string): Promise<string> {
  const { done, value } = await lines.next();
  if (done === true) throw new Error(`The process of ${what} ended`);
  return value;
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
