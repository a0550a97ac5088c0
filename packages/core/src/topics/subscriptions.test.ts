import { BaseContext } from "../contexts/connection-context.ts";
import { TopicsOf } from "./subscriptions.ts";
import { describe, expect, it, vi } from "vitest";
import { bench, errorOf, gate, memoryLogger, Note, settle, Told, type Peer } from "../../test/harness.ts";
import type { Topics } from "../api/contexts.ts";
import { WsKitError } from "../message/errors.ts";
import { createRouter } from "../router/create-router.ts";
import { type Router } from "../router/router.ts";
import type { RouterOptions } from "../api/options.ts";

/** A peer, and what its handlers would see as `ctx.topics`. */
const topicsOf = ({ conn }: Peer): Topics => new TopicsOf(conn) as unknown as Topics;

function follower(options: RouterOptions = {}): { peer: Peer; topics: Topics; router: Router } {
  const router = createRouter({ logger: memoryLogger(), ...options });
  const peer = bench(router).connect();
  return { peer, topics: topicsOf(peer), router };
}

describe("subscribe", () => {
  it("takes effect at once, and twice is once", async () => {
    const { topics, router } = follower();
    void topics.subscribe("a");
    expect(topics.has("a")).toBe(true);
    await topics.subscribe("a");
    expect(topics.list()).toEqual(["a"]);
    expect(await router.publish("a", Told, { n: 1 })).toMatchObject({ matched: 1 });
    void topics.unsubscribe("a");
    void topics.unsubscribe("a");
    expect(await router.publish("a", Told, { n: 1 })).toMatchObject({ matched: 0 });
  });

  it.each([
    ["INVALID_ARGUMENT", ""],
    ["INVALID_ARGUMENT", "line\nbreak"],
    ["INVALID_ARGUMENT", "half \ud800"],
    ["INVALID_ARGUMENT", "\udfff half"],
    ["INVALID_ARGUMENT", "x".repeat(129)],
    ["INVALID_ARGUMENT", "€".repeat(43)],
  ])("refuses with %s the name %j", async (code, name) => {
    await expect(follower().topics.subscribe(name)).rejects.toMatchObject({ code });
  });

  it("takes a name of 128 bytes and 100 topics, no more", async () => {
    const { topics } = follower();
    await topics.subscribe("x".repeat(128));
    for (let i = 1; i < 100; i++) await topics.subscribe(`t${i}`);
    await expect(topics.subscribe("one more")).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    await topics.clear();
    expect(topics.list()).toEqual([]);
  });

  it("can be refused, at once and later, with the reason that was given", async () => {
    const { topics } = follower({
      authorizeTopic: (topic) => {
        if (topic === "paid") throw new WsKitError("FAILED_PRECONDITION", "Pay first");
        return topic === "later" ? Promise.resolve(false) : topic === "open";
      },
    });
    await topics.subscribe("open");
    await expect(topics.subscribe("shut")).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    await expect(topics.subscribe("later")).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    await expect(topics.subscribe("paid")).rejects.toMatchObject({ code: "FAILED_PRECONDITION" });
    // Nobody waits for this one: an unhandled rejection would fail the run.
    void topics.subscribe("shut");
    expect(topics.list()).toEqual(["open"]);
  });

  it("that a handler awaits answers the peer when it is refused", async () => {
    const router = createRouter({ authorizeTopic: () => false });
    router.on(Note, (ctx) => ctx.topics.subscribe("shut"));
    const peer = bench(router).connect();
    peer.message("NOTE", { n: 1 });
    await settle();
    expect(errorOf(peer.socket.take()[0]).code).toBe("PERMISSION_DENIED");
  });

  it.each([[new Error("no")], [new Response("no", { status: 403 })], ["no"], [{ allowed: false }], [1], [() => false]])(
    "is no yes where the answer is %o, at once or later",
    async (answer) => {
      for (const authorizeTopic of [() => answer, async () => answer] as unknown as (() => boolean)[]) {
        const { topics } = follower({ authorizeTopic });
        await expect(topics.subscribe("shut")).rejects.toThrow("has to return true to let in, or false, not");
        expect(topics.list()).toEqual([]);
      }
      for (const nothing of [undefined, null] as unknown as boolean[]) {
        const { topics } = follower({ authorizeTopic: () => nothing });
        await expect(topics.subscribe("shut")).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
      }
    },
  );

  it("leaves nothing behind when the connection closes, or the topic is left, while it waits", async () => {
    const allowed = gate();
    const router = createRouter({ authorizeTopic: () => allowed.opened.then(() => true) });
    const { connect, hub } = bench(router);
    const [gone, left, stays] = [connect(), connect(), connect()];
    for (const peer of [gone, left, stays]) void topicsOf(peer).subscribe("a");
    gone.socket.close();
    void topicsOf(left).unsubscribe("a");
    allowed.open();
    await settle();
    expect([...(hub.followers.of("a") ?? [])]).toEqual([stays.conn]);
  });
});

