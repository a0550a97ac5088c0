import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { wsClient, type Client } from "@ws-kit/client";
import { WebSocket } from "ws";
import type { EngineServer } from "@ws-kit/conformance/engines/servers";
import { until, wait } from "@ws-kit/conformance/engines/world";
import { Join, ROOMS, Said, Say } from "./messages.ts";
import type { NodeLine } from "./node.ts";
import { type Proxy, startProxy } from "./proxy.ts";

export interface ChaosOptions {
  readonly seed: number;
  readonly rounds: number;
  readonly clients: number;
  readonly engine: EngineServer;
  /** The command of a node: it finds its own port in PORT and the engine's in ENGINE_PORT. */
  readonly node: readonly string[];
}

/** What came of a run; everything but the figures has to be empty. */
export interface ChaosFindings {
  readonly rounds: readonly string[];
  readonly published: number;
  readonly received: number;
  readonly twice: readonly string[];
  readonly disordered: readonly string[];
  /** Errors logged by nodes, and rejections that nobody handled. */
  readonly faults: readonly string[];
  /** Milliseconds from the end of each fault until all nodes were up and a message of each reached all. */
  readonly restoredMs: readonly number[];
  /** Requests that did not settle. */
  readonly unsettled: number;
  /** Reports of a link that say what was said before. */
  readonly repeatedReports: readonly string[];
}

const NODES = 3;

class ChaosNode {
  readonly port: number;
  readonly links: ("up" | "down")[] = [];
  readonly faults: string[] = [];
  readonly repeated: string[] = [];
  child: ChildProcess | undefined;

  private readonly index: number;
  private readonly command: readonly string[];
  private readonly enginePort: number;

  constructor(index: number, port: number, command: readonly string[], enginePort: number) {
    this.index = index;
    this.port = port;
    this.command = command;
    this.enginePort = enginePort;
  }

  async start(): Promise<void> {
    const [program = "node", ...args] = this.command;
    const env = { ...process.env, PORT: String(this.port), ENGINE_PORT: String(this.enginePort) };
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    this.child = child;
    this.links.length = 0;
    const listening = new Promise<void>((resolve, reject) => {
      child.once("exit", () => reject(new Error(`Node ${this.index} ended before it listened`)));
      createInterface({ input: child.stdout }).on("line", (text) => {
        const line = JSON.parse(text) as NodeLine;
        if ("listening" in line) resolve();
        else if ("fault" in line) this.faults.push(line.fault);
        else if ("link" in line) {
          if (this.links.at(-1) === line.link) this.repeated.push(`node ${this.index}: ${line.link} twice`);
          this.links.push(line.link);
        }
      });
    });
    await listening;
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await exited;
    this.child = undefined;
  }
}

/** mulberry32 */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One client: follows up to three rooms, wherever it lands. */
class Follower {
  readonly rooms: readonly string[];
  readonly client: Client;
  readonly seen = new Set<string>();
  private readonly last = new Map<string, number>();

  constructor(url: string, rooms: readonly string[], found: { twice: string[]; disordered: string[] }) {
    this.rooms = rooms;
    this.client = wsClient({ url, WebSocket, heartbeat: { intervalMs: 2_000, timeoutMs: 2_000 } });
    this.client.onState((state) => {
      if (state !== "open") return;
      // Another connection: what was numbered before may be heard of again from the start.
      this.last.clear();
      this.client.send(Join, { rooms: [...rooms] });
    });
    void this.client.connect();
    this.client.on(Said, ({ payload: { node, room, n, id } }) => {
      if (this.seen.has(id)) found.twice.push(`${id} in ${room}`);
      this.seen.add(id);
      const key = `${node} ${room}`;
      if (n <= (this.last.get(key) ?? 0)) found.disordered.push(`${n} after ${this.last.get(key)} of ${key}`);
      this.last.set(key, n);
    });
  }
}

export async function runChaos(options: ChaosOptions): Promise<ChaosFindings> {
  const dice = random(options.seed);
  const engineProxy = await startProxy(() => options.engine.port);
  const nodes = await Promise.all(
    Array.from({ length: NODES }, async (_, i) => {
      const node = new ChaosNode(i, await freePort(), options.node, engineProxy.port);
      await node.start();
      return node;
    }),
  );
  let turn = 0;
  const balancer = await startProxy(() => {
    const alive = nodes.filter(({ child }) => child !== undefined);
    return alive[turn++ % alive.length]?.port;
  });
  const found = { twice: [] as string[], disordered: [] as string[] };
  const url = `ws://127.0.0.1:${balancer.port}`;
  const followers = Array.from({ length: options.clients }, (_, i) => {
    const rooms = new Set(Array.from({ length: 3 }, () => `room:${Math.floor(dice() * ROOMS)}`));
    if (i < ROOMS) rooms.add(`room:${i}`);
    return new Follower(url, [...rooms], found);
  });
  const counts = { published: 0, unsettled: 0 };
  const publishing = new AbortController();
  const publishers = Array.from({ length: 10 }, (_, i) => publish(url, i, dice, counts, publishing.signal));
  const restoredMs: number[] = [];
  const rounds: string[] = [];
  try {
    await restored(followers, nodes);
    for (let round = 0; round < options.rounds; round++) {
      const what = pick(dice);
      rounds.push(what);
      await fault(what, { dice, engine: options.engine, engineProxy, nodes });
      const begun = Date.now();
      await restored(followers, nodes);
      restoredMs.push(Date.now() - begun);
    }
  } finally {
    publishing.abort();
    await Promise.all(publishers);
    for (const { client } of followers) void client.close();
    for (const node of nodes) await node.kill();
    balancer.close();
    engineProxy.close();
  }
  return {
    rounds,
    published: counts.published,
    received: followers.reduce((sum, { seen }) => sum + seen.size, 0),
    ...found,
    faults: nodes.flatMap(({ faults }) => faults),
    restoredMs,
    unsettled: counts.unsettled,
    repeatedReports: nodes.flatMap(({ repeated }) => repeated),
  };
}

