import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { until } from "@ws-kit/conformance/engines/world";
import type { NodeLine } from "./node.ts";
import { startProxy } from "./proxy.ts";

/** What a node has at one moment. */
export interface Held {
  readonly rssMb: number;
  readonly topics: number;
  readonly connections: number;
}

/** One node as a process that may be killed, and what it said of itself. */
export class ChaosNode {
  readonly port: number;
  readonly links: ("up" | "down")[] = [];
  readonly faults: string[] = [];
  readonly repeated: string[] = [];
  child: ChildProcess | undefined;
  private held: Held | undefined;
  /** When the link came up last, by this process's clock. */
  upAt = 0;

  private readonly index: number;
  private readonly command: readonly string[];
  private readonly enginePort: number;

  private constructor(index: number, port: number, command: readonly string[], enginePort: number) {
    this.index = index;
    this.port = port;
    this.command = command;
    this.enginePort = enginePort;
  }

  static async start(index: number, command: readonly string[], enginePort: number): Promise<ChaosNode> {
    const node = new ChaosNode(index, await freePort(), command, enginePort);
    await node.start();
    return node;
  }

  get isUp(): boolean {
    return this.links.at(-1) === "up";
  }

  async start(): Promise<void> {
    const [program = "node", ...args] = this.command;
    const env = { ...process.env, PORT: String(this.port), ENGINE_PORT: String(this.enginePort) };
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    this.child = child;
    this.links.length = 0;
    await new Promise<void>((resolve, reject) => {
      child.once("exit", () => reject(new Error(`Node ${this.index} ended before it listened`)));
      createInterface({ input: child.stdout }).on("line", (text) => {
        if (this.child !== child) return;
        const line = JSON.parse(text) as NodeLine;
        if ("listening" in line) resolve();
        else this.heard(line);
      });
    });
  }

  private heard(line: Exclude<NodeLine, { listening: number }>): void {
    if ("fault" in line) this.faults.push(`node ${this.index}: ${line.fault}`);
    else if ("link" in line) {
      if (this.links.at(-1) === line.link) this.repeated.push(`node ${this.index}: ${line.link} twice`);
      this.links.push(line.link);
      if (line.link === "up") this.upAt = Date.now();
    } else this.held = line;
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await exited;
    this.child = undefined;
  }

  /** What it has from now on: it is asked to collect its garbage first. */
  async holds(): Promise<Held> {
    this.held = undefined;
    this.child?.kill("SIGUSR2");
    await until(() => this.held !== undefined, 30_000);
    return this.held as unknown as Held;
  }
}

async function freePort(): Promise<number> {
  const proxy = await startProxy(() => undefined);
  proxy.close();
  return proxy.port;
}
