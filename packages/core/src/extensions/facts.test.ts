import { describe, expect, it } from "vitest";
import { Ask, bench, fields, gate, memoryLogger, Note, settle, Told } from "../../test/harness.ts";
import type { Extension, ExtensionListener } from "../api/extensions.ts";
import { rpc } from "../message/standard.ts";
import { createRouter } from "../router/create-router.ts";
import { requestLog, type RequestLine } from "./request-log.ts";
import { witness, having } from "../../test/witness.ts";

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
