import { describe, expect, it } from "vitest";
import { Ask, bench, errorOf, fields, gate, memoryLogger, Note, settle, Told } from "../../test/harness.ts";
import type { ExtensionConnection } from "../api/extension-connection.ts";
import type { MiddlewareContext } from "../api/contexts.ts";
import type { Extension, ExtensionListener, Hooks } from "../api/extensions.ts";
import type { Next } from "../api/handlers.ts";
import { defineSlot } from "../state/slots.ts";
import { message, rpc } from "../message/standard.ts";
import { createRouter } from "../router/create-router.ts";
import { type Router } from "../router/router.ts";
import { watchEnd } from "../contexts/message-context.ts";
import { EndCounts } from "./end-counts.ts";
import { requestLog, type RequestLine } from "./request-log.ts";

const EVENTS = [
  "opened",
  "closed",
  "joined",
  "parted",
  "published",
  "received",
  "sent",
  "settled",
  "answered",
  "refused",
  "failed",
] as const;

type Fact = { readonly hook: string; readonly clientId: string | undefined } & Record<string, unknown>;

/** Keeps all it is told, in order. */
function witness(): { extension: Extension; told: Fact[]; of: (hook: string) => Record<string, unknown>[] } {
  const told: Fact[] = [];
  const keep =
    (hook: string) =>
    (connection: ExtensionConnection | undefined, fact: object): void =>
      void told.push({ hook, clientId: connection?.clientId, ...fact });
  const hooks = Object.fromEntries(EVENTS.map((hook) => [hook, keep(hook)])) as Hooks;
  const of = (hook: string) => told.filter((each) => each.hook === hook);
  return { extension: { name: "witness", setup: () => hooks }, told, of };
}

/** An extension of one hook or a few. */
const having = (hooks: Hooks, name = "test", more: Partial<Extension> = {}): Extension => ({
  name,
  ...more,
  setup: () => hooks,
});

