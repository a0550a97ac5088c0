import type { ClusterState, LinkReport } from "@ws-kit/core";
import { type Connection, Hub, type Socket } from "@ws-kit/core/adapter";
import type { Engine } from "@ws-kit/core/extend";
import { createRouter, message, type Router, z } from "@ws-kit/zod";

export const Tick = message("TICK", { by: z.string(), n: z.number() });
const Join = message("JOIN", { topic: z.string() });

/** One node: a router of its own, a peer that follows topics, and what was told of the link. */
export class EngineNode {
  readonly reports: LinkReport[] = [];
  readonly lines: string[] = [];
  /** What its peer got, as "by:n". */
  readonly got: string[] = [];
  readonly router: Router;
  private readonly hub: Hub;
  private peer: Connection | undefined;

  constructor(engine: Engine) {
    const keep = (...line: unknown[]): void => void this.lines.push(line.map(String).join(" "));
    this.router = createRouter({ engine, logger: { debug() {}, warn: keep, error: keep } });
    this.router.on(Join, (ctx) => ctx.topics.subscribe(ctx.payload.topic));
    this.router.onLink((report) => void this.reports.push(report));
    this.hub = new Hub(this.router);
  }

  get cluster(): ClusterState {
    if (this.router.cluster === undefined) throw new Error("It is closed");
    return this.router.cluster;
  }

  async follow(...topics: string[]): Promise<void> {
    this.peer ??= this.connect();
    const { following } = this.peer;
    const before = following?.length ?? 0;
    for (const topic of topics) {
      this.hub.receive(this.peer, JSON.stringify({ type: "JOIN", payload: { topic } }));
      await wait(0);
    }
    await until(() => (this.peer?.following?.length ?? 0) === before + topics.length && !this.hub.busy);
  }

  private connect(): Connection {
    const receive = (text: string): void => {
      const { type, payload } = JSON.parse(text) as { type: string; payload: { by: string; n: number } };
      if (type === "TICK") this.got.push(`${payload.by}:${payload.n}`);
    };
    const socket: Socket = {
      send: (frame) => (receive(String(frame)), 1),
      close() {},
      terminate() {},
      getBufferedAmount: () => 0,
    };
    const peer = this.hub.adopt(socket, {}, crypto.randomUUID());
    this.hub.opened(peer);
    return peer;
  }

  up(): Promise<void> {
    return until(() => this.cluster.state === "up");
  }

  close(): Promise<void> {
    return this.hub.dispose();
  }
}

export async function until(holds: () => boolean, ms = 20_000): Promise<void> {
  const end = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`Not within ${ms} ms: ${String(holds)}`);
    await wait(5);
  }
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What became of publishes while something happened to the engine. */
export interface Outcome {
  readonly published: number;
  readonly away: number;
  readonly received: number;
  /** Handed to the engine, not received, and told of by a report of one of the two nodes. */
  readonly told: number;
  /** The same, and told by nobody: has to be none. */
  readonly unsaid: number;
  readonly twice: number;
  readonly disordered: number;
  /** Milliseconds from the end of the fault to the first of the ticks received that was published after it. */
  readonly liveAfterMs: number;
  readonly reports: readonly string[];
}

/** Publishes a numbered tick each 20 ms from one node to another while `fault` happens, and for a while after it. */
export async function publishThrough(
  makeEngine: () => Engine,
  fault: () => Promise<unknown>,
  afterMs = 4_000,
): Promise<Outcome> {
  const [from, to] = [new EngineNode(makeEngine()), new EngineNode(makeEngine())];
  try {
    await to.follow("room");
    await Promise.all([from.up(), to.up()]);
    await wait(1_500);
    const sent: { at: number; remote: string }[] = [];
    const over = new AbortController();
    const publishing = (async () => {
      for (let n = 0; !over.signal.aborted; n++) {
        const at = Date.now();
        const result = await from.router.publish("room", Tick, { by: "a", n });
        sent.push({ at, remote: result.ok ? result.remote : "failed" });
        await wait(20);
      }
    })();
    await wait(500);
    await fault();
    const ended = Date.now();
    await wait(afterMs);
    over.abort();
    await publishing;
    await wait(300);
    return judge(from, to, sent, ended);
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
}

function judge(
  from: EngineNode,
  to: EngineNode,
  sent: readonly { at: number; remote: string }[],
  ended: number,
): Outcome {
  const got = to.got.map((tick) => Number(tick.slice(2)));
  const received = new Set(got);
  const reports = [...from.reports, ...to.reports];
  const isTold = (at: number): boolean =>
    reports.some((one) => one.state === "up" && one.sinceMs <= at && at <= one.atMs);
  const missing = sent.flatMap(({ at, remote }, n) => (remote === "sent" && !received.has(n) ? [at] : []));
  const first = sent.find(({ at }, n) => at >= ended && received.has(n));
  return {
    published: sent.length,
    away: sent.filter(({ remote }) => remote === "away").length,
    received: received.size,
    told: missing.filter(isTold).length,
    unsaid: missing.filter((at) => !isTold(at)).length,
    twice: got.length - received.size,
    disordered: got.filter((n, i) => n < (got[i - 1] ?? 0)).length,
    liveAfterMs: first === undefined ? Infinity : first.at - ended,
    reports: [from, to].map((node) => node.reports.map(({ state }) => state).join(" ")),
  };
}
