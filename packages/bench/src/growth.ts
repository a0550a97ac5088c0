// How a server's costs grow with what it holds: `pnpm --filter @ws-kit/bench bench:growth`. Each column doubles one dimension.
import { createRouter, type Router } from "@ws-kit/core";
import { Hub } from "@ws-kit/core/adapter";
import { message } from "@ws-kit/core/protocol";
import { NullSocket } from "./dispatch/cases.ts";
import { median } from "./stats.ts";

type Connection = ReturnType<Hub["adopt"]>;

const Note = message("NOTE");

/** What is measured once everything is there: called with a number that is another each time. */
type Act = (i: number) => void;

let names = 0;

function connect(hub: Hub): Connection {
  const conn = hub.adopt(new NullSocket(), {}, `client-${++names}`);
  hub.opened(conn);
  return conn;
}

interface WithTopics {
  readonly topics: { subscribe(topic: string): Promise<unknown>; unsubscribe(topic: string): Promise<unknown> };
  publish(topic: string, what: typeof Note): Promise<unknown>;
}

const ACTS = {
  FOLLOW(ctx: WithTopics, i: number) {
    void ctx.topics.subscribe(`new-${i}`);
    void ctx.topics.unsubscribe(`new-${i}`);
  },
  KEEP(ctx: WithTopics, i: number) {
    void ctx.topics.subscribe(`kept-${i}`);
  },
  LEAVE(ctx: WithTopics, i: number) {
    void ctx.topics.unsubscribe(`kept-${i}`);
  },
  PUBLISH(ctx: WithTopics) {
    void ctx.publish("lobby", Note);
  },
  NOTE() {},
};

/** A server of a router, with one connection that asks it to do what is measured. */
function server(router: Router = createRouter({ limits: { maxTopics: Infinity } })) {
  let at = 0;
  for (const [type, handler] of Object.entries(ACTS)) router.on(message(type), (ctx) => handler(ctx, at));
  const hub = new Hub(router);
  const asker = connect(hub);
  const frames = new Map(Object.keys(ACTS).map((type) => [type, JSON.stringify({ type })]));
  const ask = (type: string, i: number) => {
    at = i;
    hub.receive(asker, frames.get(type) as string);
  };
  return { hub, asker, ask };
}

/** With so many connections open besides. */
function amongConnections(n: number) {
  const all = server();
  for (let i = 0; i < n; i++) connect(all.hub);
  return all;
}

/** With so many topics that the same connection follows. */
function amongTopics(n: number) {
  const all = server();
  for (let i = 0; i < n; i++) all.ask("KEEP", -1 - i);
  return all;
}

/** With so many followers of one topic besides. */
function amongFollowers(n: number) {
  const router = createRouter().onOpen((ctx) => void ctx.topics.subscribe("kept-0"));
  const all = server(router);
  for (let i = 0; i < n; i++) connect(all.hub);
  return all;
}

/** With so many listeners of the same router. */
function amongListeners(n: number) {
  const router = createRouter();
  const all = server(router);
  for (let i = 0; i < n; i++) connect(new Hub(router));
  return all;
}

/** With so many routes. */
function amongRoutes(n: number) {
  const router = createRouter();
  for (let i = 0; i < n; i++) router.on(message(`OTHER_${i}`), () => {});
  return server(router);
}

function mergedOf(n: number): Router {
  const router = createRouter();
  for (let i = 0; i < n; i++) router.merge(createRouter().on(message(`OTHER_${i}`), () => {}));
  return router;
}

const opening =
  ({ hub }: { hub: Hub }): Act =>
  () => {
    const conn = connect(hub);
    hub.close(conn, 1000, "");
  };

const asking =
  (type: string) =>
  ({ ask }: { ask: (type: string, i: number) => void }): Act =>
  (i) =>
    ask(type, i);