describe("facts", () => {
  it("tell the life of a connection, its topics included", () => {
    const { extension, told } = witness();
    const router = createRouter()
      .extend(extension)
      .onOpen((ctx) => void ctx.topics.subscribe("room"));
    const { connect } = bench(router);
    const [one, two] = [connect(), connect()];
    two.socket.close(1001, "away");
    one.socket.close();
    expect(told.map(({ hook, clientId, at: _at, ...rest }) => [hook, clientId, rest])).toEqual([
      ["opened", "client-1", { restored: false }],
      ["joined", "client-1", { topic: "room", first: true }],
      ["opened", "client-2", { restored: false }],
      ["joined", "client-2", { topic: "room", first: false }],
      ["parted", "client-2", { topic: "room", last: false }],
      ["closed", "client-2", { code: 1001, reason: "away", byServer: false }],
      ["parted", "client-1", { topic: "room", last: true }],
      ["closed", "client-1", { code: 1000, reason: "", byServer: false }],
    ]);
  });

  it("tell a connection that was open before its listener woke up", () => {
    const { extension, told } = witness();
    const { hub, connect } = bench(createRouter().extend(extension));
    const { socket } = connect();
    told.length = 0;
    hub.restore(socket, {}, "sleeper", ["room"]);
    expect(told).toMatchObject([
      { hook: "opened", clientId: "sleeper", restored: true },
      { hook: "joined", clientId: "sleeper", topic: "room", first: true },
    ]);
  });

  it("tell a message and what it sent, with what it waited for", async () => {
    const { extension, told, of } = witness();
    const held = gate();
    const router = createRouter()
      .extend(extension)
      .on(Note, async (ctx) => {
        await held.opened;
        ctx.send(Told, { n: 1 });
      });
    const { connect, clock } = bench(router);
    const peer = connect();
    told.length = 0;
    const start = clock.monotonic();
    peer.message("NOTE", { n: 1 }, { trace: "t" });
    await clock.advance(5);
    peer.message("NOTE", { n: 2 });
    await clock.advance(15);
    held.open();
    await settle();
    const length = JSON.stringify({ type: "NOTE", meta: { trace: "t" }, payload: { n: 1 } }).length;
    expect(of("received")[0]).toMatchObject({ type: "NOTE", kind: "on", meta: { trace: "t" }, length, at: start });
    expect(of("sent")).toMatchObject([
      { type: "TOLD", kind: "message", correlationId: undefined, ok: true, at: start + 20 },
      { type: "TOLD" },
    ]);
    expect(of("settled")).toMatchObject([
      { type: "NOTE", kind: "on", outcome: "ok", code: undefined, receivedAt: start, startedAt: start, at: start + 20 },
      { outcome: "ok", receivedAt: start + 5, startedAt: start + 20, at: start + 20 },
    ]);
  });

  it.each([
    ["ok", undefined, (ctx: Handling) => ctx.reply({ n: 1 })],
    ["error", "NOT_FOUND", (ctx: Handling) => ctx.error("NOT_FOUND", "None")],
    ["error", "INTERNAL", () => Promise.reject(new Error("no"))],
    ["error", "INTERNAL", () => {}],
    ["error", "INTERNAL", (ctx: Handling) => ctx.reply({ n: "no number" })],
  ] as const)("tell that a request ended: %s %s", async (outcome, code, handler) => {
    const { extension, of } = witness();
    const router = createRouter({ logger: memoryLogger() })
      .extend(extension)
      .rpc(Ask, handler as never);
    const peer = bench(router).connect();
    peer.message("ASK", { n: 1 }, { correlationId: "a" });
    await settle();
    const { type } = peer.socket.take()[0] as { type: string };
    expect(of("settled")).toMatchObject([
      { type: "ASK", kind: "rpc", correlationId: "a", outcome, code, repeated: false },
    ]);
    expect(of("sent")).toMatchObject([{ type, kind: code === undefined ? "reply" : "error", correlationId: "a" }]);
  });

  it("tell that a message ended: with an error, thrown, dropped", async () => {
    const { extension, of } = witness();
    const router = createRouter({ logger: memoryLogger() })
      .extend(extension)
      .use((ctx, next) => ((ctx.payload as { n: number }).n === 0 ? undefined : next()))
      .on(Note, (ctx) => {
        if (ctx.payload.n === 1) return ctx.error("ABORTED", "Again");
        throw new Error("no");
      });
    const peer = bench(router).connect();
    for (const n of [0, 1, 2]) peer.message("NOTE", { n });
    peer.message("NOTE", { n: "x" });
    await settle();
    expect(of("settled").map(({ outcome, code }) => [outcome, code])).toEqual([
      ["dropped", undefined],
      ["error", "ABORTED"],
      ["error", "INTERNAL"],
      ["error", "INVALID_ARGUMENT"],
    ]);
    expect(of("failed")).toMatchObject([{ subject: '"NOTE"', clientId: "client-1", id: expect.any(String) as string }]);
  });

  it("tell requests that run out of time, are cancelled, or lose their connection", async () => {
    const { extension, of } = witness();
    const router = createRouter({ limits: { requestTimeoutMs: 50, closeGraceMs: 10 } })
      .extend(extension)
      .on(Note, () => gate().opened)
      .rpc(Ask, () => gate().opened as Promise<never>);
    const { connect, clock } = bench(router);
    const peer = connect();
    peer.message("ASK", { n: 1 }, { correlationId: "late" });
    await clock.advance(60);
    for (const correlationId of ["cancelled", "lost"]) peer.message("ASK", { n: 1 }, { correlationId });
    peer.message("$ws:abort", undefined, { correlationId: "cancelled" });
    peer.message("NOTE", { n: 1 });
    for (const correlationId of ["waiting", "called off"]) peer.message("ASK", { n: 1 }, { correlationId });
    peer.message("NOBODY");
    peer.message("$ws:abort", undefined, { correlationId: "called off" });
    peer.socket.close();
    await clock.advance(20);
    expect(of("settled").map(({ correlationId, outcome, code }) => [correlationId, outcome, code])).toEqual([
      ["late", "error", "DEADLINE_EXCEEDED"],
      ["cancelled", "error", "CANCELLED"],
      ["called off", "error", "CANCELLED"],
      ["lost", "abandoned", undefined],
      ["waiting", "abandoned", undefined],
    ]);
    expect(of("refused")).toMatchObject([{ type: "NOBODY", code: undefined }]);
  });

  it("tell a repeated request's answer as repeated", () => {
    const { extension, of } = witness();
    const Once = rpc("ONCE", fields({ n: "number" }), "DONE", fields({ n: "number" }), { idempotent: true });
    const router = createRouter()
      .extend(extension)
      .rpc(Once, ({ payload }) => payload);
    const peer = bench(router).connect();
    for (const correlationId of ["a", "b"]) peer.message("ONCE", { n: 1 }, { correlationId, idempotencyKey: "k" });
    expect(of("settled").map(({ correlationId, repeated }) => [correlationId, repeated])).toEqual([
      ["a", false],
      ["b", true],
    ]);
  });

  it("tell of a type that nobody has declared no more than the log would", () => {
    const { extension, of } = witness();
    const lines: RequestLine[] = [];
    const router = createRouter()
      .extend(extension)
      .extend(requestLog({ write: (line) => void lines.push(line) }));
    const peer = bench(router).connect();
    for (const type of ["x".repeat(60_000), `$ws:${"x".repeat(60_000)}`]) peer.message(type);
    const lengths = [...of("received"), ...of("refused"), ...lines].map(({ type }) => (type as string).length);
    expect(lengths).toEqual([128, 128, 128, 128, 128, 128]);
  });

  it("tell frames that get to no handler", () => {
    const { extension, of } = witness();
    const router = createRouter({ limits: { maxInflightRequests: 1, maxDepth: 4 } })
      .extend(extension)
      .on(Note, () => {})
      .rpc(Ask, () => gate().opened as Promise<never>);
    const peer = bench(router).connect();
    peer.receive("{");
    peer.receive({ type: "NOTE", payload: [[[[[]]]]] });
    peer.message("NOBODY", {}, { correlationId: "n" });
    peer.message("ERROR");
    peer.message("$ws:nobody");
    peer.message("ASK", { n: 1 });
    for (const correlationId of ["1", "1", "2"]) peer.message("ASK", { n: 1 }, { correlationId });
    peer.message("NOTE", { n: 1 }, { correlationId: "x" });
    expect(of("refused").map(({ type, code, correlationId }) => [type, code, correlationId])).toEqual([
      [undefined, "INVALID_ARGUMENT", undefined],
      ["NOTE", "INVALID_ARGUMENT", undefined],
      ["NOBODY", "UNIMPLEMENTED", "n"],
      ["ERROR", "INVALID_ARGUMENT", undefined],
      ["$ws:nobody", "INVALID_ARGUMENT", undefined],
      ["ASK", "INVALID_ARGUMENT", undefined],
      ["ASK", "ALREADY_EXISTS", "1"],
      ["ASK", "RESOURCE_EXHAUSTED", "2"],
      ["NOTE", "FAILED_PRECONDITION", "x"],
    ]);
    expect(of("refused").length).toBe(peer.socket.frames.length);
  });

  it("tell a publish once, whoever made it", async () => {
    const { extension, of } = witness();
    const router = createRouter()
      .extend(extension)
      .onOpen((ctx) => void ctx.topics.subscribe("room"))
      .on(Note, (ctx) => void ctx.publish("room", Told, { n: 1 }));
    const { connect } = bench(router);
    const peer = connect();
    connect();
    peer.message("NOTE", { n: 1 });
    await router.publish("room", Told, { n: 1 });
    const { length } = JSON.stringify({ type: "TOLD", payload: { n: 1 } });
    expect(of("published")).toMatchObject([
      { clientId: "client-1", topic: "room", type: "TOLD", matched: 2, length },
      { clientId: undefined, topic: "room", matched: 2 },
    ]);
    expect(of("sent")).toEqual([]);
  });

  it("tell what travelled, and who is left out of a publish", async () => {
    const { extension, of } = witness();
    let codec: unknown;
    const router = createRouter()
      .extend(extension)
      .extend({ name: "codec", setup: (listener) => ((codec = listener.codec), {}) })
      .onOpen((ctx) => void ctx.topics.subscribe("room"))
      .on(Note, (ctx) => {
        ctx.send(Told, { n: 1 });
        void ctx.publish("room", Told, { n: 2 }, { excludeSelf: true });
        void ctx.publish("room", Told, { n: 3 }, { filter: ({ clientId }) => clientId === "client-1" });
      });
    const { connect } = bench(router);
    const peer = connect();
    connect();
    peer.message("NOTE", { n: 1 });
    await settle();
    const frames = ["received", "sent", "published"].flatMap((hook) =>
      of(hook).map(({ packet }) => (codec as { decode(packet: unknown): unknown }).decode(packet)),
    );
    expect(frames).toEqual([
      { type: "NOTE", payload: { n: 1 } },
      ...[1, 2, 3].map((n) => ({ type: "TOLD", payload: { n } })),
    ]);
    expect(of("published")).toMatchObject([
      { matched: 1, except: { clientId: "client-1" }, chosen: undefined },
      { matched: 1, except: undefined, chosen: [{ clientId: "client-1" }] },
    ]);
  });

  it("are told while the extension wants to hear them", () => {
    const told: string[] = [];
    let listener: ExtensionListener | undefined;
    const wanted: Extension = {
      name: "wanted",
      setup(given) {
        listener = given;
        given.leaveOut(["received", "gate"]);
        return {
          gate: () => void told.push("gate"),
          received: () => void told.push("received"),
          sent: () => void told.push("sent"),
        };
      },
    };
    const { extension, of } = witness();
    const router = createRouter()
      .extend(wanted)
      .extend(extension)
      .on(Note, (ctx) => void ctx.send(Told, { n: 1 }));
    const peer = bench(router).connect();
    peer.message("NOTE", { n: 1 });
    expect(told).toEqual(["sent"]);
    listener?.leaveOut(["sent"]);
    // @ts-expect-error -- nobody publishes here whom it could leave out
    void (() => listener?.publish("room", Told, { n: 1 }, { excludeSelf: true }));
    peer.message("NOTE", { n: 1 });
    listener?.leaveOut([]);
    peer.message("NOTE", { n: 1 });
    expect(told).toEqual(["sent", "gate", "received", "gate", "received", "sent"]);
    expect([of("received").length, of("sent").length, of("settled").length]).toEqual([3, 3, 3]);
  });

  it("tell the end of each request of the server's, and what it was stamped with", async () => {
    const Confirm = rpc.fromServer("CONFIRM", undefined, "CONFIRMED", fields({ n: "number" }));
    const { extension, of } = witness();
    const stamped: unknown[] = [];
    const router = createRouter()
      .extend(extension)
      .extend(having({ stamp: (_, { kind, correlationId }) => void stamped.push([kind, correlationId]) }));
    const { clock, connect } = bench(router);
    const peer = connect();
    const ask = (options?: object) =>
      router.connections
        .get("client-1")
        ?.request(Confirm, undefined, options)
        .catch(() => {});
    const answers = [
      ["CONFIRMED", { n: 1 }],
      ["CONFIRMED", { n: "one" }],
      ["$ws:failed", { code: "NOT_FOUND", message: "No" }],
      ["$ws:failed", undefined],
    ] as const;
    for (const [type, payload] of answers) {
      void ask();
      const { meta } = peer.socket.take().at(-1) as { meta: { correlationId: string } };
      await clock.advance(5);
      peer.message(type, payload, { correlationId: meta.correlationId });
      await settle();
    }
    void ask({ timeoutMs: 10 });
    await clock.advance(20);
    void ask();
    peer.socket.close();
    // Nothing was sent for these: nobody was told that they began.
    void ask();
    void ask({ signal: AbortSignal.abort() });
    await settle();
    const facts = of("answered");
    expect(facts.map(({ type, clientId, outcome, code }) => [type, clientId, outcome, code])).toEqual(
      [undefined, "INVALID_ARGUMENT", "NOT_FOUND", "UNIMPLEMENTED", "DEADLINE_EXCEEDED", "UNAVAILABLE"].map((code) => [
        "CONFIRM",
        "client-1",
        code === undefined ? "ok" : "error",
        code,
      ]),
    );
    expect(facts.slice(0, 4).map(({ at, askedAt }) => (at as number) - (askedAt as number))).toEqual([5, 5, 5, 5]);
    expect(stamped).toEqual(facts.map(({ correlationId }) => ["request", correlationId]));
  });

  it("read no clock for those that want no times", async () => {
    const facts: { at: number; receivedAt?: number; startedAt?: number }[] = [];
    const keep = (_: unknown, fact: { at: number }) => void facts.push(fact);
    const untimed: Extension = {
      name: "untimed",
      timed: false,
      setup: () => ({ opened: keep, received: keep, sent: keep, published: keep, settled: keep, closed: keep }),
    };
    const spoken = async (router = createRouter()) => {
      const { clock, connect } = bench(
        router.extend(untimed).on(Note, async (ctx) => {
          await Promise.resolve();
          ctx.send(Told, { n: 1 });
          void ctx.publish("room", Told, { n: 1 });
        }),
      );
      await clock.advance(5);
      const peer = connect();
      // The second one waits for its turn, and so for a deadline.
      for (const n of [1, 2]) peer.message("NOTE", { n });
      await settle();
      return facts.splice(0).flatMap(({ at, receivedAt = 0, startedAt = 0 }) => [at, receivedAt, startedAt]);
    };
    const times = await spoken();
    expect(times.length).toBe(27);
    expect(new Set(times)).toEqual(new Set([0]));
    // One that wants them reads it for all.
    expect((await spoken(createRouter().extend(witness().extension))).some((time) => time > 0)).toBe(true);
  });

  it("leave pings and pongs out", () => {
    const { extension, told } = witness();
    const peer = bench(createRouter().extend(extension)).connect();
    told.length = 0;
    peer.message("$ws:ping");
    peer.message("$ws:pong");
    expect(peer.socket.take()).toEqual([{ type: "$ws:pong" }]);
    expect(told).toEqual([]);
  });

  it("leave the time at which a message arrived as it was", async () => {
    const seen: number[] = [];
    const held = gate();
    const router = createRouter()
      .extend(witness().extension)
      .on(Note, async (ctx) => {
        await held.opened;
        seen.push(ctx.receivedAt);
      });
    const { connect, clock } = bench(router);
    const peer = connect();
    const now = clock.now();
    peer.message("NOTE", { n: 1 });
    peer.message("NOTE", { n: 2 });
    await clock.advance(7);
    held.open();
    await settle();
    expect(seen).toEqual([now, now]);
  });
});

