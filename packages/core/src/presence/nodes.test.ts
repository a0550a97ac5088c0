import { expect, it, vi } from "vitest";
import { FakeEngine, type FakeSession, type Whims } from "../../test/fake-engine.ts";
import { bench, fields, memoryLogger, type Peer, VirtualClock } from "../../test/harness.ts";
import { message } from "../message/standard.ts";
import { topic } from "../message/topic.ts";
import { createRouter } from "../router/create-router.ts";

const Join = message("JOIN", fields({ name: "string" }));
const Room = topic("room:{id}", [message.fromServer("SAID")], { presence: { state: fields({ name: "string" }) } });
const LOBBY = Room({ id: "lobby" });

function world(whims: Whims = {}) {
  const clock = new VirtualClock();
  const engine = new FakeEngine((callback, ms) => clock.setTimeout(callback, ms), whims);
  engine.time = () => clock.now();
  const node = () => {
    const router = createRouter<{ user: string }>({
      engine,
      topics: [Room],
      identify: ({ user }) => user,
      logger: memoryLogger(),
    }).on(Join, async (ctx) => {
      await ctx.topics.subscribe(LOBBY);
      await ctx.presence.track(LOBBY, { name: ctx.payload.name });
    });
    const of = bench(router, { clock });
    const session = [...engine.sessions].at(-1) as FakeSession;
    const enter = async (user: string): Promise<Peer> => {
      const peer = of.connect({ user });
      peer.message("JOIN", { name: user });
      await clock.advance(0);
      return peer;
    };
    const look = async (): Promise<Peer> => {
      const peer = await enter("watcher");
      peer.receive({ type: "$ws:presence", payload: { topic: LOBBY, watch: true } });
      await clock.advance(500);
      peer.socket.take();
      return peer;
    };
    /** As kill -9. */
    const kill = (): void => {
      Object.assign(session, { isOpen: false, generation: -1, open: () => {} });
      engine.sessions.delete(session);
    };
    return { router, of, session, enter, look, kill };
  };
  return { clock, engine, node };
}

const leave = ({ conn, socket }: Peer): void => socket.hub?.close(conn, 1001, "");

const told = (peer: Peer): object[] =>
  peer.socket.take().map(({ payload }) => {
    const { topic: _topic, version: _version, ...rest } = payload as Record<string, unknown>;
    return rest;
  });

it("is one presence on all nodes, and a reload that comes to another one is silent", async () => {
  const { clock, node } = world();
  const [here, there] = [node(), node()];
  const watcher = await here.look();
  const ann = await there.enter("ann");
  await clock.advance(300);
  expect(told(watcher)).toEqual([{ join: { ann: [{ name: "ann" }] }, count: 2 }]);
  leave(ann);
  await clock.advance(2_000);
  const back = await here.enter("ann");
  await clock.advance(20_000);
  expect(told(watcher)).toEqual([]);
  expect(await there.router.presence.list(LOBBY)).toEqual(await here.router.presence.list(LOBBY));
  expect(await there.router.presence.count(LOBBY)).toBe(2);
  leave(back);
  await clock.advance(3_500);
  expect(told(watcher)).toEqual([{ leave: ["ann"], count: 1 }]);
});

it("is told from its first look on as it is on all nodes", async () => {
  const { clock, node } = world();
  const [here, there] = [node(), node()];
  await there.enter("ann");
  await clock.advance(200);
  const watcher = await here.enter("watcher");
  watcher.receive({ type: "$ws:presence", payload: { topic: LOBBY, watch: true } });
  await clock.advance(0);
  expect(told(watcher)).toEqual([{ state: { watcher: [{ name: "watcher" }], ann: [{ name: "ann" }] }, count: 2 }]);
});

it("has nobody of a node that was killed after 10 seconds, and nothing of it is left", async () => {
  const { clock, engine, node } = world();
  const [here, there] = [node(), node()];
  const watcher = await here.look();
  await there.enter("ann");
  await clock.advance(6_000);
  told(watcher);
  there.kill();
  await clock.advance(6_900);
  expect(told(watcher)).toEqual([]);
  await clock.advance(3_300);
  expect(told(watcher)).toEqual([{ leave: ["ann"], count: 1 }]);
  expect([engine.leases.size, [...engine.sets.values()].map((nodes) => nodes.size)]).toEqual([1, [1]]);
});

it("goes on under another name where a node's lease has ended, and nothing is found of the former", async () => {
  const { clock, engine, node } = world();
  const [here, there] = [node(), node()];
  const watcher = await here.look();
  await there.enter("ann");
  await clock.advance(300);
  told(watcher);
  const name = [...engine.leases.keys()].find((lease) => lease.startsWith(there.session.node.id)) ?? "";
  engine.leases.set(name, clock.now());
  await clock.advance(7_000);
  expect(told(watcher)).toEqual([]);
  const names = [...engine.leases.keys()].filter((lease) => lease.startsWith(there.session.node.id));
  expect([names, name]).toEqual([[name.replace(/1$/, "2")], name]);
  const sets = [...engine.sets.values()].flatMap((nodes) => [...nodes.keys()]);
  expect(sets).not.toContain(name);
});

