import { type Client, wsClient } from "@ws-kit/client";
import { WebSocket } from "ws";
import type { EngineServer } from "@ws-kit/conformance/engines/servers";
import { until, wait } from "@ws-kit/conformance/engines/world";
import { ChaosNode, type Held } from "./chaos-node.ts";
import { type Fault, happen, pick } from "./faults.ts";
import { Followers, HEARTBEAT } from "./followers.ts";
import { ROOMS, Say } from "./messages.ts";
import { startProxy } from "./proxy.ts";
import { random } from "../../../test/random.ts";

export interface ChaosOptions {
  readonly seed: number;
  readonly rounds: number;
  readonly clients: number;
  readonly engine: EngineServer;
  /** How many subscriptions the engine has. */
  readonly subscriptions: (engine: EngineServer) => Promise<number>;
  /** The command of a node: it finds its own port in PORT and the engine's in ENGINE_PORT. */
  readonly node: readonly string[];
}

/** What came of a run. */
export interface ChaosFindings {
  readonly rounds: readonly Round[];
  readonly published: number;
  readonly received: number;
  /** On one connection, or as another publish. */
  readonly twice: readonly string[];
  /** How often a client that came to another node was brought what it had from the one before. */
  readonly again: number;
  readonly disordered: readonly string[];
  /** Errors logged by nodes, and rejections that nobody handled. */
  readonly faults: readonly string[];
  /** Requests that did not settle. */
  readonly unsettled: number;
  /** Reports of a link that say what was said before. */
  readonly repeatedReports: readonly string[];
  /** Nodes and the engine's subscriptions, with nobody connected. */
  readonly before: Rest;
  readonly after: Rest;
  /** What nodes hold with everybody connected, before the first fault and after the last. */
  readonly busyRssMb: readonly [before: readonly number[], after: readonly number[]];
}

export interface Round {
  readonly fault: Fault;
  /** Milliseconds from the end of the fault until the links of all nodes were up. */
  readonly linkMs: number;
  /** … until all clients had a connection. */
  readonly openMs: number;
  /** … until what is published on each node reached everybody who follows the room. */
  readonly restoredMs: number;
}

export interface Rest {
  readonly nodes: readonly Held[];
  readonly subscriptions: number;
}

const NODES = 3;
const PUBLISHERS = 10;
const TIME_OUT_MS = 30_000;
/** What clients are sent, all together: more would measure how busy the process of the clients is. */
const DELIVERIES_PER_SECOND = 10_000;
/** How long all of a room are waited for until it is tried again; twice as long each time, since what is tried is load. */
const HEARD_MS = 250;

export async function runChaos(options: ChaosOptions): Promise<ChaosFindings> {
  const dice = random(options.seed);
  const engineProxy = await startProxy(() => options.engine.port);
  const starts = Array.from({ length: NODES }, (_, i) => ChaosNode.start(i, options.node, engineProxy.port));
  const nodes = await Promise.all(starts);
  const rest = async (): Promise<Rest> => ({
    nodes: await Promise.all(nodes.map((node) => node.holds())),
    subscriptions: await options.subscriptions(options.engine),
  });
  const busyRssMb = async (): Promise<number[]> =>
    Promise.all(nodes.map(async (node) => Math.round((await node.holds()).rssMb)));
  await until(() => nodes.every(({ isUp }) => isUp), TIME_OUT_MS);
  const before = await rest();
  let turn = 0;
  const balancer = await startProxy(() => {
    const alive = nodes.filter(({ child }) => child !== undefined);
    return alive[turn++ % alive.length]?.port;
  });
  const broken = { twice: [] as string[], again: [] as string[], disordered: [] as string[] };
  const url = `ws://127.0.0.1:${balancer.port}`;
  const followers = new Followers(url, roomsOfEach(options.clients, dice), broken);
  const counts = { published: 0, unsettled: 0 };
  const publishing = new AbortController();
  const everyMs = (PUBLISHERS * 1_000 * followers.members) / ROOMS / DELIVERIES_PER_SECOND;
  const publisher = (_: unknown, i: number): Promise<void> => publish(url, i, dice, counts, publishing.signal, everyMs);
  const publishers = Array.from({ length: PUBLISHERS }, publisher);
  const rounds: Round[] = [];
  try {
    await restored(followers, nodes);
    const busyBefore = await busyRssMb();
    for (let round = 0; round < options.rounds; round++) {
      const fault = pick(dice);
      const world = { dice, engine: options.engine, engineProxy, nodes };
      await happen(fault, world);
      const over = Date.now();
      const openMs = (await restored(followers, nodes)) - over;
      const restoredMs = Date.now() - over;
      const linkMs = Math.max(0, ...nodes.map(({ upAt }) => upAt - over));
      rounds.push({ fault, linkMs, openMs, restoredMs });
    }
    const busyAfter = await busyRssMb();
    publishing.abort();
    await Promise.all(publishers);
    await followers.close();
    // Nodes unfollow two seconds after the last follower has left.
    await wait(4_000);
    return {
      rounds,
      published: counts.published,
      received: followers.received,
      ...broken,
      again: broken.again.length,
      faults: nodes.flatMap(({ faults }) => faults),
      unsettled: counts.unsettled,
      repeatedReports: nodes.flatMap(({ repeated }) => repeated),
      before,
      after: await rest(),
      busyRssMb: [busyBefore, busyAfter],
    };
  } finally {
    publishing.abort();
    await Promise.all(publishers);
    await followers.close();
    for (const node of nodes) await node.kill();
    balancer.close();
    engineProxy.close();
  }
}