interface Handling {
  reply(payload: unknown): void;
  error(code: "NOT_FOUND", message: string): void;
}

describe("a gate", () => {
  const served = (verdict: Hooks["gate"]) => {
    const { extension, of } = witness();
    const ran: unknown[] = [];
    const router = createRouter()
      .extend(having({ gate: verdict as NonNullable<typeof verdict> }, "limit"))
      .extend(extension)
      .on(Note, ({ payload }) => void ran.push(payload));
    const peer = bench(router).connect();
    return { peer, ran, of };
  };

  it("lets pass, or drops", () => {
    const { peer, ran, of } = served((_, frame) => ((frame as string).includes("2") ? "drop" : undefined));
    for (const n of [1, 2, 3]) peer.message("NOTE", { n });
    expect(ran).toEqual([{ n: 1 }, { n: 3 }]);
    expect(peer.socket.take()).toEqual([]);
    expect(of("refused")).toMatchObject([{ type: "NOTE", code: undefined, by: "limit" }]);
    expect(of("received").length).toBe(2);
  });

  it("answers under the correlation id that the frame begins with", () => {
    const { peer, of } = served(() => ({ error: "RESOURCE_EXHAUSTED", message: "Slow down", retryAfterMs: 5 }));
    peer.message("ASK", { n: 1, meta: { correlationId: "not this" } }, { correlationId: 'a"1' });
    peer.receive({ type: "ASK", payload: { meta: { correlationId: "nor this" }, list: ["type"], type: "X" } });
    peer.receive({ payload: "x".repeat(600), type: "ASK", meta: { correlationId: "too far" } });
    peer.receive('{ "type":"ASK", "meta" : {"correlationId" :"\\u0062"');
    const answers = peer.socket.take();
    expect(answers.map(({ meta }) => meta)).toEqual([
      { correlationId: 'a"1', inReplyTo: "ASK" },
      { inReplyTo: "ASK" },
      {},
      { correlationId: "b", inReplyTo: "ASK" },
    ]);
    expect(errorOf(answers[0])).toMatchObject({ code: "RESOURCE_EXHAUSTED", retryable: true, retryAfterMs: 5 });
    expect(of("refused")[0]).toMatchObject({ type: "ASK", code: "RESOURCE_EXHAUSTED", by: "limit" });
  });

  it("closes", () => {
    const { peer, of } = served(() => ({ close: 4403, reason: "Suspended" }));
    peer.message("NOTE", { n: 1 });
    expect(peer.socket.ended).toEqual({ code: 4403, reason: "Suspended" });
    expect(of("closed")).toMatchObject([{ code: 4403, reason: "Suspended", byServer: true }]);
  });

  it("is not asked about pings", () => {
    const { peer } = served(() => "drop");
    peer.receive('{"type":"$ws:ping"}');
    expect(peer.socket.take()).toEqual([{ type: "$ws:pong" }]);
  });

  it("decides for those after it", () => {
    const asked: string[] = [];
    const router = createRouter().on(Note, () => {});
    for (const name of ["first", "second", "third"]) {
      router.extend(having({ gate: () => (asked.push(name) === 2 ? "drop" : undefined) }, name));
    }
    bench(router).connect().message("NOTE", { n: 1 });
    expect(asked).toEqual(["first", "second"]);
  });
});

