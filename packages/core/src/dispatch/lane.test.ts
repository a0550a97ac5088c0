import { describe, expect, it } from "vitest";
import { Ask, bench, errorOf, fields, FakeSocket, gate, memoryLogger, Note, settle, Told } from "../../test/harness.ts";
import { message } from "../message/standard.ts";
import { createRouter } from "../router/create-router.ts";

const Second = message("SECOND");

describe("the lane", () => {
  it("runs on() handlers one at a time, in the order of arrival", async () => {
    const log: string[] = [];
    const first = gate();
    const router = createRouter()
      .on(Note, async () => {
        log.push("first begins");
        await first.opened;
        log.push("first ends");
      })
      .on(Second, () => void log.push("second"));
    const peer = bench(router).connect();
    peer.message("NOTE", { n: 1 });
    peer.message("SECOND");
    await settle();
    expect(log).toEqual(["first begins"]);
    first.open();
    await settle();
    expect(log).toEqual(["first begins", "first ends", "second"]);
  });

  it("lets concurrent routes and rpcs run side by side, and starts them in order", async () => {
    const log: string[] = [];
    const never = gate();
    const router = createRouter()
      .rpc(Ask, async (ctx) => {
        log.push(`ask ${(ctx.payload as { n: number }).n}`);
        await never.opened;
      })
      .on(
        Note,
        async () => {
          log.push("note");
          await never.opened;
        },
        { concurrent: true },
      )
      .on(Second, () => void log.push("second"));
    const peer = bench(router).connect();
    peer.message("ASK", { n: 1 }, { correlationId: "a" });
    peer.message("NOTE", { n: 1 });
    peer.message("ASK", { n: 2 }, { correlationId: "b" });
    peer.message("SECOND");
    expect(log).toEqual(["ask 1", "note", "ask 2", "second"]);
  });

  it("holds back what follows an rpc until its handler is entered", async () => {
    const log: string[] = [];
    const allowed = gate();
    const done = gate();
    const router = createRouter()
      .use(async (_, next) => {
        await allowed.opened;
        await next();
      })
      .rpc(Ask, async () => {
        log.push("ask");
        await done.opened;
        return { n: 0 };
      })
      .on(Second, () => void log.push("second"));
    const peer = bench(router).connect();
    peer.message("ASK", { n: 1 }, { correlationId: "a" });
    peer.message("SECOND");
    await settle();
    expect(log).toEqual([]);
    allowed.open();
    await settle();
    expect(log).toEqual(["ask", "second"]);
    expect(peer.socket.take()).toEqual([]);
    done.open();
    await settle();
    expect(peer.socket.take()).toMatchObject([{ type: "ANSWER", meta: { correlationId: "a" } }]);
  });

  it("keeps order through asynchronous validation", async () => {
    const log: string[] = [];
    const checked = gate();
    const Slow = message(
      "SLOW",
      fields({ n: "number" }, () => checked.opened),
    );
    const router = createRouter()
      .on(Slow, () => void log.push("slow"))
      .on(Second, () => void log.push("second"));
    const peer = bench(router).connect();
    peer.message("SLOW", { n: 1 });
    peer.message("SECOND");
    await settle();
    expect(log).toEqual([]);
    checked.open();
    await settle();
    expect(log).toEqual(["slow", "second"]);
  });

  it("is released by handlerTimeoutMs, which aborts the signal", async () => {
    const log: string[] = [];
    const logger = memoryLogger();
    const router = createRouter({ logger, limits: { handlerTimeoutMs: 100 } })
      .on(Note, (ctx) => {
        ctx.signal.addEventListener("abort", () => log.push("aborted"));
        return gate().opened;
      })
      .on(Second, () => void log.push("second"));
    const { connect, clock } = bench(router);
    const peer = connect();
    peer.message("NOTE", { n: 1 });
    peer.message("SECOND");
    await clock.advance(99);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(["aborted", "second"]);
    expect(logger.lines.join()).toContain("NOTE");
  });
});

it("receivedAt is when a message arrived, also when it is asked for late", async () => {
  const asked: number[] = [];
  const late = async (ctx: { receivedAt: number }) => {
    await gates.shift();
    asked.push(ctx.receivedAt, ctx.receivedAt);
  };
  const [first, second] = [gate(), gate()];
  const gates = [first.opened, second.opened];
  const router = createRouter().on(Note, late).on(Told, late, { concurrent: true });
  router.rpc(Ask, async (ctx) => (await late(ctx), { n: 1 }));
  const { connect, clock } = bench(router);
  const peer = connect();
  const begun = clock.now();
  peer.message("NOTE", { n: 1 });
  await clock.advance(10);
  peer.message("TOLD", { n: 1 }); // waits for the lane
  await clock.advance(10);
  first.open();
  await clock.advance(10);
  second.open();
  await settle();
  expect(asked).toEqual([begun, begun, begun + 10, begun + 10]);

  for (const [type, meta] of [["TOLD"], ["ASK", { correlationId: "1" }]] as const) {
    asked.length = 0;
    const hold = gate();
    gates.push(hold.opened);
    const arrival = clock.now();
    peer.message(type, { n: 1 }, meta);
    await clock.advance(10);
    hold.open();
    await settle();
    expect(asked).toEqual([arrival, arrival]);
  }
});

