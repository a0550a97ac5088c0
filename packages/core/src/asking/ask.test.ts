import { expect, test } from "vitest";
import { bench, type Bench, fields, gate, memoryLogger, type Peer, settle } from "../../test/harness.ts";
import { isRequestError, RequestError } from "../message/request-error.ts";
import { message, rpc, ValidationError } from "../shared.ts";
import { createRouter } from "../router/create-router.ts";
import type { Router } from "../router/router.ts";

const Confirm = rpc.fromServer("CONFIRM", fields({ text: "string" }), "CONFIRMED", fields({ n: "number" }), {
  progress: fields({ n: "number" }),
  errors: { ABORTED: fields({ n: "number" }) },
});
const Say = message("SAY", fields({ n: "number" }));

interface Rig extends Bench, Omit<Peer, "message" | "receive"> {
  readonly router: Router;
  /** Asks by the connection's handle. */
  readonly ask: (options?: object, text?: string) => Promise<unknown>;
  /** The client sends a message. */
  readonly from: (...what: Parameters<Peer["message"]>) => void;
  /** What the client has got: the last request's id. */
  readonly asked: () => { id: string; meta: { correlationId: string; timeoutMs: number }; payload: unknown };
}

function rig(options: object = {}): Rig {
  const router = createRouter({ logger: memoryLogger(), ...options });
  const made = bench(router);
  const peer = made.connect();
  const ask: Rig["ask"] = (given, text = "Keep it?") =>
    router.connections.get(peer.conn.clientId)?.request(Confirm, { text }, given) ?? Promise.reject(new Error("gone"));
  const asked = () => {
    const frame = peer.socket.take().at(-1);
    expect(frame?.["type"]).toBe("CONFIRM");
    const meta = frame?.["meta"] as { correlationId: string; timeoutMs: number };
    return { id: meta.correlationId, meta, payload: frame?.["payload"] };
  };
  const from: Rig["from"] = (...what) => peer.message(...what);
  return { router, ...made, ...peer, from, ask, asked };
}

const outcome = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

test("asks with an id that no client's begins with and the time that is left, and gives the answer", async () => {
  const { ask, asked, from: answer, hub, conn } = rig();
  const got = ask({ timeoutMs: 500, meta: { trace: 1, clientId: "mine", idempotencyKey: "k" } });
  const { id, meta, payload } = asked();
  expect(id).toMatch(/^s:/);
  expect(meta).toEqual({ trace: 1, correlationId: id, timeoutMs: 500 });
  expect(payload).toEqual({ text: "Keep it?" });
  expect(conn.busy).toBe(true);
  answer("CONFIRMED", { n: 1 }, { correlationId: id, extra: 2 });
  expect(await got).toEqual({ type: "CONFIRMED", payload: { n: 1 }, meta: { correlationId: id, extra: 2 } });
  expect(conn.busy).toBe(false);
  expect(hub.asked.size).toBe(0);
});

test("a handler that waits for an answer gets it, whatever waits behind it, and another handler of the answer's type does not", async () => {
  const { router, from, asked, socket } = rig();
  const log: unknown[] = [];
  router.on(Say, async (ctx) => {
    log.push(`say ${ctx.payload.n}`);
    if (ctx.payload.n === 1) log.push((await ctx.request(Confirm, { text: "?" })).payload);
  });
  router.on(message("CONFIRMED", fields({ n: "number" })), (ctx) => log.push(ctx.payload));
  from("SAY", { n: 1 });
  from("SAY", { n: 2 });
  const { id } = asked();
  from("CONFIRMED", { n: 7 }, { correlationId: id });
  await settle();
  expect(log).toEqual(["say 1", { n: 7 }, "say 2"]);
  // It comes twice: too late.
  from("CONFIRMED", { n: 8 }, { correlationId: id });
  await settle();
  expect(log).toHaveLength(3);
  expect(socket.take()).toEqual([]);
});