describe("the ends of messages", () => {
  it("are counted by type and by how, over all listeners that are given the same counts", async () => {
    const ends = new EndCounts();
    const others = new EndCounts();
    const counting = (name: string, counts: EndCounts): Extension => ({
      name,
      setup: ({ countEnds }) => (countEnds(counts), {}),
    });
    const router = createRouter({ logger: memoryLogger() })
      .extend(counting("one", ends))
      .extend(counting("other", others))
      .use((ctx, next) => (ctx.meta["drop"] === true ? undefined : next()))
      .on(Note, (ctx) => void (ctx.payload.n < 0 && ctx.error("OUT_OF_RANGE", "Negative")))
      .rpc(Ask, (ctx) => ctx.reply({ n: ctx.payload.n }));
    const peers = [bench(router).connect(), bench(router).connect()] as const;
    for (const peer of peers) {
      peer.message("NOTE", { n: 1 });
      peer.message("ASK", { n: 1 }, { correlationId: "a" });
    }
    const [peer] = peers;
    peer.message("NOTE", { n: -1 });
    peer.message("NOTE", { n: 1 }, { drop: true });
    // Its routes are compiled anew.
    router.on(message("LATER"), () => {});
    peer.message("NOTE", { n: 2 });
    peer.message("NOBODY");
    await settle();
    const counted = [
      { type: "NOTE", kind: "on", outcome: "ok", code: undefined, count: 3 },
      { type: "NOTE", kind: "on", outcome: "error", code: "OUT_OF_RANGE", count: 1 },
      { type: "NOTE", kind: "on", outcome: "dropped", code: undefined, count: 1 },
      { type: "ASK", kind: "rpc", outcome: "ok", code: undefined, count: 2 },
    ];
    for (const counts of [ends, others]) expect([...counts]).toEqual(expect.arrayContaining(counted));
    expect([...ends]).toHaveLength(4);
  });

  it("are counted of a request that nobody is left to be answered", async () => {
    const ends = new EndCounts();
    const router = createRouter()
      .extend({ name: "counts", setup: ({ countEnds }) => (countEnds(ends), {}) })
      .rpc(Ask, () => new Promise<void>(() => {}));
    const peer = bench(router).connect();
    peer.message("ASK", { n: 1 }, { correlationId: "a" });
    peer.socket.close();
    await settle();
    expect([...ends]).toEqual([{ type: "ASK", kind: "rpc", outcome: "abandoned", code: undefined, count: 1 }]);
  });

  it("are told to a middleware that asks, once for each message, and to nobody else", async () => {
    const told: unknown[] = [];
    const logger = memoryLogger();
    const router = createRouter({ logger })
      .extend(having({}))
      .use((ctx, next) => {
        if (ctx.meta["watch"] !== undefined) {
          watchEnd(ctx, (end) => {
            told.push([ctx.type, end]);
            if (ctx.meta["watch"] === "throw") throw new Error("Not now");
          });
        }
        return next();
      })
      .on(Note, async (ctx) => {
        await Promise.resolve();
        if (ctx.payload.n < 0) throw new Error("Negative");
      })
      .rpc(Ask, (ctx) => ctx.reply({ n: ctx.payload.n }))
      .onError(() => {});
    const peer = bench(router).connect();
    for (const meta of [{}, { watch: "" }, { watch: "throw" }, {}]) {
      peer.message("NOTE", { n: -1 }, meta);
      await settle();
    }
    peer.message("ASK", { n: 1 }, { correlationId: "a", watch: "" });
    await settle();
    const failed = { outcome: "error", code: "INTERNAL", repeated: false };
    expect(told).toEqual([
      ["NOTE", failed],
      ["NOTE", failed],
      ["ASK", { outcome: "ok", code: undefined, repeated: false }],
    ]);
    expect(logger.lines.filter((line) => line.includes("a message's end"))).toHaveLength(1);
  });

  it("are told to each of several middlewares, whatever another one does with it", async () => {
    const told: string[] = [];
    const watching =
      (name: string) =>
      (ctx: MiddlewareContext, next: Next): unknown => {
        watchEnd(ctx, ({ outcome }) => {
          told.push(`${name} ${outcome}`);
          if (name === "first") throw new Error("Not now");
        });
        return next();
      };
    const router = createRouter({ logger: memoryLogger() })
      .extend(having({}))
      .use(watching("first"))
      .use(watching("second"))
      .on(Note, () => {});
    bench(router).connect().message("NOTE", { n: 1 });
    await settle();
    expect(told).toEqual(["first ok", "second ok"]);
  });

  it("are told to a middleware that brings its own extension, and promised to none without", async () => {
    const told: unknown[] = [];
    const failed: unknown[] = [];
    const watching = (ctx: MiddlewareContext, next: Next) => (
      watchEnd(ctx, ({ outcome }) => told.push(outcome)),
      next()
    );
    for (const middleware of [watching, Object.assign(watching.bind(undefined), { extension: having({}) })]) {
      const router = createRouter()
        .use(middleware)
        .on(Note, () => {})
        .onError((error) => failed.push(error));
      bench(router).connect().message("NOTE", { n: 1 });
      await settle();
    }
    expect(told).toEqual(["ok"]);
    expect(failed).toMatchObject([{ message: expect.stringContaining("watchEnd() needs an extension") as string }]);
    expect(() => watchEnd({ meta: {} }, () => {})).toThrow("watchEnd() takes the ctx of a middleware");
  });
});

