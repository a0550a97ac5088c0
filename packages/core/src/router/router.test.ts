import { describe, expect, it } from "vitest";
import { Ask, bench, errorOf, fields, memoryLogger, Note, Told } from "../../test/harness.ts";
import { topic } from "../message/topic.ts";
import { withAuthenticate } from "../adapter/own-authenticate.ts";
import { message, rpc } from "../message/standard.ts";
import { createRouter } from "./create-router.ts";
import { type Router } from "./router.ts";

/** A router that answers NOTE with its name. */
function named(n: number): Router {
  return createRouter().on(Note, (ctx) => void ctx.send(Told, { n }));
}

function answerOf(router: Router, type = "NOTE"): unknown {
  const peer = bench(router).connect();
  peer.message(type, { n: 0 });
  return peer.socket.take()[0]?.["payload"];
}

describe("registration", () => {
  it("refuses a type twice, naming it", () => {
    expect(() => named(1).on(Note, () => {})).toThrow('already handles "NOTE"');
  });

  it("refuses an rpc on on()", () => {
    expect(() => createRouter().on(Ask as never, () => {})).toThrow("rpc()");
  });

  it("refuses an rpc whose errors have a code that gRPC does not know", () => {
    const Find = rpc("FIND", undefined, "FOUND", undefined, {
      errors: { NOT_THERE: fields({ n: "number" }) } as never,
    });
    expect(() => createRouter().rpc(Find, () => {})).toThrow('"NOT_THERE"');
  });

  it("refuses options that cannot be honoured", () => {
    expect(() => createRouter({ heartbeat: { intervalMs: 10, timeoutMs: 10 } })).toThrow(RangeError);
    expect(() => createRouter({ limits: { maxDepth: -1 } })).toThrow(RangeError);
  });
});

describe("merge", () => {
  it("is live: what the inner router gains later counts, its middleware for its own routes alone", () => {
    const outer = createRouter();
    const inner = createRouter();
    outer.merge(inner);
    const peer = bench(outer).connect();
    inner.on(Note, (ctx) => void ctx.send(Told, { n: 1 }));
    outer.on(Told, (ctx) => void ctx.send(Told, { n: 2 }));
    peer.message("NOTE", { n: 0 });
    expect(peer.socket.take()).toMatchObject([{ payload: { n: 1 } }]);
    inner.use((ctx) => ctx.error("PERMISSION_DENIED", "closed"));
    peer.message("NOTE", { n: 0 });
    expect(errorOf(peer.socket.take()[0]).message).toBe("closed");
    peer.message("TOLD", { n: 0 });
    expect(peer.socket.take()).toMatchObject([{ payload: { n: 2 } }]);
  });

  it("lets the outer router's own route win, in any order, with one warning", () => {
    const logger = memoryLogger();
    const outer = createRouter({ logger });
    outer.merge(named(1));
    outer.on(Note, (ctx) => void ctx.send(Told, { n: 2 }));
    expect(answerOf(outer)).toEqual({ n: 2 });
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines[0]).toContain('"NOTE"');
    expect(
      answerOf(
        createRouter({ logger })
          .on(Note, (ctx) => void ctx.send(Told, { n: 3 }))
          .merge(named(1)),
      ),
    ).toEqual({
      n: 3,
    });
  });

  it("throws, from the call that caused it, when two merged routers claim a type, and stays as it was", () => {
    const outer = createRouter().merge(named(1));
    expect(() => outer.merge(named(2))).toThrow('"NOTE"');
    expect(answerOf(outer)).toEqual({ n: 1 });
    const late = createRouter();
    outer.merge(createRouter().merge(late));
    expect(() => late.on(Note, () => {})).toThrow('"NOTE"');
    expect(answerOf(outer)).toEqual({ n: 1 });
  });

  it("chooses where it is told to", () => {
    expect(answerOf(createRouter().merge(named(1)).merge(named(2), { onConflict: "replace" }))).toEqual({ n: 2 });
    expect(answerOf(createRouter().merge(named(1)).merge(named(2), { onConflict: "skip" }))).toEqual({ n: 1 });
  });

  it.each([
    ["authorizeTopic", { authorizeTopic: () => false }],
    ["identify", { identify: () => "ada" }],
    ["expiresAt", { expiresAt: () => Infinity }],
  ] as const)("refuses a router whose %s would decide nothing", (name, options) => {
    const inner = createRouter(options);
    expect(() => createRouter().merge(inner)).toThrow(`createRouter({ ${name} })`);
    expect(() => createRouter().mount("x.", inner)).toThrow(name);
    expect(() => createRouter({ ...options }).merge(inner)).not.toThrow();
    expect(() => createRouter(options).merge(createRouter().mount("y.", createRouter()))).not.toThrow();
  });

  it("refuses to serve without the authenticate that a merged router has", () => {
    const authenticate = (): undefined => undefined;
    const outer = createRouter().merge(createRouter({ authenticate }));
    expect(() => withAuthenticate(outer, {})).toThrow("decides nothing");
    expect(withAuthenticate(outer, { authenticate })).toEqual({ authenticate });
    expect(withAuthenticate(createRouter({ authenticate }).merge(outer), {})).toEqual({ authenticate });
  });

  it("refuses what comes too late to decide anything, once it is served", () => {
    const inner = () => createRouter({ authenticate: () => undefined });
    const Room = topic("room:{id}", [Told], { history: { size: 5 } });
    const open = createRouter();
    const outer = createRouter().merge(open);
    withAuthenticate(outer, {});
    bench(outer);
    expect(() => outer.merge(inner())).toThrow("comes too late");
    expect(() => open.mount("x.", createRouter().merge(inner()))).toThrow("comes too late");
    expect(() => open.merge(createRouter({ topics: [Room] }))).toThrow("room:{id} comes too late");
    expect(() => open.merge(createRouter())).not.toThrow();
    const asked = createRouter({ topics: [Room] });
    withAuthenticate(asked, { authenticate: () => ({}) });
    bench(asked);
    expect(() => asked.merge(inner()).merge(createRouter({ topics: [Room] }))).not.toThrow();
  });

  it("refuses to merge a router into itself", () => {
    const a = createRouter();
    const b = createRouter().merge(a);
    expect(() => a.merge(b)).toThrow("itself");
  });

  it("runs lifecycle handlers of all routers once, and error handlers from the inside out", () => {
    const log: string[] = [];
    const inner = createRouter()
      .onOpen(() => void log.push("open inner"))
      .onClose(() => void log.push("close inner"))
      .onError((error) => void log.push(`inner ${error.message}`))
      .on(Note, () => {
        throw new Error("boom");
      });
    const outer = createRouter()
      .merge(inner)
      .mount("x.", inner)
      .onOpen(() => void log.push("open outer"))
      .onError((error) => void log.push(`outer ${error.message}`));
    const peer = bench(outer).connect();
    peer.message("NOTE", { n: 0 });
    peer.message("x.NOTE", { n: 0 });
    peer.socket.close();
    expect(log).toEqual([
      "open outer",
      "open inner",
      "inner boom",
      "outer boom",
      "inner boom",
      "outer boom",
      "close inner",
    ]);
  });
});

