import { describe, expect, it } from "vitest";
import { Ask, bench, errorOf, fields, gate, memoryLogger, Note, settle, Told } from "../../test/harness.ts";
import { WsKitError } from "../message/errors.ts";
import { rpc } from "../message/standard.ts";
import { createRouter } from "../router/create-router.ts";

const id = { correlationId: "a" };

function asked(handler: Parameters<ReturnType<typeof createRouter>["rpc"]>[1], options = {}) {
  const logger = memoryLogger();
  const router = createRouter({ logger, ...options }).rpc(Ask, handler as never);
  const rig = bench(router);
  const peer = rig.connect();
  const answers = async (meta: object = id) => {
    peer.message("ASK", { n: 1 }, meta);
    await settle();
    return peer.socket.take();
  };
  return { ...rig, peer, logger, answers };
}

describe("every rpc settles", () => {
  it.each([
    ["replies", (ctx: { reply(p: object): void }) => ctx.reply({ n: 2 })],
    ["returns", () => ({ n: 2 })],
    ["returns later", () => Promise.resolve({ n: 2 })],
  ])("with its response when the handler %s", async (_, handler) => {
    expect(await asked(handler as never).answers()).toEqual([{ type: "ANSWER", meta: id, payload: { n: 2 } }]);
  });

  it("by returning alone where the response has no payload", async () => {
    const Do = rpc("DO", undefined, "DONE");
    const peer = bench(createRouter().rpc(Do, () => {})).connect();
    peer.message("DO", undefined, id);
    expect(peer.socket.take()).toEqual([{ type: "DONE", meta: id }]);
  });

  it("with a message of its own where it was made from two", () => {
    const peer = bench(createRouter().rpc(Note, (ctx) => ctx.reply(Told, { n: 5 }))).connect();
    peer.message("NOTE", { n: 1 }, id);
    expect(peer.socket.take()).toEqual([{ type: "TOLD", meta: id, payload: { n: 5 } }]);
  });

  it.each([
    ["INTERNAL", "ends without an answer", () => undefined],
    ["INTERNAL", "throws", () => Promise.reject(new Error("secret"))],
    ["INTERNAL", "answers with what does not fit", () => ({ n: "x" })],
    ["NOT_FOUND", "throws a WsKitError", () => Promise.reject(new WsKitError("NOT_FOUND", "no such thing", { n: 1 }))],
  ])("with %s when the handler %s", async (code, _, handler) => {
    const { answers } = asked(handler as never);
    const frames = await answers();
    expect(frames).toHaveLength(1);
    expect(frames[0]?.["meta"]).toMatchObject(id);
    expect(errorOf(frames[0]).code).toBe(code);
    expect(JSON.stringify(frames)).not.toContain("secret");
  });

  it("names an unexpected failure for the log, and tells onError", async () => {
    const { answers, logger } = asked(() => Promise.reject(new Error("secret")) as never);
    const error = errorOf((await answers())[0]);
    expect(error.id).toMatch(/[0-9a-f-]{36}/);
    expect(logger.lines.join()).toContain(error.id);
    expect(logger.lines.join()).toContain("secret");
  });

  it("with PERMISSION_DENIED when a middleware stops in silence, with its error when it speaks", async () => {
    const router = createRouter().rpc(Ask, () => ({ n: 1 }));
    router.use((ctx) => ((ctx.payload as { n: number }).n === 1 ? undefined : ctx.error("UNAUTHENTICATED", "who?")));
    const peer = bench(router).connect();
    peer.message("ASK", { n: 1 }, id);
    peer.message("ASK", { n: 2 }, id);
    expect(peer.socket.take().map((frame) => errorOf(frame).code)).toEqual(["PERMISSION_DENIED", "UNAUTHENTICATED"]);
  });

  it("once: later answers are dropped", async () => {
    const { answers } = asked((ctx: { reply(p: object): void; error(c: string, m: string): void }) => {
      ctx.reply({ n: 1 });
      ctx.reply({ n: 2 });
      ctx.error("ABORTED", "late");
      throw new Error("later still");
    });
    expect(await answers()).toEqual([{ type: "ANSWER", meta: id, payload: { n: 1 } }]);
  });
});