describe("a stamp", () => {
  it("is asked where its `when` says so, by what leaves", async () => {
    const kinds: string[] = [];
    const stamp = (name: string, when?: (kind: string) => boolean): Extension =>
      having({ stamp: Object.assign(() => ({ [name]: true }), { when }) }, name);
    const router = createRouter()
      .extend(stamp("replies", (kind) => (kinds.push(kind), kind === "reply")))
      .extend(stamp("never", () => false))
      .on(Note, (ctx) => void ctx.send(Told, { n: 1 }))
      .rpc(Ask, (ctx) => ctx.reply({ n: 1 }));
    const peer = bench(router).connect();
    peer.message("NOTE", { n: 1 });
    peer.message("ASK", { n: 1 }, { correlationId: "a" });
    await settle();
    expect(peer.socket.take().map(({ meta }) => meta)).toEqual([undefined, { replies: true, correlationId: "a" }]);
    expect(new Set(kinds)).toEqual(new Set(["message", "reply"]));
  });

  it("adds meta to what is sent, answered and published, and the application's wins", async () => {
    const seen: unknown[] = [];
    const stamp: Hooks["stamp"] = (connection, { type, topic, correlationId, meta }) => {
      seen.push([connection?.clientId, type, topic, correlationId, meta]);
      return { trace: "stamped", correlationId: "forged" };
    };
    const router = createRouter()
      .extend(having({ stamp }))
      .onOpen((ctx) => void ctx.topics.subscribe("room"))
      .on(Note, (ctx) => {
        ctx.send(Told, { n: 1 });
        ctx.send(Told, { n: 2 }, { meta: { trace: "own" } });
        void ctx.publish("room", Told, { n: 3 });
      })
      .rpc(Ask, ({ payload }) => payload);
    const peer = bench(router).connect();
    peer.message("NOTE", { n: 1 });
    peer.message("ASK", { n: 4 }, { correlationId: "a" });
    await router.publish("room", Told, { n: 5 });
    expect(peer.socket.take().map(({ meta }) => meta)).toEqual([
      { trace: "stamped" },
      { trace: "own" },
      { trace: "stamped" },
      { trace: "stamped", correlationId: "a" },
      { trace: "stamped" },
    ]);
    expect(seen).toEqual([
      ["client-1", "TOLD", undefined, undefined, undefined],
      ["client-1", "TOLD", undefined, undefined, { trace: "own" }],
      ["client-1", "TOLD", "room", undefined, undefined],
      ["client-1", "ANSWER", undefined, "a", undefined],
      [undefined, "TOLD", "room", undefined, undefined],
    ]);
  });
});

