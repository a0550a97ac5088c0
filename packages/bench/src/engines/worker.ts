// One process: the bare client and the router through it, in turns. Prints microseconds of CPU a frame.
import { type Connection, Hub, type Socket } from "@ws-kit/core/adapter";
import type { Engine } from "@ws-kit/core/extend";
import { createRouter, message, z } from "@ws-kit/zod";
import { natsEngine } from "@ws-kit/nats";
import { redisEngine } from "@ws-kit/redis";
import { connect } from "@nats-io/transport-node";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { median } from "../stats.ts";

/** How frames are published: each after the one before has arrived, or sixteen in one turn. */
const BURSTS = [1, 16] as const;
const WARM_UP = 15;
const ROUNDS = 15;
const FRAMES = 800;
const Frame = message("FRAME", { n: z.number(), text: z.string() });
const text = "x".repeat(1_000);

const [client = "", port = ""] = process.argv.slice(2);

/** One way from a publish to a socket. */
interface Way {
  publish(n: number): void;
  /** Called at each frame that a socket is given. */
  arrived: () => void;
}

function frame(n: number): string {
  return JSON.stringify({ type: "FRAME", payload: { n, text } });
}

/** What an application without a router does: text of the message there, and onto the socket here. */
async function bare(): Promise<Way> {
  const way: Way = { publish: () => {}, arrived: () => {} };
  const socket = { send: (_frame: string) => way.arrived() };
  if (client === "nats") {
    const [from, to] = await Promise.all([
      connect({ servers: `127.0.0.1:${port}` }),
      connect({ servers: `127.0.0.1:${port}` }),
    ]);
    to.subscribe("bare", { callback: (_error, msg) => socket.send(msg.string()) });
    await to.flush();
    way.publish = (n) => from.publish("bare", frame(n));
  } else if (client === "ioredis") {
    const [from, to] = [new Redis(Number(port)), new Redis(Number(port))];
    await to.subscribe("bare");
    to.on("message", (_channel, packet: string) => socket.send(packet));
    way.publish = (n) => void from.publish("bare", frame(n));
  } else {
    const from = await createClient({ url: `redis://127.0.0.1:${port}` }).connect();
    const to = await from.duplicate().connect();
    await to.subscribe("bare", (packet) => socket.send(packet));
    way.publish = (n) => void from.publish("bare", frame(n));
  }
  return way;
}

function engine(prefix?: string): Engine {
  const options = prefix === undefined ? {} : { prefix };
  if (client === "nats") return natsEngine({ servers: `127.0.0.1:${port}` }, options);
  if (client === "ioredis") return redisEngine(new Redis({ port: Number(port), lazyConnect: true }), options);
  return redisEngine(createClient({ url: `redis://127.0.0.1:${port}` }), options);
}

/** A router with one peer that follows "room", and what its socket is given. */
async function node(given?: Engine, follows = true) {
  const router = createRouter(given === undefined ? {} : { engine: given });
  const hub = new Hub(router);
  const sent = { arrived: () => {} };
  const socket: Socket = { send: () => (sent.arrived(), 1), close() {}, terminate() {}, getBufferedAmount: () => 0 };
  router.onOpen((ctx) => (follows ? ctx.topics.subscribe("room") : undefined));
  const peer: Connection = hub.adopt(socket, {}, "peer");
  hub.opened(peer);
  while (router.cluster !== undefined && router.cluster.state !== "up")
    await new Promise((resolve) => setTimeout(resolve, 5));
  return { router, sent };
}

async function ours(): Promise<Way> {
  const [from, to] = await Promise.all([node(engine(), false), node(engine())]);
  const way: Way = { publish: (n) => void from.router.publish("room", Frame, { n, text }), arrived: () => {} };
  to.sent.arrived = () => way.arrived();
  return way;
}

/**
 * Microseconds of CPU a frame. One by one each waits until the one before has arrived; bursts leave a turn each, with four of
 * them on their way at most.
 */
async function carry(way: Way, burst: number): Promise<number> {
  const window = burst === 1 ? 1 : burst * 4;
  let sent = 0;
  let arrived = 0;
  const before = process.cpuUsage();
  await new Promise<void>((resolve) => {
    let isWaiting = false;
    const next = (): void => {
      isWaiting = false;
      if (sent === FRAMES || sent - arrived > window - burst) return;
      for (let i = 0; i < burst; i++) way.publish(sent++);
      later();
    };
    const later = (): void => {
      if (isWaiting || sent === FRAMES || sent - arrived > window - burst) return;
      isWaiting = true;
      setImmediate(next);
    };
    way.arrived = () => {
      if (++arrived === FRAMES) resolve();
      else later();
    };
    next();
  });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / FRAMES;
}

/** A publish to this process's own follower alone. */
async function local(publish: (n: number) => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < 20_000; n++) {
    void publish(n);
    if (n % 64 === 0) await Promise.resolve();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 20_000;
}

/** In turns, every other time backwards; after a warm-up. */
async function compare(base: () => Promise<number>, head: () => Promise<number>): Promise<[number, number, number]> {
  const rounds: [number, number][] = [];
  for (let i = 0; i < WARM_UP; i++) await base().then(head);
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 2 === 0) rounds.push([await base(), await head()]);
    else rounds.push(await head().then(async (second) => [await base(), second] as [number, number]));
  }
  return [median(rounds.map(([a]) => a)), median(rounds.map(([, b]) => b)), median(rounds.map(([a, b]) => b / a))];
}

// The last is no third node of the frames that are carried: it would be brought each of them as well.
const [one, other, alone, linked] = [await bare(), await ours(), await node(), await node(engine("apart"))];
const found: Record<string, [number, number, number]> = {};
for (const burst of BURSTS)
  found[burst === 1 ? "one by one" : `bursts of ${burst}`] = await compare(
    () => carry(one, burst),
    () => carry(other, burst),
  );
found["local"] = await compare(
  () => local((n) => alone.router.publish("room", Frame, { n, text })),
  () => local((n) => linked.router.publish("room", Frame, { n, text }, { local: true })),
);
process.stdout.write(JSON.stringify(found), () => process.exit(0));
