import { describe, expect, it } from "vitest";
import { bench, fields, memoryLogger, settle, VirtualClock } from "../../test/harness.ts";
import type { LinkReport } from "../api/cluster.ts";
import type { RouterOptions } from "../api/options.ts";
import type { PublishResult } from "../api/publishing.ts";
import { FakeEngine, type Whims } from "../../test/fake-engine.ts";
import { message } from "../shared.ts";
import { createRouter } from "../router/create-router.ts";

const Join = message("JOIN", fields({ room: "string" }));
const Say = message("SAY", fields({ room: "string", text: "string" }));

/** A node of an application: its handlers join and say, and what became of that is kept. */
function world(whims: Whims = {}) {
  const clock = new VirtualClock();
  const engine = new FakeEngine((callback, ms) => clock.setTimeout(callback, ms), whims);
  const node = (options: RouterOptions = {}) => {
    const logger = memoryLogger();
    const joined: string[] = [];
    const published: PublishResult[] = [];
    const reports: LinkReport[] = [];
    const router = createRouter({ engine, logger, ...options })
      .on(Join, async (ctx) => {
        await ctx.topics.subscribe(ctx.payload.room).then(
          () => joined.push("ok"),
          (error: Error) => joined.push(`rejected: ${error.message}`),
        );
      })
      .on(Say, async (ctx) => {
        published.push(await ctx.publish(ctx.payload.room, Say, ctx.payload));
      })
      .onLink((report) => reports.push(report));
    const listen = () => bench(router, { clock });
    const listener = listen();
    const peer = () => {
      const made = listener.connect();
      return { ...made, join: (room: string) => made.message("JOIN", { room }) };
    };
    return { router, listener, listen, logger, joined, published, reports, peer };
  };
  return { clock, engine, node };
}

describe("an engine that", () => {
  it("refuses the first subscribe is asked again, and nobody is told of it", async () => {
    let refuse = true;
    const { clock, engine, node } = world({ refuses: (command) => refuse && command === "follow" });
    const { peer, joined } = node();
    const [a, b] = [peer(), peer()];
    a.join("x");
    await settle();
    refuse = false;
    b.join("x");
    await clock.advance(200);
    expect([joined, engine.calls]).toEqual([["ok", "ok"], ["+x"]]);
  });

  it("has not confirmed yet is waited for by everybody who joins", async () => {
    const { clock, node } = world({ takes: (command) => (command === "follow" ? 100 : 0) });
    const { peer, joined } = node();
    await settle();
    peer().join("x");
    peer().join("x");
    await settle();
    expect(joined).toEqual([]);
    await clock.advance(100);
    expect(joined).toEqual(["ok", "ok"]);
  });

  it("carries packets of so many bytes gets no larger one, and a message over that is refused and harms no other", async () => {
    const { engine, node, clock } = world({ maxPacketBytes: 1_000 });
    const [here, there] = [node(), node()];
    const far = there.peer();
    far.join("x");
    await settle();
    const say = (text: string) => here.router.publish("x", Say, { room: "x", text });
    const texts = ["a", "b", "c", "d", "e", "f", "g", "h"]
      .map((letter) => letter + "€".repeat(150))
      .concat("i".repeat(850));
    const results = await Promise.all([...texts.map(say), say("€".repeat(300)), say("last")]);
    await settle();
    await clock.advance(10);
    expect(results.map(({ ok }) => ok)).toEqual([...texts.map(() => true), false, true]);
    expect(results.at(-2)).toMatchObject({ error: { code: "INVALID_ARGUMENT" } });
    expect(far.socket.take().map(({ payload }) => (payload as { text: string }).text)).toEqual([...texts, "last"]);
    expect(engine.calls.filter((call) => call.startsWith("reconnect"))).toEqual([]);
    expect(here.router.cluster?.counters.lost).toBe(0);
    expect(here.logger.lines).toEqual([expect.stringContaining("messages of at most 908 bytes")]);
  });

  it("is not reached while nothing serves the router, and a publish says so", async () => {
    const { node } = world();
    const { router, listener } = node();
    await listener.hub.dispose();
    expect(await router.publish("x", Say, { room: "x", text: "a" })).toEqual({ ok: true, matched: 0, remote: "away" });
  });

  it("is away at the start holds up nobody, and comes later", async () => {
    const { clock, engine, node } = world();
    engine.up = false;
    const [here, there] = [node(), node()];
    const [a, b, far] = [here.peer(), here.peer(), there.peer()];
    for (const peer of [a, b, far]) peer.join("x");
    await settle();
    expect(here.joined).toEqual(["ok", "ok"]);
    for (let i = 0; i < 3; i++) a.message("SAY", { room: "x", text: `${i}` });
    await settle();
    expect(here.published).toEqual(Array.from({ length: 3 }, () => ({ ok: true, matched: 2, remote: "away" })));
    expect([b.socket.take().length, far.socket.take().length]).toEqual([3, 0]);
    expect(here.logger.lines).toEqual([]);
    await clock.advance(5_000);
    expect(here.logger.lines).toEqual(["warn: The link to the other nodes (fake) is down"]);
    expect(here.router.cluster).toMatchObject({ state: "down", ready: false });

    engine.start();
    await clock.advance(100);
    a.message("SAY", { room: "x", text: "now" });
    await settle();
    expect(here.published.at(-1)).toEqual({ ok: true, matched: 2, remote: "sent" });
    expect(far.socket.take()).toMatchObject([{ type: "SAY", payload: { text: "now" } }]);
    expect(here.reports.map(({ state }) => state)).toEqual(["down", "up"]);
    expect(here.router.cluster).toMatchObject({ state: "up", ready: true, engine: "fake", topics: 1 });
  });

  it("never answers holds up no handler", async () => {
    const { node } = world({ takes: (command) => (command === "publish" ? Infinity : 0) });
    const { peer, published } = node();
    const a = peer();
    a.join("x");
    await settle();
    for (const text of ["1", "2"]) a.message("SAY", { room: "x", text });
    await settle();
    expect(published.map((result) => result.ok && result.remote)).toEqual(["sent", "sent"]);
    expect(a.socket.take()).toHaveLength(2);
  });
});