describe("a control type", () => {
  it("is its extension's in both directions", () => {
    const got: unknown[] = [];
    let listener!: ExtensionListener;
    const { extension: observer, of } = witness();
    const presence: Extension = {
      name: "presence",
      control: "$ws:presence",
      setup(of_) {
        listener = of_;
        return { control: ({ clientId }, frame) => void got.push([clientId, frame]) };
      },
    };
    const held = gate();
    const router = createRouter()
      .extend(presence)
      .extend(observer)
      .onOpen((ctx) => void ctx.topics.subscribe("room"))
      .on(Note, () => held.opened);
    const { connect } = bench(router);
    const peer = connect();
    const other = connect();
    peer.message("NOTE", { n: 1 });
    peer.message("$ws:presence", { typing: true });
    expect(got).toEqual([["client-1", { type: "$ws:presence", payload: { typing: true } }]]);
    const [connection] = listener.connections;
    expect(listener.sendControl(connection as ExtensionConnection, { here: 2 })).toBe(true);
    expect(listener.publishControl("room", { left: "x" })).toBe(2);
    const [here, left] = [
      { type: "$ws:presence", payload: { here: 2 } },
      { type: "$ws:presence", payload: { left: "x" } },
    ];
    expect([peer.socket.take(), other.socket.take()]).toEqual([[here, left], [left]]);
    expect(of("sent")).toMatchObject([{ type: "$ws:presence", kind: "control" }]);
    expect(of("published")).toMatchObject([{ type: "$ws:presence", matched: 2 }]);
  });

  it.each(["$ws:ping", "$ws:abort", "presence", "$ws:"])("is not %s", (control) => {
    expect(() => createRouter().extend(having({}, "x", { control: control as `$ws:${string}` }))).toThrow(TypeError);
  });
});