test("onOpen can ask", async () => {
  const router = createRouter();
  const got: unknown[] = [];
  router.onOpen(async (ctx) => got.push((await ctx.request(Confirm, { text: "?" })).payload));
  const peer = bench(router).connect();
  const [frame] = peer.socket.take();
  peer.message("CONFIRMED", { n: 1 }, frame?.["meta"] as object);
  await settle();
  expect(got).toEqual([{ n: 1 }]);
});

test("an answer that was read in advance, behind messages that wait for it, is taken", async () => {
  const { router, from, asked, conn, clock, socket } = rig({ limits: { maxPendingMessages: 1 } });
  Object.assign(socket, { pause() {}, resume() {} });
  const log: unknown[] = [];
  router.on(Say, async (ctx) => {
    if (ctx.payload.n === 1) log.push((await ctx.request(Confirm, { text: "?" })).payload);
    else log.push(ctx.payload.n);
  });
  for (const n of [1, 2, 3]) from("SAY", { n });
  expect(conn.paused).toBe(true);
  const { id } = asked();
  await clock.advance(4_000);
  from("SAY", { n: 4 });
  expect(log).toEqual([]);
  from("CONFIRMED", { n: 7 }, { correlationId: id });
  await clock.advance(0);
  expect(log).toEqual([{ n: 7 }, 2, 3, 4]);
});

test("progress comes in order, before the answer, also where its schema takes time", async () => {
  const slow = gate();
  let first = true;
  const Slow = rpc.fromServer("SLOW", undefined, "SLOWED", fields({ n: "number" }), {
    progress: fields({ n: "number" }, () => (first ? ((first = false), slow.opened) : Promise.resolve())),
  });
  const { router, conn, socket, from } = rig();
  const log: unknown[] = [];
  const asking = router.connections
    .get(conn.clientId)
    ?.request(Slow, undefined, { onProgress: (report) => log.push(report) })
    .then(({ payload }) => log.push(payload));
  const meta = socket.take()[0]?.["meta"] as object;
  for (const n of [1, 2]) from("$ws:progress", { n }, meta);
  from("SLOWED", { n: 3 }, meta);
  await settle();
  expect(log).toEqual([]);
  slow.open();
  await asking;
  expect(log).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});

test.each([
  [
    "throws",
    () => {
      throw new Error("mine");
    },
  ],
  ["rejects with", () => Promise.reject(new Error("mine"))],
])("what onProgress %s is reported, and harms nothing", async (_, onProgress: () => void) => {
  const { ask, asked, from, router } = rig();
  const errors: string[] = [];
  router.onError((error) => errors.push(error.message));
  const got = ask({ onProgress });
  const { meta } = asked();
  from("$ws:progress", { n: 1 }, meta);
  from("CONFIRMED", { n: 2 }, meta);
  expect(await got).toMatchObject({ payload: { n: 2 } });
  expect(errors).toEqual(["mine"]);
});

test.each([
  [{ code: "ABORTED", message: "no", details: { n: 1 }, retryable: true, retryAfterMs: 5 }, {}],
  [{ code: "NOT_FOUND", message: "no", details: "any" }, { retryable: false }],
  [
    { code: "toString", message: 7 },
    { code: "UNKNOWN", message: "The client answered UNKNOWN" },
  ],
  [null, { code: "UNKNOWN" }],
  [undefined, { code: "UNIMPLEMENTED" }],
])("a client that has no answer rejects: %j", async (payload, expected) => {
  const { ask, asked, from, socket } = rig();
  const got = outcome(ask());
  from("$ws:failed", payload, asked().meta);
  const error = await got;
  expect(error).toBeInstanceOf(RequestError);
  expect(error).toMatchObject({ ...payload, mayHaveExecuted: true, ...expected });
  expect(isRequestError(error, Confirm)).toBe(true);
  expect(socket.take()).toEqual([]);
});