describe("maxPendingMessages", () => {
  const holding = () => {
    const held = gate();
    const seen: number[] = [];
    const router = createRouter({ limits: { maxPendingMessages: 2 } }).on(Note, async (ctx) => {
      seen.push((ctx.payload as { n: number }).n);
      await held.opened;
    });
    return { held, seen, ...bench(router) };
  };

  it("refuses over it where the runtime cannot pause", async () => {
    const { connect, held, seen } = holding();
    const peer = connect();
    for (let n = 0; n < 4; n++) peer.message("NOTE", { n });
    expect(peer.socket.take().map((frame) => errorOf(frame))).toMatchObject([
      { code: "RESOURCE_EXHAUSTED", retryable: true },
    ]);
    held.open();
    await settle();
    expect(seen).toEqual([0, 1, 2]);
  });

  it("pauses reading where it can, loses nothing, and reads again", async () => {
    const { connect, held, seen } = holding();
    const calls: string[] = [];
    const socket = Object.assign(new FakeSocket(), {
      pause: () => calls.push("pause"),
      resume: () => calls.push("resume"),
    });
    const peer = connect({}, socket);
    for (let n = 0; n < 6; n++) peer.message("NOTE", { n });
    expect(calls).toEqual(["pause"]);
    held.open();
    await settle();
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    expect(calls).toEqual(["pause", "resume"]);
  });
});

describe("onOpen", () => {
  it("comes before the first message, also when it is asynchronous", async () => {
    const ready = gate();
    const router = createRouter()
      .onOpen(async (ctx) => {
        await ready.opened;
        ctx.send(Told, { n: 1 });
      })
      .on(Note, (ctx) => void ctx.send(Told, { n: 2 }));
    const peer = bench(router).connect();
    peer.message("NOTE", { n: 0 });
    await settle();
    expect(peer.socket.frames).toEqual([]);
    ready.open();
    await settle();
    expect(peer.socket.take()).toMatchObject([{ payload: { n: 1 } }, { payload: { n: 2 } }]);
  });

  it.each(["throws", "takes too long"])("closes with 1011 when it %s, and onClose runs", async (how) => {
    const log: unknown[] = [];
    const router = createRouter({ logger: memoryLogger(), limits: { openTimeoutMs: 50 } })
      .onOpen(() => (how === "throws" ? Promise.reject(new Error("no")) : gate().opened))
      .on(Note, () => void log.push("handled"))
      .onClose((ctx) => void log.push(ctx.code));
    const { connect, clock } = bench(router);
    const peer = connect();
    peer.message("NOTE", { n: 0 });
    await clock.advance(50);
    expect(peer.socket.ended?.code).toBe(1011);
    expect(log).toEqual([1011]);
  });
});

describe("onClose", () => {
  it.each([
    ["says nothing of a handler that stops by it", (signal: AbortSignal) => signal.throwIfAborted(), []],
    [
      "reports a handler that fails of its own",
      () => {
        throw new Error("Of its own");
      },
      ["Of its own"],
    ],
  ])("%s", async (_, stop, said) => {
    const errors: string[] = [];
    const held = gate();
    const ended: string[] = [];
    const router = createRouter()
      .onError((error) => void errors.push(error.message))
      .extend({ name: "ends", setup: () => ({ settled: (_conn, { code = "ok" }) => void ended.push(code) }) })
      .on(Note, async ({ signal }) => {
        await held.opened;
        stop(signal);
      });
    const peer = bench(router).connect();
    peer.message("NOTE", { n: 1 });
    peer.socket.close();
    held.open();
    await settle();
    expect(errors).toEqual(said);
    expect(ended).toEqual([said.length === 0 ? "CANCELLED" : "INTERNAL"]);
  });

  it("waits for messages that had arrived, which see their signal aborted", async () => {
    const log: string[] = [];
    const held = gate();
    const router = createRouter()
      .on(Note, async (ctx) => {
        await held.opened;
        log.push(`note, aborted ${ctx.signal.aborted}, sent ${ctx.send(Told, { n: 1 })}`);
      })
      .onClose((ctx) => void log.push(`close, follows ${ctx.topics.list().join()}`))
      .onOpen((ctx) => void ctx.topics.subscribe("room"));
    const peer = bench(router).connect();
    peer.message("NOTE", { n: 1 });
    peer.message("NOTE", { n: 2 });
    peer.socket.close();
    await settle();
    expect(log).toEqual([]);
    held.open();
    await settle();
    expect(log).toEqual(["note, aborted true, sent false", "note, aborted true, sent false", "close, follows room"]);
  });

  it("waits no longer than closeGraceMs, and never for rpcs", async () => {
    const log: string[] = [];
    const router = createRouter({ limits: { closeGraceMs: 40 } })
      .on(Note, () => gate().opened)
      .rpc(Ask, () => gate().opened as Promise<never>)
      .onClose((ctx) => void log.push(ctx.clientId));
    const { connect, clock } = bench(router);
    const [asking, noting] = [connect(), connect()];
    asking.message("ASK", { n: 1 }, { correlationId: "a" });
    noting.message("NOTE", { n: 1 });
    asking.socket.close();
    noting.socket.close();
    expect(log).toEqual(["client-1"]);
    await clock.advance(40);
    expect(log).toEqual(["client-1", "client-2"]);
  });

  it("runs every handler, whatever one of them throws", async () => {
    const log: string[] = [];
    const logger = memoryLogger();
    const router = createRouter({ logger })
      .onClose(() => Promise.reject(new Error("first")))
      .onClose(() => {
        throw new Error("second");
      })
      .onClose(() => void log.push("third"));
    bench(router).connect().socket.close();
    await settle();
    expect(log).toEqual(["third"]);
    expect(logger.lines.join()).toMatch(/first.*second/);
  });
});