describe("mount", () => {
  it("puts a prefix before the type, which ctx.type and errors keep", () => {
    const outer = createRouter().mount("a.", createRouter().mount("b.", named(1)));
    expect(answerOf(outer, "a.b.NOTE")).toEqual({ n: 1 });
    const peer = bench(outer).connect();
    peer.message("NOTE", { n: 0 });
    expect(errorOf(peer.socket.take()[0]).code).toBe("UNIMPLEMENTED");
    peer.message("a.b.NOTE", {});
    expect(peer.socket.take()).toMatchObject([{ meta: { inReplyTo: "a.b.NOTE" } }]);
  });
});

describe("guard", () => {
  it("lets through whose data passes, and answers the rest", () => {
    const router = createRouter<{ userId?: string }>();
    const members = router.guard((data): data is { userId: string; clientId: string } => data.userId !== undefined, {
      message: "Log in first",
    });
    members.on(Note, (ctx) => void ctx.send(Told, { n: ctx.data.userId.length }));
    const { connect } = bench(router);
    const guest = connect();
    guest.message("NOTE", { n: 0 });
    expect(errorOf(guest.socket.take()[0])).toMatchObject({ code: "UNAUTHENTICATED", message: "Log in first" });
    const member = connect({ userId: "abc" });
    member.message("NOTE", { n: 0 });
    expect(member.socket.take()).toMatchObject([{ payload: { n: 3 } }]);
  });
});

describe("connections and publish from outside", () => {
  it("span every hub that serves the router, also through a router it is merged into", async () => {
    const inner = createRouter<{ role?: string }>().onOpen((ctx) => void ctx.topics.subscribe("news"));
    const outer = createRouter().merge(inner);
    const first = bench(outer).connect({ role: "admin" });
    const second = bench(outer).connect();
    expect(inner.connections.size).toBe(2);
    expect(inner.connections.get(first.conn.clientId)?.topics).toEqual(["news"]);
    expect(await inner.publish("news", Told, { n: 1 })).toEqual({ ok: true, matched: 2, remote: "none" });
    expect(first.socket.take()).toEqual(second.socket.take());
    expect(await inner.publish("news", Told, { n: 1 }, { filter: (data) => data.role === "admin" })).toMatchObject({
      matched: 1,
    });
    expect(inner.connections.send("nobody", Told, { n: 1 })).toBe(false);
    first.socket.take();
    expect(inner.connections.send(second.conn.clientId, message("HI", fields({})), {})).toBe(true);
    second.socket.close();
    expect([...inner.connections].map(({ clientId }) => clientId)).toEqual([first.conn.clientId]);
  });

  it("tells of a payload that does not fit", async () => {
    const errors: Error[] = [];
    const router = createRouter().onError((error) => void errors.push(error));
    bench(router).connect();
    const result = await router.publish("news", Told, { n: "x" });
    expect(result).toMatchObject({ ok: false });
    expect(errors[0]?.message).toContain('"TOLD" at n');
  });
});