test.each([
  ["CONFIRMED", { n: "1" }, []],
  ["$ws:failed", { code: "ABORTED", details: { n: "1" } }, []],
  // The client is still at work on it.
  ["$ws:progress", { n: "1" }, ["$ws:abort"]],
])("a %s that does not fit is a ValidationError", async (type, payload, then) => {
  const { ask, asked, from, socket } = rig();
  const got = outcome(ask({ onProgress() {} }));
  from(type, payload, asked().meta);
  expect(await got).toBeInstanceOf(ValidationError);
  expect(socket.take().map((frame) => frame["type"])).toEqual(then);
});

test("an answer of another type is none", async () => {
  const { ask, asked, from } = rig();
  const got = outcome(ask());
  from("SAY", { n: 1 }, asked().meta);
  expect(await got).toMatchObject({ code: "UNKNOWN", message: 'Got "SAY" for an answer' });
});

test("time that is over rejects, tells the client once, and what comes later is ignored", async () => {
  const { ask, asked, from, clock, socket } = rig({ limits: { requestTimeoutMs: 100 } });
  const got = outcome(ask());
  const { id, meta } = asked();
  expect(meta.timeoutMs).toBe(100);
  await clock.advance(99);
  expect(socket.take()).toEqual([]);
  await clock.advance(1);
  expect(await got).toMatchObject({ code: "DEADLINE_EXCEEDED", mayHaveExecuted: true });
  expect(socket.take()).toEqual([{ type: "$ws:abort", meta: { correlationId: id } }]);
  for (const type of ["CONFIRMED", "$ws:failed", "$ws:progress"]) from(type, { n: 1 }, meta);
  expect(socket.take()).toEqual([]);
});

test("time without end is told as the longest that a timer takes", () => {
  const { ask, asked } = rig();
  void ask({ timeoutMs: Infinity });
  expect(asked().meta.timeoutMs).toBe(2_147_483_647);
});

test("a signal rejects before and meanwhile, and means nothing afterwards", async () => {
  const { ask, asked, from, socket } = rig();
  const reason = new Error("changed my mind");
  const before = await outcome(ask({ signal: AbortSignal.abort(reason) }));
  expect(before).toMatchObject({ code: "CANCELLED", cause: reason, mayHaveExecuted: false });
  expect(socket.take()).toEqual([]);
  const controller = new AbortController();
  const during = outcome(ask({ signal: controller.signal }));
  const { id } = asked();
  controller.abort(reason);
  expect(await during).toMatchObject({ code: "CANCELLED", cause: reason, mayHaveExecuted: true });
  expect(socket.take()).toEqual([{ type: "$ws:abort", meta: { correlationId: id } }]);
  const after = new AbortController();
  const got = ask({ signal: after.signal });
  from("CONFIRMED", { n: 1 }, asked().meta);
  await got;
  after.abort();
  expect(socket.take()).toEqual([]);
});

test("a connection that closes rejects all of them, and takes none any more", async () => {
  const { ask, router, conn, hub, socket } = rig();
  const handle = router.connections.get(conn.clientId);
  const two = [outcome(ask()), outcome(ask())];
  socket.take();
  hub.close(conn, 1006, "");
  for (const one of two) expect(await one).toMatchObject({ code: "UNAVAILABLE", mayHaveExecuted: true });
  const late = handle?.request(Confirm, { text: "?" });
  expect(await outcome(late as Promise<unknown>)).toMatchObject({ code: "UNAVAILABLE", mayHaveExecuted: false });
  expect(socket.take()).toEqual([]);
  expect(hub.asked.size).toBe(0);
});