describe("what is no proper request", () => {
  it.each([[{}], [{ correlationId: "" }], [{ correlationId: 7 }], [{ correlationId: "x".repeat(65) }]])(
    "is INVALID_ARGUMENT with meta %j",
    async (meta) => {
      const frames = await asked(() => ({ n: 1 }) as never).answers(meta);
      expect(errorOf(frames[0]).code).toBe("INVALID_ARGUMENT");
    },
  );

  it("accepts an id of 64 characters", async () => {
    const frames = await asked(() => ({ n: 1 }) as never).answers({ correlationId: "x".repeat(64) });
    expect(frames[0]?.["type"]).toBe("ANSWER");
  });

  it("is FAILED_PRECONDITION on an on() route, ALREADY_EXISTS with an id in flight", async () => {
    const { connect } = bench(createRouter().on(Note, () => {}));
    const peer = connect();
    peer.message("NOTE", { n: 1 }, id);
    const [failed] = peer.socket.take();
    expect(failed?.["meta"]).toMatchObject(id);
    expect(errorOf(failed).code).toBe("FAILED_PRECONDITION");
    const running = asked(() => gate().opened);
    await running.answers();
    expect(errorOf((await running.answers())[0]).code).toBe("ALREADY_EXISTS");
  });

  it("is RESOURCE_EXHAUSTED over maxInflightRequests, retryable", async () => {
    const { answers } = asked(() => gate().opened, { limits: { maxInflightRequests: 2 } });
    expect(await answers({ correlationId: "1" })).toEqual([]);
    expect(await answers({ correlationId: "2" })).toEqual([]);
    expect(errorOf((await answers({ correlationId: "3" }))[0])).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      retryable: true,
    });
  });
});

describe("an rpc in flight", () => {
  it("ends with DEADLINE_EXCEEDED at the client's timeoutMs, within the maximum", async () => {
    let signal: AbortSignal | undefined;
    const rig = asked(
      (ctx: { signal: AbortSignal }) => {
        signal = ctx.signal;
        return gate().opened;
      },
      { limits: { requestTimeoutMs: 1_000, maxRequestTimeoutMs: 2_000 } },
    );
    for (const [timeoutMs, expected] of [
      [50, 50],
      [9_999, 2_000],
      [-1, 1_000],
      ["x", 1_000],
    ] as const) {
      await rig.answers({ ...id, timeoutMs });
      await rig.clock.advance(expected - 1);
      expect(rig.peer.socket.take()).toEqual([]);
      await rig.clock.advance(1);
      expect(errorOf(rig.peer.socket.take()[0])).toMatchObject({ code: "DEADLINE_EXCEEDED", retryable: true });
      expect(signal?.aborted).toBe(true);
    }
  });

  it("is cancelled by $ws:abort while it runs and while it waits", async () => {
    const log: string[] = [];
    const held = gate();
    const router = createRouter()
      .on(Note, () => held.opened)
      .rpc(Ask, async (ctx) => {
        ctx.signal.addEventListener("abort", () => log.push("aborted"));
        await gate().opened;
      });
    const peer = bench(router).connect();
    peer.message("ASK", { n: 1 }, { correlationId: "running" });
    peer.message("NOTE", { n: 1 });
    peer.message("ASK", { n: 1 }, { correlationId: "waiting" });
    peer.message("$ws:abort", undefined, { correlationId: "running" });
    peer.message("$ws:abort", undefined, { correlationId: "waiting" });
    peer.message("$ws:abort", undefined, { correlationId: "unknown" });
    held.open();
    await settle();
    expect(peer.socket.take()).toMatchObject([
      { meta: { correlationId: "running" }, payload: { code: "CANCELLED" } },
      { meta: { correlationId: "waiting" }, payload: { code: "CANCELLED" } },
    ]);
    expect(log).toEqual(["aborted"]);
  });

  it.each([
    ["the reason itself", (signal: AbortSignal) => signal.throwIfAborted()],
    ["the reason of a signal made of it", (signal: AbortSignal) => AbortSignal.any([signal]).throwIfAborted()],
    [
      "an error that names it as its cause",
      ({ aborted, reason }: AbortSignal) => {
        if (aborted)
          throw Object.assign(new Error("The operation was aborted", { cause: reason }), { name: "AbortError" });
      },
    ],
  ])("is no failure where its handler then stops by %s", async (_, stop) => {
    const errors: Error[] = [];
    const held: ReturnType<typeof gate>[] = [];
    const router = createRouter({ limits: { requestTimeoutMs: 1_000 } })
      .onError((error) => void errors.push(error))
      .rpc(Ask, async ({ signal, payload }) => {
        const here = (held[payload.n] = gate());
        await here.opened;
        stop(signal);
        throw new Error("Of its own");
      });
    const { connect, clock } = bench(router);
    const peer = connect();
    for (const n of [0, 1, 2]) peer.message("ASK", { n }, { correlationId: String(n) });
    peer.message("$ws:abort", undefined, { correlationId: "0" });
    held[0]?.open();
    held[2]?.open();
    await settle();
    await clock.advance(1_000);
    held[1]?.open();
    await settle();
    expect(peer.socket.take().map((frame) => errorOf(frame).code)).toEqual([
      "CANCELLED",
      "INTERNAL",
      "DEADLINE_EXCEEDED",
    ]);
    const other = connect();
    other.message("ASK", { n: 3 }, { correlationId: "3" });
    other.socket.close();
    held[3]?.open();
    await settle();
    expect(errors.map(({ message }) => message)).toEqual(["Of its own"]);
  });

  it("does not reach its handler once it was cancelled in its middleware", async () => {
    const allowed = gate();
    let entered = false;
    const router = createRouter()
      .use(async (_, next) => {
        await allowed.opened;
        await next();
      })
      .rpc(Ask, () => {
        entered = true;
        return { n: 1 };
      });
    const peer = bench(router).connect();
    peer.message("ASK", { n: 1 }, id);
    peer.message("$ws:abort", undefined, id);
    allowed.open();
    await settle();
    expect(peer.socket.take().map((frame) => errorOf(frame).code)).toEqual(["CANCELLED"]);
    expect(entered).toBe(false);
  });

  it("reports progress, checked, until it has ended", async () => {
    const Import = rpc("IMPORT", undefined, "IMPORTED", undefined, { progress: fields({ done: "number" }) });
    const sent: boolean[] = [];
    const router = createRouter({ logger: memoryLogger() }).rpc(Import, (ctx) => {
      sent.push(ctx.progress({ done: 1 }), ctx.progress({ done: "x" } as never));
      ctx.reply();
      sent.push(ctx.progress({ done: 2 }));
    });
    const peer = bench(router).connect();
    peer.message("IMPORT", undefined, id);
    expect(peer.socket.take()).toEqual([
      { type: "$ws:progress", meta: id, payload: { done: 1 } },
      { type: "IMPORTED", meta: id },
    ]);
    expect(sent).toEqual([true, false, false]);
  });

  it("checks declared error details, and keeps those that do not fit", async () => {
    const Find = rpc("FIND", fields({ n: "number" }), "FOUND", undefined, {
      errors: { NOT_FOUND: fields({ file: "string" }) },
    });
    const logger = memoryLogger();
    const router = createRouter({ logger }).rpc(Find, (ctx) =>
      ctx.error("NOT_FOUND", "gone", (ctx.payload.n === 1 ? { file: "a" } : { password: "p" }) as never),
    );
    const peer = bench(router).connect();
    peer.message("FIND", { n: 1 }, id);
    peer.message("FIND", { n: 2 }, id);
    const [good, bad] = peer.socket.take().map(errorOf);
    expect(good?.details).toEqual({ file: "a" });
    expect(bad).toMatchObject({ code: "NOT_FOUND" });
    expect(bad?.details).toBeUndefined();
    expect(logger.lines.join()).toContain("NOT_FOUND details");
  });
});