/** Up to three rooms for each client, and somebody in each room. */
function roomsOfEach(clients: number, dice: () => number): string[][] {
  return Array.from({ length: clients }, (_, i) => {
    const rooms = new Set(Array.from({ length: 3 }, () => `room:${Math.floor(dice() * ROOMS)}`));
    if (i < ROOMS) rooms.add(`room:${i}`);
    return [...rooms];
  });
}

/** Publishes without end, one after another; what the connection loses is repeated with another id by nobody. */
async function publish(
  url: string,
  index: number,
  dice: () => number,
  counts: { published: number; unsettled: number },
  signal: AbortSignal,
  everyMs: number,
): Promise<void> {
  const client = wsClient({ url, WebSocket, heartbeat: HEARTBEAT });
  for (let n = 0; !signal.aborted; n++) {
    const room = `room:${Math.floor(dice() * ROOMS)}`;
    const request = client.request(Say, { room, id: `${index}:${n}` }, { timeoutMs: 5_000 }).then(
      () => true,
      () => true,
    );
    counts.published++;
    if (!(await Promise.race([request, wait(20_000).then(() => false)]))) counts.unsettled++;
    await wait(everyMs);
  }
  await client.close();
}

let probes = 0;

/**
 * All nodes are up, and what is published on each of them reaches everybody who follows the room.
 * @returns when all clients had a connection.
 */
async function restored(followers: Followers, nodes: readonly ChaosNode[]): Promise<number> {
  await until(() => nodes.every(({ isUp }) => isUp), TIME_OUT_MS);
  await until(() => followers.areOpen, TIME_OUT_MS).catch(() => {
    throw new Error(`Clients after ${TIME_OUT_MS} ms: ${followers.states}`);
  });
  const openAt = Date.now();
  const clients = nodes.map(({ port }) => wsClient({ url: `ws://127.0.0.1:${port}`, WebSocket }));
  const rooms = Array.from({ length: ROOMS }, (_, room) => `room:${room}`);
  try {
    await Promise.all(clients.flatMap((client, i) => rooms.map((room) => reaches(client, room, followers, i))));
    return openAt;
  } finally {
    for (const client of clients) void client.close();
  }
}

/** Live topics promise nothing to one that has yet to join again: it is published until all have it. */
async function reaches(client: Client, room: string, followers: Followers, node: number): Promise<void> {
  const end = Date.now() + TIME_OUT_MS;
  for (let ms = HEARD_MS; Date.now() < end; ms *= 2) {
    const id = `probe:${node}:${probes++}`;
    const heard = followers.haveAll(id, room, ms);
    void client.request(Say, { room, id }).catch(() => {});
    if (await heard) return;
  }
  throw new Error(`What node ${node} publishes to ${room} is not heard of by everybody within ${TIME_OUT_MS} ms`);
}
