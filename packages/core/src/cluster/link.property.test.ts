import { expect, it } from "vitest";
import { random } from "../../../../test/random.ts";
import { FastClock, fromEnv } from "../../test/dice.ts";
import { memoryLogger, settle, type VirtualClock } from "../../test/harness.ts";
import type { LinkReport } from "../api/cluster.ts";
import { FakeEngine } from "../../test/fake-engine.ts";
import { Link } from "./link.ts";

/** By hand more: `RUNS=100000 SEED=7 vitest run … link.property`. */
const RUNS = fromEnv("RUNS", 10_000);
const SEED = fromEnv("SEED", 1);
const TOPICS = ["x", "y"];

function nth<T>(list: readonly T[], index: number): T {
  return list[index] as T;
}

interface Sent {
  readonly by: number;
  readonly topic: string;
  readonly frame: string;
  readonly at: number;
}

class Node {
  readonly reports: LinkReport[] = [];
  readonly got: string[] = [];
  /** Since when each topic is followed in the cluster, as the promise of `follow` says. */
  readonly since = new Map<string, number>();
  readonly link: Link;

  constructor(engine: FakeEngine, clock: VirtualClock) {
    this.link = new Link({
      engine,
      bytes: false,
      clock,
      logger: memoryLogger(),
      engineTimeoutMs: 2_000,
      maxEngineBytes: 1_000_000,
      report: (report) => this.reports.push(report),
    });
    this.link.locals.add({ arrived: (topic, frame) => void this.got.push(`${topic} ${String(frame)}`) });
  }

  /** Whether it has said that what was published at this moment may be missing. */
  tellsOf(at: number): boolean {
    return this.reports.some((report) => report.state === "up" && report.sinceMs <= at && at <= report.atMs);
  }
}

async function run(seed: number): Promise<void> {
  const dice = random(seed);
  const chance = (p: number): boolean => dice() < p;
  const clock = new FastClock();
  const misbehaves = { on: true };
  // A packet alone is lost on a link that holds, or else links break: a hole is looked for on one and the same link.
  const breaks = chance(0.7);
  const engine = new FakeEngine((callback, ms) => clock.setTimeout(callback, ms), {
    refuses: (command) => misbehaves.on && chance(command === "follow" ? 0.2 : breaks ? 0.01 : 0),
    // A publish that takes longer than from probe to probe, on a link that is slow for its sender alone, is no promise.
    takes: (what) =>
      misbehaves.on && chance(0.3) ? dice() * (breaks && chance(0.02) ? (what === "publish" ? 900 : 5_000) : 30) : 0,
    copies: () => (!misbehaves.on || chance(0.9) ? 1 : breaks || chance(0.7) ? 2 : 0),
  });
  engine.up = chance(0.8);
  const nodes = [0, 1, 2].map(() => new Node(engine, clock));
  const sent: Sent[] = [];

  const publish = (by: number, topic: string): void => {
    const frame = `${by}:${sent.length}`;
    if (nth(nodes, by).link.publish(topic, frame) === "sent") sent.push({ by, topic, frame, at: clock.now() });
  };
  const follow = (by: number, topic: string): void => {
    const node = nth(nodes, by);
    if (node.since.has(topic)) return;
    node.since.set(topic, Infinity);
    const effective = node.link.follow(topic, true);
    const done = (): void => {
      if (node.since.has(topic)) node.since.set(topic, clock.now() + 1);
    };
    if (effective === undefined) done();
    else void effective.then(done);
  };

  // Everybody has heard of everybody, so that a hole can be seen.
  misbehaves.on = false;
  if (!engine.up) engine.start();
  for (const topic of TOPICS) for (const by of nodes.keys()) if (!breaks || chance(0.7)) follow(by, topic);
  await clock.advance(10);
  for (const topic of TOPICS) for (const by of nodes.keys()) publish(by, topic);
  await clock.advance(10);
  misbehaves.on = true;

  for (let step = 0; step < 12; step++) {
    const by = Math.floor(dice() * 3);
    const topic = nth(TOPICS, Math.floor(dice() * 2));
    const what = dice();
    if (what < 0.55) for (let i = dice() * 5; i > 0; i--) publish(by, topic);
    else if (what < 0.65) follow(by, topic);
    else if (!breaks) continue;
    else if (what < 0.7 && nth(nodes, by).since.delete(topic)) nth(nodes, by).link.unfollow(topic);
    else if (what < 0.8) engine.kill();
    else if (what < 0.85) nth([...engine.sessions], by).cut();
    else if (what < 0.87) nth([...engine.sessions], by).deaf = true;
    else if (!engine.up) engine.start(() => dice() * 200);
    await clock.advance(chance(0.2) ? dice() * 4_000 : dice() * 20);
  }

  misbehaves.on = false;
  engine.start();
  await clock.advance(9_000);
  for (const node of nodes) expect(node.link.cluster.state, `seed ${seed}: restored`).toBe("up");
  // What shows holes at the end of a topic.
  const last = sent.length;
  for (const topic of TOPICS) for (const by of nodes.keys()) publish(by, topic);
  await clock.advance(100);
  check(nodes, sent, last, seed);
  await Promise.all(nodes.map(({ link }) => link.close()));
  await clock.advance(10_000);
  expect(clock.pending, `seed ${seed}: timers left`).toBe(0);
}

function check(nodes: readonly Node[], sent: readonly Sent[], last: number, seed: number): void {
  for (const [by, node] of nodes.entries()) {
    expect(new Set(node.got).size, `seed ${seed}: twice at ${by}`).toBe(node.got.length);
    for (const topic of TOPICS) {
      for (const from of nodes.keys()) {
        const numbers = node.got
          .filter((line) => line.startsWith(`${topic} ${from}:`))
          .map((line) => Number(line.slice(line.indexOf(":") + 1)));
        expect(numbers, `seed ${seed}: order`).toEqual(numbers.toSorted((a, b) => a - b));
      }
    }
    const got = new Set(node.got);
    for (const [number, publish] of sent.entries()) {
      if (publish.by === by || got.has(`${publish.topic} ${publish.frame}`)) continue;
      if (!((node.since.get(publish.topic) ?? Infinity) <= publish.at)) continue;
      const told = node.tellsOf(publish.at) || nth(nodes, publish.by).tellsOf(publish.at);
      if (!told || number >= last) {
        expect.fail(
          `seed ${seed}: node ${by} misses ${publish.topic} ${publish.frame} of ${publish.at}, and nobody says so: ${JSON.stringify([node.reports, nth(nodes, publish.by).reports])}`,
        );
      }
    }
  }
}

// oxlint-disable-next-line vitest/expect-expect -- each run expects
it(`whatever the engine does, nothing comes twice or out of order, and what is lost is told (${RUNS} runs from seed ${SEED})`, async () => {
  for (let seed = SEED; seed < SEED + RUNS; seed++) await run(seed);
  await settle();
}, 600_000);