describe("extend()", () => {
  it("takes neither a name nor a control type twice, also where routers are merged", () => {
    const [a, b] = [having({}, "same"), having({}, "same")];
    expect(() => createRouter().extend(a).extend(b)).toThrow(/Two extensions are called "same"/);
    const [c, d] = ["c", "d"].map((name) => having({}, name, { control: "$ws:x" })) as [Extension, Extension];
    expect(() => createRouter().extend(c).extend(d)).toThrow(/Two extensions have the control type "\$ws:x"/);
    const outer = createRouter().extend(a);
    expect(() => outer.merge(createRouter().extend(b))).toThrow(/Two extensions are called/);
    const inner = createRouter();
    outer.mount("in.", inner);
    expect(() => inner.extend(b)).toThrow(/Two extensions are called/);
    outer.extend(c);
    inner.extend(a);
  });

  it("counts those of merged, mounted and guarded routers, each once", () => {
    const setUps: string[] = [];
    const named = (name: string): Extension => ({ name, setup: () => (setUps.push(name), {}) });
    const shared = named("shared");
    const outer = createRouter().extend(named("outer")).extend(shared).extend(shared);
    outer.merge(createRouter().extend(named("merged")).extend(shared));
    outer.mount("m.", createRouter().extend(named("mounted")));
    outer.guard(() => true).extend(named("guarded"));
    bench(outer);
    expect(setUps).toEqual(["outer", "shared", "merged", "mounted", "guarded"]);
    bench(outer);
    expect(setUps.length).toBe(10);
  });

  it("comes before the first listener", async () => {
    const router = createRouter();
    const { hub } = bench(router);
    expect(() => router.extend(having({}))).toThrow(/comes too late/);
    expect(() => router.merge(createRouter().extend(having({})))).toThrow(/comes too late/);
    await hub.dispose();
    router.extend(having({}));
    bench(router, { apart: true });
    expect(() => router.extend(having({}, "other"))).toThrow(/comes too late/);
  });

  it("refuses what is no extension, and a hook that is no function, when the listener is made", () => {
    expect(() => createRouter().extend({ name: "" } as never)).toThrow(TypeError);
    expect(() => createRouter().extend({ name: "x" } as never)).toThrow(/setup/);
    expect(() => bench(createRouter().extend(having({ settled: 1 } as never)))).toThrow(/no function/);
    expect(() => bench(createRouter().extend(having({ control: () => {} })))).toThrow(/no control type/);
  });

  it("lets go when its listener ends", async () => {
    let disposed = 0;
    const { hub } = bench(createRouter().extend(having({ disposed: () => void disposed++ })));
    await hub.dispose();
    expect(disposed).toBe(1);
  });
});