test("an answer whose schema is at work outlives its connection", async () => {
  const slow = gate();
  const Slow = rpc.fromServer(
    "SLOW",
    undefined,
    "SLOWED",
    fields({ n: "number" }, () => slow.opened),
  );
  const { router, conn, hub, socket, from } = rig();
  const got = router.connections.get(conn.clientId)?.request(Slow);
  from("SLOWED", { n: 1 }, socket.take()[0]?.["meta"] as object);
  hub.close(conn, 1006, "");
  slow.open();
  expect(await got).toMatchObject({ payload: { n: 1 } });
});

test("limits.maxServerRequests are pending, and no more", async () => {
  const { ask, asked, from, socket } = rig({ limits: { maxServerRequests: 2 } });
  void ask();
  void ask();
  const { meta } = asked();
  expect(await outcome(ask())).toMatchObject({ code: "RESOURCE_EXHAUSTED", retryable: true, mayHaveExecuted: false });
  expect(socket.take()).toEqual([]);
  from("CONFIRMED", { n: 1 }, meta);
  void ask();
  asked();
});

test("what does not fit on its way out rejects, and nothing is sent", async () => {
  const { router, conn, socket } = rig();
  const handle = router.connections.get(conn.clientId);
  const refused = await outcome(handle?.request(Confirm, { text: 7 as never }) as Promise<unknown>);
  expect(refused).toMatchObject({ name: "ValidationError", direction: "out", issues: [{ path: ["text"] }] });
  const Ask = rpc("ASK", undefined, "ANSWER");
  const request = handle?.request.bind(handle) as ((wrong: unknown) => Promise<unknown>) | undefined;
  for (const wrong of [Ask, Say, "CONFIRM"]) {
    expect(await outcome(request?.(wrong) as Promise<unknown>)).toBeInstanceOf(TypeError);
  }
  for (const timeoutMs of [-1, NaN, "1"]) {
    const late = handle?.request(Confirm, { text: "?" }, { timeoutMs: timeoutMs as number });
    expect(await outcome(late as Promise<unknown>)).toBeInstanceOf(RangeError);
  }
  expect(socket.take()).toEqual([]);
});

test.each([
  [{ signal: new AbortController() }],
  [{ signal: null }],
  [{ signal: {} }],
  [{ signl: 1 }],
  [{ onProgress: 1 }],
  [null],
])("options that are none are refused, and nothing of the request is left behind: %o", async (options) => {
  const { router, conn, socket, clock } = rig();
  const handle = router.connections.get(conn.clientId);
  const refused = await outcome(handle?.request(Confirm, { text: "?" }, options as never) as Promise<unknown>);
  expect(refused).toBeInstanceOf(TypeError);
  expect((refused as Error).message).toMatch(/^ctx\.request\(\)/);
  expect(socket.take()).toEqual([]);
  await clock.advance(100_000);
  expect(() => socket.close()).not.toThrow();
});

test("a failed request that a handler lets through is INTERNAL to its peer", async () => {
  const { router, from, asked, socket } = rig();
  router.rpc(rpc("ASK", undefined, "ANSWER"), async (ctx) => void (await ctx.request(Confirm, { text: "?" })));
  from("ASK", undefined, { correlationId: "1" });
  from("$ws:failed", { code: "PERMISSION_DENIED", message: "secret" }, asked().meta);
  await settle();
  expect(socket.take()).toMatchObject([{ type: "ERROR", payload: { code: "INTERNAL", message: "Internal error" } }]);
});

test("a client may not ask with an id of the server's, and says nothing of the protocol without one", async () => {
  const { router, from, socket } = rig();
  router.rpc(rpc("ASK", undefined, "ANSWER"), () => undefined);
  from("ASK", undefined, { correlationId: "s:1" });
  from("$ws:failed", { code: "ABORTED" }, { correlationId: "1" });
  from("$ws:progress", { n: 1 });
  expect(socket.take().map((frame) => (frame["payload"] as { code: string }).code)).toEqual([
    "INVALID_ARGUMENT",
    "INVALID_ARGUMENT",
    "INVALID_ARGUMENT",
  ]);
});