describe("two listeners of one router", () => {
  it.each(["ctx", "router"] as const)("hear what the other's %s publishes once", async (by) => {
    const { engine, node } = world();
    const { router, listener, listen, published } = node();
    const second = listen();
    const far = node().peer();
    const [a, b] = [listener.connect(), second.connect()];
    for (const peer of [a, b]) peer.message("JOIN", { room: "x" });
    far.join("x");
    await settle();
    if (by === "ctx") a.message("SAY", { room: "x", text: "1" });
    else published.push(await router.publish("x", Say, { room: "x", text: "1" }));
    await settle();
    expect(published).toEqual([{ ok: true, matched: 2, remote: "sent" }]);
    for (const peer of [a, b, far]) expect(peer.socket.take()).toHaveLength(1);
    expect([engine.sessions.size, engine.calls]).toEqual([2, ["+x", "+x"]]);
  });

  it("share a link, which ends with the last of them", async () => {
    const { clock, engine, node } = world();
    const { router, listener, listen } = node();
    const second = listen();
    const [a, b] = [listener.connect(), second.connect()];
    for (const peer of [a, b]) peer.message("JOIN", { room: "x" });
    await settle();
    await listener.hub.dispose();
    await clock.advance(3_000);
    expect([engine.sessions.size, engine.calls]).toEqual([1, ["+x"]]);
    await second.hub.dispose();
    expect([engine.sessions.size, router.cluster]).toEqual([0, undefined]);
  });

  it("hear each other without an engine too", async () => {
    const { node } = world();
    const { listener, listen, published } = node({ engine: undefined });
    const [a, b] = [listener.connect(), listen().connect()];
    for (const peer of [a, b]) peer.message("JOIN", { room: "x" });
    a.message("SAY", { room: "x", text: "1" });
    await settle();
    expect(b.socket.take()).toHaveLength(1);
    expect(published).toEqual([{ ok: true, matched: 2, remote: "none" }]);
  });
});

it("a filter cannot travel, and local stays here", async () => {
  const { node } = world();
  const { router, peer, logger } = node();
  const far = node().peer();
  for (const one of [peer(), far]) one.join("x");
  await settle();
  const all = (): boolean => true;
  const say = { room: "x", text: "1" };
  expect(await router.publish("x", Say, say, { filter: all })).toMatchObject({ ok: false, matched: 0 });
  expect(logger.lines).toHaveLength(1);
  const local = { ok: true, matched: 1, remote: "none" };
  expect(await router.publish("x", Say, say, { filter: all, local: true })).toEqual(local);
  expect(await router.publish("x", Say, say, { local: true })).toEqual(local);
  expect(far.socket.take()).toEqual([]);
});

it("handlers of onLink that fail are logged, and the others called", async () => {
  const { clock, engine, node } = world();
  const { router, reports, logger } = node();
  router.onLink(() => {
    throw new Error("mine");
  });
  router.onLink(() => Promise.reject(new Error("mine too")));
  await settle();
  engine.kill();
  await clock.advance(10);
  expect(reports.map(({ state }) => state)).toEqual(["up", "down"]);
  // The same line once a minute.
  expect(logger.lines.filter((line) => line.includes("onLink"))).toHaveLength(1);
});

it("several servers share the topics, and one that is away concerns its own only", async () => {
  const clock = new VirtualClock();
  const servers = ["a", "b", "c"].map((name) =>
    Object.assign(new FakeEngine((callback, ms) => clock.setTimeout(callback, ms)), { name }),
  );
  const engine = { name: "three", shards: servers, connect: () => expect.fail("not by itself") };
  const router = createRouter({ engine, logger: memoryLogger() }).on(Join, (ctx) =>
    ctx.topics.subscribe(ctx.payload.room),
  );
  const reports: string[] = [];
  router.onLink((report) => void reports.push(`${report.engine} ${report.state}`));
  const peer = bench(router, { clock }).connect();
  for (let i = 0; i < 60; i++) {
    peer.message("JOIN", { room: `t${i}` });
    await settle();
  }
  const shares = servers.map(({ calls }) => calls.length);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(60);
  for (const share of shares) expect(share).toBeGreaterThan(8);
  servers[0]?.kill();
  const results = await Promise.all(
    Array.from({ length: 60 }, (_, i) => router.publish(`t${i}`, Say, { room: "", text: "" })),
  );
  expect(results.filter((result) => result.ok && result.remote === "away")).toHaveLength(shares[0] ?? 0);
  expect(router.cluster).toMatchObject({ state: "down", ready: true, topics: 60 });
  expect(reports).toEqual(["a up", "b up", "c up", "a down"]);
});

it("a listener whose object sleeps has no engine: its probes would keep it awake", () => {
  const { node } = world();
  const { router } = node();
  expect(() => bench(router, { sleeps: true, apart: true })).toThrow("A Durable Object takes no engine");
});
