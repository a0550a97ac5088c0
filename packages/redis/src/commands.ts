import type { Packet } from "@ws-kit/core/extend";
import { clusterParts } from "./cluster.ts";
import { type Reply, runScript } from "./run-script.ts";
import type { Script } from "./scripts.ts";
import type { Dial, Wire } from "./session.ts";
import { slotOf } from "./slots.ts";
import { clusterOf, dialOf, type RedisClusterSource, type RedisSource } from "./sources.ts";

/** Over so many slots of a cluster keys are spread. */
const CLUSTER_SLOTS = 8;
/** For so long a server that did not answer is not asked again. */
const AWAY_MS = 1_000;

/** Runs scripts with one key on a server, on several, or on a cluster, each by a connection that is dialled when it is needed. */
export class Commands {
  private readonly servers: readonly Server[];

  /**
   * @param by What errors call it.
   * @param timeoutMs For how long a server is waited for, dialling it included.
   * @throws TypeError for what is no client, Error for Bun's anywhere else.
   */
  constructor(source: RedisSource | RedisClusterSource | readonly RedisSource[], by: string, timeoutMs: number) {
    const cluster = clusterOf(source);
    if (cluster !== undefined) {
      this.servers = clusterParts(cluster, CLUSTER_SLOTS).map(
        ({ tag, dial }) => new Server(dial, `{${tag}}`, timeoutMs),
      );
      return;
    }
    const sources = Array.isArray(source) ? (source as readonly RedisSource[]) : [source as RedisSource];
    if (sources.length === 0) throw new TypeError(`${by} needs a server`);
    this.servers = sources.map((each) => new Server(dialOf(each, by), "", timeoutMs));
  }

  /** The server that has a key; the same in every process. */
  serverOf(key: string): Server {
    return this.servers[slotOf(key) % this.servers.length] as Server;
  }

  /** Ends the connections; who asks next dials anew. */
  rest(): void {
    for (const server of this.servers) server.rest();
  }

  close(): void {
    for (const server of this.servers) server.close();
  }
}

/** One dial, and what came of it. */
interface Link {
  wire: Wire | undefined;
  over: boolean;
  readonly ready: Promise<Wire>;
}

/** One server, and the connection to it. */
export class Server {
  private readonly dial: Dial;
  private readonly tag: string;
  private readonly timeoutMs: number;
  private link: Link | undefined = undefined;
  private awayUntil = -Infinity;
  private closed = false;

  constructor(dial: Dial, tag: string, timeoutMs: number) {
    this.dial = dial;
    this.tag = tag;
    this.timeoutMs = timeoutMs;
  }

  /** It did not answer a moment ago: whoever asks now would only wait. */
  get isAway(): boolean {
    return this.closed || performance.now() < this.awayUntil;
  }

  /** Rejects where it does not answer in time, refuses (while it loads its data, say), or is away. */
  async run(script: Script, key: string, args: readonly Packet[]): Promise<Reply> {
    if (this.isAway) throw new Error("Redis is away");
    const link = (this.link ??= this.connect());
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Redis did not answer within ${this.timeoutMs} ms`)), this.timeoutMs);
    });
    const answer = link.ready.then((wire) => runScript((sent) => wire.command(sent), script, [this.tag + key], args));
    try {
      return await Promise.race([answer, late]);
    } catch (error) {
      this.awayUntil = performance.now() + AWAY_MS;
      this.end(link);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  rest(): void {
    if (this.link !== undefined) this.end(this.link);
  }

  close(): void {
    this.closed = true;
    this.rest();
  }

  private connect(): Link {
    let dialled!: (wire: Promise<Wire>) => void;
    const link: Link = { wire: undefined, over: false, ready: new Promise((resolve) => (dialled = resolve)) };
    dialled(this.open(link));
    return link;
  }

  private async open(link: Link): Promise<Wire> {
    link.wire = await this.dial({ message() {}, lost: () => this.end(link) }, false, "one");
    if (link.over) this.end(link);
    await link.wire.open();
    return link.wire;
  }

  /** Gives a connection up; the next who asks dials another one. */
  private end(link: Link): void {
    link.over = true;
    link.wire?.destroy();
    if (this.link === link) this.link = undefined;
  }
}