describe("an idempotent rpc", () => {
  const Pay = rpc("PAY", fields({ n: "number" }), "PAID", fields({ n: "number" }), { idempotent: true });

  it("answers a repeat from memory, also on another connection, and one that comes while the first runs", async () => {
    const key = (rest: string) => `abcdefghijklmnopqrstuv.${rest}`;
    let runs = 0;
    const held = gate();
    const router = createRouter().rpc(Pay, async (ctx) => {
      runs++;
      await held.opened;
      expect(ctx.signal.aborted).toBe(false);
      return { n: runs };
    });
    const { connect } = bench(router);
    const [first, second] = [connect(), connect()];
    first.message("PAY", { n: 1 }, { correlationId: "a", idempotencyKey: key("k") });
    first.socket.close();
    second.message("PAY", { n: 1 }, { correlationId: "b", idempotencyKey: key("k") });
    held.open();
    await settle();
    second.message("PAY", { n: 1 }, { correlationId: "c", idempotencyKey: key("k") });
    second.message("PAY", { n: 1 }, { correlationId: "d", idempotencyKey: key("other") });
    await settle();
    expect(second.socket.take()).toMatchObject([
      { meta: { correlationId: "b" }, payload: { n: 1 } },
      { meta: { correlationId: "c" }, payload: { n: 1 } },
      { meta: { correlationId: "d" }, payload: { n: 2 } },
    ]);
  });

  it("forgets in time, and forgets failures that may pass", async () => {
    let runs = 0;
    const router = createRouter({ limits: { rememberAnswersMs: 100 } }).rpc(Pay, (ctx) =>
      ++runs === 1 ? ctx.error("UNAVAILABLE", "later") : { n: runs },
    );
    const { connect, clock } = bench(router);
    const peer = connect();
    const pay = () => {
      peer.message("PAY", { n: 1 }, { correlationId: "a", idempotencyKey: "k" });
      return peer.socket.take()[0]?.["payload"];
    };
    expect(pay()).toMatchObject({ code: "UNAVAILABLE" });
    expect(pay()).toEqual({ n: 2 });
    expect(pay()).toEqual({ n: 2 });
    await clock.advance(100);
    expect(pay()).toEqual({ n: 3 });
  });

  it("remembers no more than maxRememberedAnswers", () => {
    const router = createRouter({ limits: { maxRememberedAnswers: 2 } }).rpc(Pay, () => ({ n: 0 }));
    const { connect, hub } = bench(router);
    const peer = connect();
    for (const key of "abcd") peer.message("PAY", { n: 1 }, { correlationId: key, idempotencyKey: key });
    expect(hub.answers.size).toBe(2);
  });
});
