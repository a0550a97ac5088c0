import { expect, it } from "vitest";
import { random } from "../../../../test/random.ts";
import { FastClock, fromEnv } from "../../test/dice.ts";
import { FakeEngine } from "../../test/fake-engine.ts";
import { type Bench, bench, fields, memoryLogger, type Peer } from "../../test/harness.ts";
import { message } from "../message/standard.ts";
import { topic } from "../message/topic.ts";
import { createRouter } from "../router/create-router.ts";
import type { Router } from "../router/router.ts";

/** By hand more: `RUNS=10000 SEED=7 vitest run … nodes.property`. */
const RUNS = fromEnv("RUNS", 300);
const SEED = fromEnv("SEED", 1);

const Said = message.fromServer("SAID");
const Join = message("JOIN", fields({ room: "string", name: "string" }));
const Out = message("OUT", fields({ room: "string" }));
const Room = topic("room:{id}", [Said], { presence: { state: fields({ name: "string" }), maxMembers: 1_000 } });
const USERS = ["ann", "bob", "cat"];
const ROOMS = [Room({ id: "a" }), Room({ id: "b" })];
const WATCHED: string = Room({ id: "a" });

interface Node {
  readonly router: Router<{ user: string }>;
  readonly of: Bench;
  readonly watcher: Peer;
  readonly session: { cut(): void };
  paused: boolean;
}

/** One connection of somebody, and what it has said last where. */
interface There {
  readonly node: Node;
  readonly peer: Peer;
  readonly user: string;
  readonly said: Map<string, string>;
}

/** What a client makes of what it is told. */
class Told {
  readonly members = new Map<string, unknown[]>();
  readonly faults: string[] = [];
  private version = -1;

  take(peer: Peer): void {
    for (const { type, payload } of peer.socket.take()) {
      if (type !== "$ws:presence") continue;
      const { version, state, join, update, leave, count } = payload as {
        version: number;
        state?: Record<string, unknown[]>;
        join?: Record<string, unknown[]>;
        update?: Record<string, unknown[]>;
        leave?: string[];
        count: number;
      };
      if (state !== undefined) this.members.clear();
      else if (version !== this.version + 1) this.faults.push(`${version} comes after ${this.version}`);
      this.version = version;
      for (const [key, states] of Object.entries({ ...state, ...join, ...update })) this.members.set(key, states);
      for (const key of leave ?? []) {
        if (!this.members.delete(key)) this.faults.push(`${key} leaves twice`);
      }
      if (this.members.size !== count) this.faults.push(`${count} are ${this.members.size}`);
    }
  }
}

function nth<T>(list: readonly T[], dice: () => number): T {
  return list[Math.floor(dice() * list.length)] as T;
}

