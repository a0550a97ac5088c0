import { describe, expect, it } from "vitest";
import { Ask, bench, memoryLogger, Note, settle } from "../../test/harness.ts";
import type { MiddlewareContext } from "../api/contexts.ts";
import type { Extension } from "../api/extensions.ts";
import type { Next } from "../api/handlers.ts";
import { message } from "../message/standard.ts";
import { createRouter } from "../router/create-router.ts";
import { watchEnd } from "../contexts/message-context.ts";
import { EndCounts } from "./end-counts.ts";
import { having } from "../../test/witness.ts";

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
