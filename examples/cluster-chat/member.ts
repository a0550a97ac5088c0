import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const CHAT = join(import.meta.dirname, "../chat/server/main.ts");

/** One process of the chat, which may be killed and started again. */
export class Member {
  readonly name: string;
  readonly #redisUrl: string;
  #child: ChildProcess | undefined;
  /** Another one at each start; undefined while it is dead. */
  port: number | undefined;

  constructor(name: string, redisUrl: string) {
    this.name = name;
    this.#redisUrl = redisUrl;
  }

  /** Resolves when it listens, and has its page. */
  async start(): Promise<void> {
    const child = spawn("bun", [CHAT], {
      env: { ...process.env, PORT: "0", REDIS_URL: this.#redisUrl },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout });
    const exited = once(child, "exit");
    const [first] = (await Promise.race([once(lines, "line"), exited])) as [unknown];
    if (typeof first !== "string") throw new Error(`${this.name} ended before it listened`);
    const port = Number(/:(\d+)/.exec(first)?.[1]);
    console.log(`${this.name} listens on port ${port}`);
    lines.on("line", (line) => console.log(`${this.name}: ${line}`));
    this.#child = child;
    void exited.then(() => {
      this.#child = undefined;
      this.port = undefined;
      console.log(`${this.name} is dead`);
    });
    // Bun bundles a page when it is first asked for: its parts may be asked of another node than the page was.
    await (await fetch(`http://localhost:${port}/`)).arrayBuffer();
    this.port = port;
  }

  /** As a crash would. Resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }
}