/** Cases by name: what they need, made anew for each size, and what is timed. */
const CASES: Record<string, (n: number) => Act> = {
  "n connections: a message": (n) => asking("NOTE")(amongConnections(n)),
  "n connections: following and leaving": (n) => asking("FOLLOW")(amongConnections(n)),
  "n connections: a publish to nobody": (n) => asking("PUBLISH")(amongConnections(n)),
  "n connections: one comes and goes": (n) => opening(amongConnections(n)),
  "n topics: following and leaving one": (n) => asking("FOLLOW")(amongTopics(n)),
  "n topics: a publish": (n) => asking("PUBLISH")(amongTopics(n)),
  "n topics of one connection: leaving the latest, and back": (n) => {
    const { ask } = amongTopics(n);
    return () => {
      ask("LEAVE", -n);
      ask("KEEP", -n);
    };
  },
  "n topics of one connection: leaving the first, and back": (n) => {
    const { ask } = amongTopics(n);
    let first = 0;
    return () => {
      ask("LEAVE", -1 - first);
      ask("KEEP", -1 - first);
      first = (first + 1) % n;
    };
  },
  "n followers of a topic: one leaves, and comes back": (n) => {
    const { ask } = amongFollowers(n);
    return () => {
      ask("LEAVE", 0);
      ask("KEEP", 0);
    };
  },
  "n followers of a topic: one comes and goes": (n) => opening(amongFollowers(n)),
  "n listeners: a message": (n) => asking("NOTE")(amongListeners(n)),
  "n listeners: a publish": (n) => asking("PUBLISH")(amongListeners(n)),
  "n listeners: one comes and goes": (n) => opening(amongListeners(n)),
  "n routes: a message": (n) => asking("NOTE")(amongRoutes(n)),
  "n routers merged: a message": (n) => asking("NOTE")(server(mergedOf(n))),
};

/** What is done once: timed whole, and divided by n. */
const ONCE: Record<string, (n: number) => () => void> = {
  "n routes: adding each": (n) => () => void amongRoutes(n),
  "n routers merged: merging each": (n) => () => void mergedOf(n),
  "n routers merged: the first message, by n": (n) => {
    const { ask } = server(mergedOf(n));
    return () => ask("NOTE", 0);
  },
};

const SIZES = [500, 1_000, 2_000, 4_000, 8_000];
const ROUNDS = 5;
const CALLS = 2_000;

async function rested(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

async function perCall(act: Act): Promise<number> {
  for (let i = 0; i < CALLS; i++) act(i);
  await rested();
  const begun = performance.now();
  for (let i = 0; i < CALLS; i++) act(i);
  return ((performance.now() - begun) * 1_000) / CALLS;
}

function mean(all: readonly number[]): number {
  return all.reduce((sum, one) => sum + one, 0) / all.length;
}

/** The exponent of n by which a cost grows: 0 where it does not, 1 where it doubles with n. Least squares, of logarithms. */
function slope(costs: readonly number[]): number {
  const xs = SIZES.map(Math.log2);
  const ys = costs.map(Math.log2);
  const [x, y] = [mean(xs), mean(ys)];
  const over = xs.reduce((sum, at, i) => sum + (at - x) * ((ys[i] as number) - y), 0);
  return over / xs.reduce((sum, at) => sum + (at - x) ** 2, 0);
}

function line(name: string, cells: readonly string[]): void {
  process.stdout.write(`| ${name.padEnd(58)} | ${cells.map((cell) => cell.padStart(8)).join(" | ")} |\n`);
}

async function row(name: string, cost: (n: number) => Promise<number>): Promise<void> {
  await cost(SIZES[0] as number); // compiled before it is measured
  const found: number[][] = SIZES.map(() => []);
  // Sizes in turns, so that whatever else the machine does meets all of them alike.
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, size] of SIZES.entries()) found[i]?.push(await cost(size));
  }
  const costs = found.map(median);
  line(name, [...costs.map((micros) => micros.toFixed(2)), slope(found.map((all) => Math.min(...all))).toFixed(2)]);
}

const only = process.argv.slice(2);
const wanted = (name: string) => only.length === 0 || only.some((part) => name.includes(part));
line("µs, median of 5", [...SIZES.map(String), "slope"]);
line(
  "---",
  [...SIZES, 0].map(() => "---:"),
);
for (const [name, make] of Object.entries(CASES)) {
  if (wanted(name)) await row(name, (n) => perCall(make(n)));
}
for (const [name, make] of Object.entries(ONCE)) {
  if (!wanted(name)) continue;
  await row(name, async (n) => {
    const act = make(n);
    await rested();
    const begun = performance.now();
    act();
    return ((performance.now() - begun) * 1_000) / n;
  });
}
process.exit(0);