const FAULTS = ["node", "node", "engine", "both", "stop engine", "half-open", "reset", "stop node"] as const;

function pick(dice: () => number): (typeof FAULTS)[number] {
  return FAULTS[Math.floor(dice() * FAULTS.length)] ?? "node";
}

interface World {
  readonly dice: () => number;
  readonly engine: EngineServer;
  readonly engineProxy: Proxy;
  readonly nodes: readonly ChaosNode[];
}

/** Resolves when it is over. */
async function fault(what: (typeof FAULTS)[number], { dice, engine, engineProxy, nodes }: World): Promise<void> {
  const node = nodes[Math.floor(dice() * nodes.length)];
  const ms = 100 + dice() * 900;
  switch (what) {
    case "node":
      await node?.kill();
      await wait(ms);
      await node?.start();
      break;
    case "engine":
      await engine.kill();
      await wait(ms);
      await engine.restart();
      break;
    case "both":
      await Promise.all([engine.kill(), node?.kill()]);
      await wait(ms);
      await Promise.all([engine.restart(), node?.start()]);
      break;
    case "stop engine":
      engine.signal("SIGSTOP");
      await wait(ms * 5);
      engine.signal("SIGCONT");
      break;
    case "stop node":
      node?.child?.kill("SIGSTOP");
      await wait(ms * 6);
      node?.child?.kill("SIGCONT");
      break;
    case "half-open":
      engineProxy.stall();
      await wait(ms * 5);
      engineProxy.resume();
      break;
    case "reset":
      engineProxy.reset();
      break;
  }
}

/** Publishes without end, one after another; what the connection loses is repeated with another id by nobody. */
async function publish(
  url: string,
  index: number,
  dice: () => number,
  counts: { published: number; unsettled: number },
  signal: AbortSignal,
): Promise<void> {
  const client = wsClient({ url, WebSocket, heartbeat: { intervalMs: 2_000, timeoutMs: 2_000 } });
  for (let n = 0; !signal.aborted; n++) {
    const room = `room:${Math.floor(dice() * ROOMS)}`;
    const settled = await Promise.race([
      client.request(Say, { room, id: `${index}:${n}` }, { timeoutMs: 5_000 }).then(
        () => true,
        () => true,
      ),
      wait(20_000).then(() => false),
    ]);
    counts.published++;
    if (!settled) counts.unsettled++;
    await wait(10);
  }
  await client.close();
}

let probes = 0;

/** All nodes are up, and what is published on each of them reaches everybody who follows the room. */
async function restored(followers: readonly Follower[], nodes: readonly ChaosNode[]): Promise<void> {
  await until(() => nodes.every(({ links }) => links.at(-1) === "up"), 30_000);
  await until(() => followers.every(({ client }) => client.state === "open"), 30_000);
  const clients = nodes.map(({ port }) => wsClient({ url: `ws://127.0.0.1:${port}`, WebSocket }));
  try {
    for (const [i, client] of clients.entries()) {
      for (let room = 0; room < ROOMS; room++) {
        await reaches(client, `room:${room}`, followers, `probe:${i}`);
      }
    }
  } finally {
    for (const client of clients) void client.close();
  }
}

/** Live topics promise nothing to one that has yet to join again: it is published until all have it. */
async function reaches(client: Client, room: string, followers: readonly Follower[], by: string): Promise<void> {
  const members = followers.filter(({ rooms }) => rooms.includes(room));
  const end = Date.now() + 30_000;
  while (Date.now() < end) {
    const id = `${by}:${probes++}`;
    await client.request(Say, { room, id }).catch(() => {});
    const heard = await until(() => members.every(({ seen }) => seen.has(id)), 200).then(
      () => true,
      () => false,
    );
    if (heard) return;
  }
  throw new Error(`${room} is not heard of by everybody within 30 s`);
}

async function freePort(): Promise<number> {
  const proxy = await startProxy(() => undefined);
  proxy.close();
  return proxy.port;
}