describe("a topic that is taken while a subscribe waits", () => {
  it.each(["router.revoke", "users.revoke"])("by %s is refused, and counted", async (how) => {
    const allowed = gate();
    const authorizeTopic = () => allowed.opened.then(() => true);
    const router = createRouter<{ user: string }>({ authorizeTopic, identify: ({ user }) => user });
    const { connect } = bench(router as never);
    const [eve, ada] = [connect({ user: "eve" }), connect({ user: "ada" })];
    const waiting = [topicsOf(eve).subscribe("a"), topicsOf(ada).subscribe("a")];
    const taken =
      how === "router.revoke"
        ? router.revoke("a", ({ user }) => user === "eve")
        : (await router.users.revoke("eve", "a")).connections;
    expect(taken).toBe(1);
    allowed.open();
    await expect(waiting[0]).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    await waiting[1];
    expect(await router.publish("a", Told, { n: 1 })).toMatchObject({ matched: 1 });
    expect(eve.socket.take()).toEqual([]);
    await topicsOf(eve).subscribe("a");
    expect(topicsOf(eve).has("a")).toBe(true);
  });

  it("is looked for among those that wait, not among all connections, and nobody stays among them", async () => {
    const allowed = gate();
    const router = createRouter<{ user: string }>({ authorizeTopic: () => allowed.opened.then(() => true) });
    const { connect, hub } = bench(router as never);
    const [eve, ada, bob] = [connect({ user: "eve" }), connect({ user: "ada" }), connect({ user: "bob" })];
    const waiting = [eve, ada, ada].map((peer, i) => topicsOf(peer).subscribe(i === 2 ? "b" : "a"));
    bob.socket.close();
    const looked = vi.spyOn(hub.connections, Symbol.iterator);
    expect(router.revoke("a", () => true)).toBe(2);
    expect(looked).not.toHaveBeenCalled();
    expect([...hub.joining]).toEqual([eve.conn, ada.conn]);
    allowed.open();
    expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual([
      "rejected",
      "rejected",
      "fulfilled",
    ]);
    expect(hub.joining.size).toBe(0);
  });
});