it("takes away what a node had under its former name also where that failed at first, and nobody takes it for news", async () => {
  const { clock, engine, node } = world();
  const [here, there] = [node(), node()];
  const ann = await there.enter("ann");
  await clock.advance(300);
  const former = [...engine.leases.keys()].find((lease) => lease.startsWith(there.session.node.id)) ?? "";
  const sweeps = vi.spyOn(there.session.members, "sweep").mockRejectedValue(new Error("Not now"));
  const others = vi.spyOn(here.session.members, "sweep").mockRejectedValue(new Error("Not now"));
  engine.leases.set(former, 0);
  leave(ann);
  await clock.advance(10_000);
  // Of a node that came when that one was dead already.
  const late = node();
  vi.spyOn(late.session.members, "sweep").mockRejectedValue(new Error("Not now"));
  await clock.advance(100);
  expect((await late.router.presence.list(LOBBY)).size).toBe(0);
  expect(engine.leases.has(former)).toBe(true);
  sweeps.mockRestore();
  await clock.advance(10_000);
  expect(engine.leases.has(former)).toBe(false);
  expect([...engine.sets.values()].flatMap((nodes) => [...nodes.keys()])).not.toContain(former);
  others.mockRestore();
});

it("has nobody of a node that was killed after the engine had forgotten its lease", async () => {
  const { clock, engine, node } = world();
  const [here, there] = [node(), node()];
  await there.enter("ann");
  await clock.advance(300);
  // As by FLUSHALL: the link stays.
  engine.leases.clear();
  engine.sets.clear();
  await there.enter("bob");
  await clock.advance(150);
  expect(engine.sets.size).toBe(1);
  there.kill();
  await clock.advance(20_000);
  expect((await here.router.presence.list(LOBBY)).size).toBe(0);
});

it("stays as it was while the engine is away, says so to who asks, and tells nothing of its return", async () => {
  const { clock, engine, node } = world();
  const [here, there] = [node(), node()];
  const watcher = await here.look();
  const ann = await there.enter("ann");
  await there.enter("bob");
  await clock.advance(300);
  told(watcher);
  engine.kill();
  engine.leases.clear();
  engine.sets.clear();
  await clock.advance(5_000);
  await expect(there.router.presence.list(LOBBY)).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
  expect((await here.router.presence.list(LOBBY)).size).toBe(3);
  engine.start((session) => (session === here.session ? 0 : 400));
  await clock.advance(15_000);
  expect(told(watcher)).toEqual([]);
  engine.kill();
  leave(ann);
  await clock.advance(5_000);
  engine.start();
  await clock.advance(5_000);
  expect(told(watcher)).toEqual([{ leave: ["ann"], count: 2 }]);
});

it("has those of a node that ends for three seconds more, so that they may come to others", async () => {
  const { clock, node } = world();
  const [here, there] = [node(), node()];
  const watcher = await here.look();
  await there.enter("ann");
  await there.enter("bob");
  await clock.advance(300);
  told(watcher);
  await there.of.hub.dispose();
  await clock.advance(2_000);
  await here.enter("ann");
  await clock.advance(6_000);
  const ann = { name: "ann" };
  expect(told(watcher)).toEqual([
    { update: { ann: [ann, ann] }, count: 3 },
    { update: { ann: [ann] }, leave: ["bob"], count: 2 },
  ]);
});

it("costs nothing where nobody is there, and follows only what somebody looks at", async () => {
  const { clock, engine, node } = world();
  const [here, there] = [node(), node()];
  const ann = await there.enter("ann");
  await clock.advance(300);
  // Beside what nodes ask each other about users.
  expect(engine.calls.filter((call) => !call.includes("\u0000node"))).toEqual(["+room:lobby"]);
  const watcher = await here.look();
  leave(watcher);
  leave(ann);
  await clock.advance(10_000);
  expect(engine.calls.filter((call) => call.includes("p:room:lobby"))).toEqual([
    "+\u0001p:room:lobby",
    "-\u0001p:room:lobby",
  ]);
  for (const { of } of [here, there]) {
    const { topics, elsewhere } = of.hub.presence as unknown as {
      topics: Map<string, unknown>;
      elsewhere: { topics: Map<string, unknown> };
    };
    expect([topics.size, elsewhere.topics.size]).toEqual([0, 0]);
  }
});

it("is told in parts of which the engine carries each", async () => {
  const { clock, node } = world({ maxPacketBytes: 4_000 });
  const [here, there] = [node(), node()];
  const watcher = await here.look();
  for (let n = 0; n < 100; n++) await there.enter(`user ${n} ${"x".repeat(50)}`);
  await clock.advance(1_000);
  expect(await here.router.presence.count(LOBBY)).toBe(101);
  expect(told(watcher).at(-1)).toMatchObject({ count: 101 });
});