it("a hook that fails is logged once and takes nothing down", async () => {
  const logger = memoryLogger();
  const names = [...EVENTS, "gate", "stamp", "control"] as const;
  const hooks = Object.fromEntries(
    names.map((name, at) => [
      name,
      () => {
        if (at % 2 === 0) throw new Error(name);
        return Promise.reject(new Error(name));
      },
    ]),
  ) as Hooks;
  const router = createRouter({ logger })
    .extend(having(hooks, "broken", { control: "$ws:broken" }))
    .onOpen((ctx) => void ctx.topics.subscribe("room"))
    .on(Note, (ctx) => {
      ctx.send(Told, { n: 1 });
      void ctx.publish("room", Told, { n: 2 });
      ctx.send(Told, { n: "x" });
      void ctx.request(rpc.fromServer("NOW", undefined, "NEVER"), undefined, { timeoutMs: 0 });
    });
  const peer = bench(router).connect();
  for (const n of [1, 2]) {
    peer.message("NOTE", { n });
    peer.message("$ws:broken");
    peer.message("NOBODY");
  }
  await settle();
  expect(peer.socket.take().filter(({ type }) => type === "TOLD").length).toBe(4);
  peer.socket.close();
  await settle();
  const lines = logger.lines.filter((line) => line.includes('extension "broken"'));
  const reported = lines.map((line) => /The (\w+) hook/.exec(line)?.[1] ?? line);
  expect(new Set(reported)).toEqual(new Set(names));
  expect(reported.length).toBe(names.length);
});

describe("a slot", () => {
  it("is made when first asked for, and is reached by every face of a connection", () => {
    let made = 0;
    const slot = defineSlot((connection) => ({ of: connection.clientId, count: ++made }));
    const other = defineSlot<string>();
    const seen: unknown[] = [];
    const router: Router = createRouter().on(Note, (ctx) => void seen.push(slot.of(ctx), other.of(ctx)));
    const { connect } = bench(router);
    const peer = connect();
    expect([peer.conn.slots, slot.peek(peer.conn)]).toEqual([undefined, undefined]);
    peer.message("NOTE", { n: 1 });
    const handle = router.connections.get("client-1");
    if (handle === undefined) throw new Error("no connection");
    other.set(handle, "kept");
    expect(seen).toEqual([{ of: "client-1", count: 1 }, undefined]);
    expect([slot.of(handle), slot.of(peer.conn), other.of(peer.conn)]).toEqual([seen[0], seen[0], "kept"]);
    expect(slot.of(connect().conn)).toEqual({ of: "client-2", count: 2 });
  });

  it("is of connections only", () => {
    expect(() => defineSlot().of({ clientId: "x" })).toThrow(TypeError);
  });
});

it("router.messages() lists what is handled, as it travels", () => {
  const Hidden = message("NOTE");
  const router = createRouter({ logger: memoryLogger() })
    .on(Note, () => {})
    .merge(createRouter().on(Hidden, () => {}))
    .mount(
      "a.",
      createRouter().mount(
        "b.",
        createRouter().rpc(Ask, ({ payload }) => payload),
      ),
    );
  expect(router.messages()).toEqual([
    { type: "NOTE", kind: "on", definition: Note },
    { type: "a.b.ASK", kind: "rpc", definition: Ask },
  ]);
});

describe("requestLog()", () => {
  it("writes a line for each message and request", async () => {
    const lines: RequestLine[] = [];
    const held = gate();
    const router = createRouter()
      .extend(requestLog({ write: (line) => lines.push(line) }))
      .on(Note, () => held.opened)
      .rpc(Ask, (ctx) => ctx.error("NOT_FOUND", "None", undefined));
    const { connect, clock } = bench(router);
    const peer = connect();
    peer.message("NOTE", { n: 1 });
    peer.message("ASK", { n: 1 }, { correlationId: "a" });
    peer.message("NOBODY", { secret: 1 });
    await clock.advance(3);
    held.open();
    await settle();
    const clientId = "client-1";
    expect(lines).toEqual([
      { type: "NOTE", kind: "on", clientId, ms: 3, waitedMs: 0, outcome: "ok" },
      {
        type: "ASK",
        kind: "rpc",
        clientId,
        ms: 3,
        waitedMs: 3,
        outcome: "error",
        code: "NOT_FOUND",
        correlationId: "a",
      },
      { type: "NOBODY", kind: "unknown", clientId, ms: 0, waitedMs: 0, outcome: "refused", code: "UNIMPLEMENTED" },
    ]);
  });

  it("takes a logger with info", () => {
    const lines: object[] = [];
    const logger = { lines, info: (line: object) => void lines.push(line) };
    const router = createRouter().extend(requestLog({ logger }));
    bench(router).connect().message("NOBODY");
    expect(lines.length).toBe(1);
    expect(() => requestLog({} as never)).toThrow(TypeError);
  });
});