/** @returns what is wrong in the end: nothing. */
async function run(seed: number): Promise<string[]> {
  const dice = random(seed);
  const chance = (p: number): boolean => dice() < p;
  const clock = new FastClock(24);
  const misbehaves = { on: false };
  const engine = new FakeEngine((callback, ms) => clock.setTimeout(callback, ms), {
    refuses: (command) => misbehaves.on && chance(command === "members" ? 0.05 : 0.01),
    takes: () => (misbehaves.on && chance(0.3) ? dice() * 30 : 0),
  });
  engine.time = () => clock.now();
  const nodes = new Set<Node>();
  let there: There[] = [];

  const start = async (): Promise<void> => {
    const router = createRouter<{ user: string }>({
      engine,
      topics: [Room],
      identify: ({ user }) => user,
      logger: memoryLogger(),
    })
      .on(Join, async (ctx) => {
        await ctx.topics.subscribe(ctx.payload.room);
        await ctx.presence.track(ctx.payload.room, { name: ctx.payload.name });
      })
      .on(Out, (ctx) => ctx.topics.unsubscribe(ctx.payload.room));
    const of = bench(router, { clock });
    const session = [...engine.sessions].at(-1) as Node["session"];
    const watcher = of.connect({ user: `watcher` });
    watcher.message("JOIN", { room: Room({ id: "elsewhere" }), name: "w" });
    await clock.advance(5);
    void of.hub.followers.add(WATCHED, watcher.conn);
    watcher.conn.followed = [...watcher.conn.following, WATCHED];
    watcher.receive({ type: "$ws:presence", payload: { topic: WATCHED, watch: true } });
    nodes.add({ router, of, watcher, session, paused: false });
  };
  const say = ({ peer, said }: There, room: string): void => {
    const name = `n${Math.floor(dice() * 100)}`;
    said.set(room, name);
    peer.message("JOIN", { room, name });
  };
  const close = (one: There): void => {
    there = there.filter((other) => other !== one);
    one.node.of.hub.close(one.peer.conn, chance(0.5) ? 1001 : 1006, "");
  };
  const kill = (node: Node): void => {
    // As kill -9: whatever it would do from now on nobody hears.
    const session = node.session as unknown as { close(): void; node: object };
    session.close();
    Object.assign(session, { isOpen: false, generation: -1, open: () => {} });
    nodes.delete(node);
    there = there.filter((one) => one.node !== node);
  };

  for (let i = 0; i < 3; i++) await start();
  await clock.advance(10);
  misbehaves.on = true;
  for (let step = 0; step < 30; step++) {
    const what = dice();
    const node = nth([...nodes], dice);
    if (what < 0.35) {
      const user = nth(USERS, dice);
      const one: There = { node, peer: node.of.connect({ user }), user, said: new Map() };
      there.push(one);
      say(one, nth(ROOMS, dice));
    } else if (what < 0.5 && there.length > 0) say(nth(there, dice), nth(ROOMS, dice));
    else if (what < 0.6 && there.length > 0) {
      const one = nth(there, dice);
      const room = nth(ROOMS, dice);
      one.said.delete(room);
      one.peer.message("OUT", { room });
    } else if (what < 0.8 && there.length > 0) close(nth(there, dice));
    else if (what < 0.84 && nodes.size > 1) kill(node);
    else if (what < 0.88 && nodes.size < 4) await start();
    else if (what < 0.91) node.session.cut();
    else if (what < 0.94) {
      engine.kill();
      await clock.advance(dice() * 2_000);
      // With nothing kept, as much as with everything.
      if (chance(0.5)) {
        engine.leases.clear();
        engine.sets.clear();
      }
      engine.start(() => dice() * 200);
    } else if (what < 0.96) {
      // Its lease ends while it is not looked at, as of a process that is stopped.
      for (const name of engine.leases.keys()) if (chance(0.3)) engine.leases.set(name, 0);
    }
    for (const session of engine.sessions) if (engine.up) session.open();
    await clock.advance(chance(0.2) ? dice() * 4_000 : dice() * 100);
  }
  misbehaves.on = false;
  engine.start();
  for (const session of engine.sessions) session.open();
  await clock.advance(14_500);

  const faults: string[] = [];
  for (const room of ROOMS) {
    const members = there.flatMap(({ user, said }) => {
      const name = said.get(room);
      return name === undefined ? [] : [[user, name] as const];
    });
    const expected = textOf(members);
    for (const { router, watcher } of nodes) {
      const told = new Told();
      told.take(watcher);
      const listed = textOf(await router.presence.list(room));
      if (listed !== expected) faults.push(`${room}: ${listed} are listed, not ${expected}`);
      if (room !== WATCHED) continue;
      faults.push(...told.faults);
      const seen = textOf(told.members);
      if (seen !== expected) faults.push(`${room}: ${seen} are told, not ${expected}`);
    }
  }
  for (const { of } of nodes) await of.hub.dispose();
  return faults;
}

/** `ann: phone`, one for each connection. */
function textOf(members: Iterable<readonly [user: string, names: string | readonly unknown[]]>): string {
  return [...members]
    .flatMap(([user, names]) =>
      typeof names === "string"
        ? [`${user}: ${names}`]
        : names.map((state) => `${user}: ${(state as { name: string }).name}`),
    )
    .toSorted()
    .join(", ");
}

it(`on every node those are there who are, whatever has ended meanwhile, in ${RUNS} runs`, async () => {
  for (let seed = SEED; seed < SEED + RUNS; seed++) expect([seed, await run(seed)]).toEqual([seed, []]);
}, 600_000);