describe("publish", () => {
  const room = () => {
    const router = createRouter({ logger: memoryLogger() });
    router.onOpen((ctx) => void ctx.topics.subscribe("room"));
    const rig = bench(router);
    return { router, ...rig, peers: [rig.connect({ role: "a" }), rig.connect({ role: "b" })] as const };
  };

  it("reaches the sender too, unless excludeSelf", async () => {
    const { router, peers } = room();
    const results: unknown[] = [];
    router.on(Note, async (ctx) => {
      results.push(
        await ctx.publish("room", Told, { n: 1 }),
        await ctx.publish("room", Told, { n: 2 }, { excludeSelf: true }),
      );
    });
    peers[0].message("NOTE", { n: 1 });
    await settle();
    expect(results).toEqual([
      { ok: true, matched: 2, remote: "none" },
      { ok: true, matched: 1, remote: "none" },
    ]);
    expect(peers[0].socket.take()).toMatchObject([{ payload: { n: 1 } }]);
    expect(peers[1].socket.take()).toMatchObject([{ payload: { n: 1 } }, { payload: { n: 2 } }]);
  });

  it("is not ok with excludeSelf where no connection publishes", async () => {
    const { router, peers } = room();
    const reported: string[] = [];
    router.onError(({ message }) => void reported.push(message));
    const refused: unknown = expect.objectContaining({
      message: "No connection publishes here that excludeSelf could leave out: ctx.publish() takes it",
    });
    // @ts-expect-error -- ctx.publish() takes it
    expect(await router.publish("room", Told, { n: 1 }, { excludeSelf: true })).toEqual({
      ok: false,
      matched: 0,
      error: refused,
    });
    expect(reported).toHaveLength(1);
    expect(peers[0].socket.take()).toEqual([]);
  });

  it("has delivered locally when the call returns, also from onClose", () => {
    const { router, peers } = room();
    router.onClose((ctx) => void ctx.publish("room", Told, { n: 9 }));
    peers[0].socket.close();
    expect(peers[0].socket.frames).toEqual([]);
    expect(peers[1].socket.take()).toMatchObject([{ payload: { n: 9 } }]);
  });

  it("uses native topics where the runtime has them, under its prefix", async () => {
    const log: string[] = [];
    const router = createRouter();
    const { connect, hub } = bench(router, {
      topicPrefix: "2:",
      publish: (topic, frame) => log.push(`${topic} ${String(frame)}`),
    });
    const peer = connect();
    Object.assign(peer.socket, {
      subscribe: (topic: string) => log.push(`+${topic}`),
      unsubscribe: (topic: string) => log.push(`-${topic}`),
      publish: (topic: string) => log.push(`others ${topic}`),
    });
    void topicsOf(peer).subscribe("room");
    await router.publish("room", Told, { n: 1 });
    void new BaseContext(peer.conn).publish("room", Told, { n: 1 }, { excludeSelf: true });
    void topicsOf(peer).clear();
    expect(log).toEqual(["+2:room", '2:room {"type":"TOLD","payload":{"n":1}}', "others 2:room", "-2:room"]);
    expect(hub.followers.of("room")).toBeUndefined();
  });
});

describe("permissions that are waited for", () => {
  it("count towards maxTopics, also where they are called off", async () => {
    let asked = 0;
    const { topics } = follower({
      limits: { maxTopics: 10 },
      authorizeTopic: () => (asked++, new Promise<boolean>(() => {})),
    });
    for (let i = 0; i < 100; i++) {
      topics.subscribe(`t${i}`).catch(() => {});
      void topics.unsubscribe(`t${i}`);
    }
    expect(asked).toBe(10);
    await expect(topics.subscribe("more")).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
  });

  it("are asked for once a topic, however many ask", async () => {
    let asked = 0;
    const allowed = gate();
    const { topics } = follower({ authorizeTopic: () => (asked++, allowed.opened.then(() => true)) });
    const all = Array.from({ length: 100 }, () => topics.subscribe("a"));
    allowed.open();
    await Promise.all(all);
    expect([asked, topics.list()]).toEqual([1, ["a"]]);
  });

  it("end after authTimeoutMs, and what comes later is not believed", async () => {
    const allowed = gate();
    const router = createRouter({ authorizeTopic: () => allowed.opened.then(() => true), limits: { maxTopics: 1 } });
    const { clock, connect } = bench(router);
    const topics = topicsOf(connect());
    const first = topics.subscribe("a");
    await clock.advance(5_000);
    await expect(first).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
    const second = topics.subscribe("b");
    allowed.open();
    await second;
    expect(topics.list()).toEqual(["b"]);
  });

  it("leave room for as many as maxTopics", async () => {
    const { topics } = follower({ authorizeTopic: () => settle().then(() => true), limits: { maxTopics: 3 } });
    await Promise.all(["a", "b", "c"].map((topic) => topics.subscribe(topic)));
    expect(topics.list()).toEqual(["a", "b", "c"]);
  });
});
