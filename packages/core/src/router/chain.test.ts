import { expect, it } from "vitest";
import { bench, errorOf, fields, memoryLogger, Note, settle } from "../../test/harness.ts";
import { message } from "../message/standard.ts";
import { Chain } from "./chain.ts";
import { createRouter } from "./create-router.ts";
import type { Middleware } from "../api/handlers.ts";

it("runs global, then validation, then typed middleware, then the handler, whatever the order of registration", () => {
  const log: string[] = [];
  const router = createRouter();
  router.on(Note, () => void log.push("handler"));
  router.use(Note, (ctx, next) => (log.push(`typed ${JSON.stringify(ctx.payload)}`), next()));
  router.use((_, next) => (log.push("global 1"), next()));
  router.use((_, next) => (log.push("global 2"), next()));
  const peer = bench(router).connect();
  peer.message("NOTE", { n: 1 });
  expect(log).toEqual(["global 1", "global 2", 'typed {"n":1}', "handler"]);
  log.length = 0;
  peer.message("NOTE", { n: "x" });
  expect(log).toEqual(["global 1", "global 2"]);
  expect(errorOf(peer.socket.take()[0]).code).toBe("INVALID_ARGUMENT");
});

it("checks declared meta behind middleware as well", () => {
  const Traced = message("TRACED", fields({ n: "number" }), { meta: fields({ traceId: "string" }) });
  const seen: unknown[] = [];
  const router = createRouter().on(Traced, (ctx) => void seen.push(ctx.meta));
  router.use((_, next) => next());
  router.use(Traced, (_, next) => next());
  const peer = bench(router).connect();
  peer.message("TRACED", { n: 1 }, { traceId: 5 });
  expect(errorOf(peer.socket.take()[0]).message).toContain('Invalid meta of "TRACED"');
  peer.message("TRACED", { n: 1 }, { traceId: "a" });
  expect(seen).toEqual([{ traceId: "a" }]);
});

it("goes round middleware whose `when` says no, wherever it stands", async () => {
  const log: string[] = [];
  const some = (name: string): Middleware & { when: (ctx: { readonly type: string; meta: object }) => boolean } =>
    Object.assign<Middleware, { when: (ctx: { meta: object }) => boolean }>((_, next) => (log.push(name), next()), {
      when: ({ meta }) => (log.push(`${name}?`), name in meta),
    });
  const all: Middleware = (_, next) => (log.push("all"), next());
  const router = createRouter({ logger: memoryLogger() }).on(Note, async () => void log.push("handler"));
  for (const middleware of [some("a"), some("b"), all, some("c")]) router.use(middleware);
  router.use(Note, some("d"));
  const peer = bench(router).connect();
  const logged = async (meta: object, n: unknown = 1) => {
    log.length = 0;
    peer.message("NOTE", { n }, meta);
    await settle();
    return log.join(" ");
  };
  expect(await logged({})).toBe("a? b? all c? d? handler");
  expect(await logged({ a: 1, d: 1 })).toBe("a? a b? all c? d? d handler");
  expect(await logged({ b: 1, c: 1 })).toBe("a? b? b all c? c d? handler");
  expect(await logged({}, "x")).toBe("a? b? all c?");
  expect(errorOf(peer.socket.take()[0]).code).toBe("INVALID_ARGUMENT");
});

it("turns what `when` throws into an answer", async () => {
  const failing = (): boolean => {
    throw new Error("Not now");
  };
  const middleware: Middleware = (_, next) => next();
  const router = createRouter({ logger: memoryLogger() }).use(Object.assign(middleware, { when: failing }));
  const peer = bench(router.on(Note, () => {})).connect();
  peer.message("NOTE", { n: 1 });
  await settle();
  expect(errorOf(peer.socket.take()[0]).code).toBe("INTERNAL");
});

it("refuses a second next()", () => {
  const logger = memoryLogger();
  const router = createRouter({ logger });
  let runs = 0;
  router.on(Note, () => void runs++);
  router.use((_, next) => (void next(), next()));
  const peer = bench(router).connect();
  peer.message("NOTE", { n: 1 });
  expect(runs).toBe(1);
  expect(logger.lines.join()).toContain("next() was called more than once");
  expect(errorOf(peer.socket.take()[0]).code).toBe("INTERNAL");
});

it("does not let a next() that is called late run another message", () => {
  const kept: (() => unknown)[] = [];
  let handled = 0;
  const stage: Middleware<never> = (_, next) => {
    kept.push(next);
    return handled === 0 ? next() : undefined;
  };
  const chain = new Chain([stage], () => void handled++);
  chain.run({} as never);
  expect(handled).toBe(1);
  chain.run({} as never);
  expect(kept[0]).toThrow("more than once");
  expect(handled).toBe(1);
});

it("goes on with the next message where the last one was thrown through it, and does not let it be run late", () => {
  const kept: (() => unknown)[] = [];
  let fails = true;
  const seen: unknown[] = [];
  const chain = new Chain([(_, next) => (kept.push(next), next())], (ctx) => {
    seen.push(ctx);
    if (fails) throw new Error("thrown");
  });
  const [first, second] = [{} as never, {} as never];
  expect(() => chain.run(first)).toThrow("thrown");
  expect(kept[0]).toThrow("more than once");
  fails = false;
  chain.run(second);
  expect(seen).toEqual([first, second]);
  expect(seen[1]).toBe(second);
});

it("hears of a failure that a middleware did not wait for", async () => {
  const logger = memoryLogger();
  const router = createRouter({ logger });
  router.use((_, next) => void next());
  router.on(Note, async () => {
    await Promise.resolve();
    throw new Error("unheard");
  });
  const peer = bench(router).connect();
  peer.message("NOTE", { n: 1 });
  await settle();
  expect(errorOf(peer.socket.take()[0]).code).toBe("INTERNAL");
  expect(logger.lines.join()).toContain("unheard");
});

it("lets a middleware deal with its handler's failure", async () => {
  const router = createRouter();
  router.use(async (ctx, next) => {
    try {
      await next();
    } catch {
      ctx.error("ABORTED", "dealt with");
    }
  });
  router.on(Note, async () => {
    await Promise.resolve();
    throw new Error("boom");
  });
  const peer = bench(router).connect();
  peer.message("NOTE", { n: 1 });
  await settle();
  expect(peer.socket.take().map((frame) => errorOf(frame).code)).toEqual(["ABORTED"]);
});
