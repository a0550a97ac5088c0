import { describe, expect, it } from "vitest";
import { bench, memoryLogger, Note } from "../../test/harness.ts";
import { Registry } from "../state/registry.ts";
import { createRouter } from "../router/create-router.ts";

describe("heartbeat", () => {
  const rig = () => {
    const log: string[] = [];
    const router = createRouter({
      heartbeat: {
        intervalMs: 100,
        timeoutMs: 20,
        onStaleConnection: (clientId, ws) => log.push(`stale ${clientId} ${typeof ws}`),
      },
    });
    router.onClose((ctx) => void log.push(`closed ${ctx.clientId} ${ctx.code}`));
    router.on(Note, () => {});
    return { log, ...bench(router) };
  };

  it("ends who stays silent, with 4408, and nobody else", async () => {
    const { connect, clock, hub, log } = rig();
    const [silent, ponging, talking] = [connect(), connect(), connect()];
    await clock.advance(100);
    expect(silent.socket.frames).toEqual(["(ping)"]);
    hub.seen(ponging.conn);
    talking.message("NOTE", { n: 1 });
    await clock.advance(19);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(["stale client-1 object", "closed client-1 4408"]);
    await clock.advance(100);
    expect(log).toHaveLength(6);
  });

  it("keeps no timer without connections, and starts again with the next one", async () => {
    const { connect, clock, log } = rig();
    connect();
    await clock.advance(300);
    expect(clock.pending).toBe(0);
    connect();
    await clock.advance(120);
    expect(log.filter((line) => line.startsWith("stale"))).toHaveLength(2);
  });

  it("does not take a connection for dead that it has itself stopped reading", async () => {
    const { connect, clock, log } = rig();
    const peer = connect();
    peer.conn.paused = true;
    await clock.advance(500);
    expect(log).toEqual([]);
  });

  it("does not take its own freeze for the peers' death", async () => {
    const { connect, clock, hub, log } = rig();
    const [answering, dead] = [connect(), connect()];
    await clock.advance(100);
    // The loop stands still for longer than the timeout; what came meanwhile is read after the timers.
    clock.freeze(500);
    await clock.advance(0);
    expect(log).toEqual([]);
    hub.seen(answering.conn);
    await clock.advance(20);
    expect(log).toEqual(["stale client-2 object", "closed client-2 4408"]);
    expect(dead.socket.ended).toBeDefined();
  });

  it("goes on when onStaleConnection throws", async () => {
    const logger = memoryLogger();
    const router = createRouter({
      logger,
      heartbeat: {
        intervalMs: 100,
        timeoutMs: 20,
        onStaleConnection: () => {
          throw new Error("mine");
        },
      },
    });
    const { connect, clock } = bench(router);
    const [a, b] = [connect(), connect()];
    await clock.advance(120);
    expect([a.socket.ended, b.socket.ended]).not.toContain(undefined);
    // The same line once a minute.
    expect(logger.lines).toHaveLength(1);
  });
});

describe("without a heartbeat", () => {
  const rig = (runtime = {}) => {
    const closed: string[] = [];
    const router = createRouter().onClose((ctx) => void closed.push(`${ctx.clientId} ${ctx.code}`));
    return {
      closed,
      ...bench(
        router.on(Note, () => {}),
        runtime,
      ),
    };
  };

  it("a peer that answers no ping is ended after two minutes, and nobody else", async () => {
    const { connect, clock, hub, closed } = rig();
    const [dead, answering, talking] = [connect(), connect(), connect()];
    for (let second = 0; second < 60; second++) {
      await clock.advance(1_000);
      talking.message("NOTE", { n: 1 });
    }
    expect([dead, answering, talking].map(({ socket }) => socket.frames)).toEqual([["(ping)"], ["(ping)"], []]);
    hub.seen(answering.conn);
    await clock.advance(59_000);
    expect(closed).toEqual([]);
    await clock.advance(1_000);
    expect(closed).toEqual(["client-1 4408"]);
    hub.seen(answering.conn);
    hub.seen(talking.conn);
    await clock.advance(60_000);
    expect(closed).toEqual(["client-1 4408"]);
  });

  it("leaves it to a runtime that does the same", async () => {
    const { connect, clock, closed } = rig({ endsSilent: true });
    connect();
    await clock.advance(300_000);
    expect([closed, clock.pending]).toEqual([[], 0]);
  });
});

describe("the registry", () => {
  it("finds the newest connection of an id, and keeps count of all", () => {
    const registry = new Registry();
    const make = (name: string) => ({ clientId: "same", name }) as never;
    const [a, b, c] = [make("a"), make("b"), make("c")];
    for (const conn of [a, b, c]) registry.add(conn);
    expect([registry.size, registry.get("same")]).toEqual([3, c]);
    registry.delete(b);
    expect([...registry]).toEqual([c, a]);
    registry.delete(c);
    registry.delete(b);
    expect([registry.size, registry.get("same")]).toEqual([1, a]);
    registry.delete(a);
    expect([registry.size, registry.get("same")]).toEqual([0, undefined]);
  });

  it("forgets each of many with one id without looking at the others", () => {
    const registry = new Registry<{ clientId: string }>();
    const all = Array.from({ length: 40_000 }, () => ({ clientId: "same" }));
    for (const conn of all) registry.add(conn);
    const began = performance.now();
    // Oldest first, newest first, and the rest from both ends.
    for (const conn of all.slice(0, 10_000)) registry.delete(conn);
    for (const conn of all.slice(30_000).toReversed()) registry.delete(conn);
    expect([registry.size, [...registry].length, registry.get("same")]).toEqual([20_000, 20_000, all[29_999]]);
    for (let i = 10_000; i < 20_000; i++) {
      registry.delete(all[i] as never);
      registry.delete(all[39_999 - i] as never);
    }
    expect([registry.size, registry.get("same")]).toEqual([0, undefined]);
    // 3.6 s where each looked for its place in a list.
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
