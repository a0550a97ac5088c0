import { expect, test, vi } from "vitest";
import { rpc } from "@ws-kit/core/protocol";
import { Answer, Ask, AskAgain, News, Note, numberSchema, slowMessage } from "../../test/definitions.ts";
import { createRig, type Rig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";
import { ConnectionClosedError, ServerError, StateError, TimeoutError, ValidationError } from "../api/errors.ts";

const world = useWorld();
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    (value) => value,
    (error: unknown) => error,
  );

/** What the server has read of the last request. */
function asked(rig: Rig) {
  rig.network.socket.read();
  const frame = rig.network.received.at(-1);
  return { frame, meta: { correlationId: frame?.meta?.correlationId } };
}

test("answers with type, meta and payload, by the rpc's own response or a given one", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const bound = rig.client.request(Ask, { n: 1 });
  socket.deliver({ type: "ANSWER", meta: { ...asked(rig).meta, extra: 1 }, payload: { n: 2 } });
  expect(await bound).toMatchObject({ type: "ANSWER", meta: { extra: 1 }, payload: { n: 2 } });

  const given = rig.client.request(Note, { n: 1 }, Answer, { timeoutMs: 100 });
  socket.deliver({ type: "ANSWER", meta: asked(rig).meta, payload: { n: 3 } });
  expect((await given).payload).toEqual({ n: 3 });
  expect(world.time.pending()).toBe(rig.client.isConnected ? 1 : 0);
});

test("an error's details are checked by the schema of a declared code alone, whatever a server calls the code", async () => {
  const rig = createRig();
  const socket = await rig.open();
  for (const code of ["payload", "progress", "errors"]) {
    const failed = outcome(rig.client.request(Ask, { n: 1 }));
    const payload = { code, message: "no", details: { n: -1 }, retryable: false };
    socket.deliver({ type: "ERROR", meta: asked(rig).meta, payload });
    const error = await failed;
    expect(error).toBeInstanceOf(ServerError);
    expect(error).toMatchObject({ code, context: { n: -1 } });
  }
});

test("a message without a response is a TypeError", async () => {
  const client = createRig().client as unknown as { request(message: unknown, payload: unknown): Promise<unknown> };
  await expect(client.request(Note, { n: 1 })).rejects.toThrow(TypeError);
});

test("the server learns the time that is left, waiting included", async () => {
  const rig = createRig();
  void outcome(rig.client.request(Ask, { n: 1 }));
  void outcome(rig.client.request(Ask, { n: 2 }, { timeoutMs: 5_000 }));
  void outcome(rig.client.request(Ask, { n: 3 }, { timeoutMs: Infinity }));
  await world.time.advance(2_000);
  rig.network.socket.accept();
  rig.network.socket.read();
  expect(rig.network.received.map(({ meta }) => meta?.timeoutMs)).toEqual([28_000, 3_000, 2 ** 31 - 1]);
});

test("a timeout rejects, tells the server once, and a late answer is ignored", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const late = outcome(rig.client.request(Ask, { n: 1 }, { timeoutMs: 100 }));
  const { meta } = asked(rig);
  await world.time.advance(100);
  expect(await late).toBeInstanceOf(TimeoutError);
  expect(await late).toMatchObject({ timeoutMs: 100 });
  socket.read();
  expect(rig.network.received.at(-1)).toEqual({ type: "$ws:abort", meta });
  const unhandled = vi.fn<() => void>();
  rig.client.onUnhandled(unhandled);
  socket.deliver({ type: "ANSWER", meta, payload: { n: 1 } });
  socket.deliver({ type: "ERROR", meta, payload: { code: "INTERNAL", message: "", retryable: false } });
  expect(unhandled).not.toHaveBeenCalled();
  expect(rig.errors).toEqual([]);
});

test("a server's DEADLINE_EXCEEDED is a TimeoutError", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const late = outcome(rig.client.request(Ask, { n: 1 }, { timeoutMs: 100 }));
  socket.deliver({
    type: "ERROR",
    meta: asked(rig).meta,
    payload: { code: "DEADLINE_EXCEEDED", message: "", retryable: true },
  });
  expect(await late).toMatchObject({ name: "TimeoutError", timeoutMs: 100 });
});

test("what timed out in the queue is never sent", async () => {
  const rig = createRig();
  const late = outcome(rig.client.request(Ask, { n: 1 }, { timeoutMs: 100 }));
  await world.time.advance(100);
  expect(await late).toBeInstanceOf(TimeoutError);
  rig.network.socket.accept();
  expect(rig.read()).toEqual([]);
});

test("an abort works before, during and after", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const reason = new Error("changed my mind");
  const before = await outcome(rig.client.request(Ask, { n: 1 }, { signal: AbortSignal.abort(reason) }));
  expect(before).toBeInstanceOf(StateError);
  expect(before).toMatchObject({ message: expect.stringContaining("aborted"), cause: reason });
  expect(rig.read()).toEqual([]);

  const during = new AbortController();
  const aborted = outcome(rig.client.request(Ask, { n: 2 }, { signal: during.signal }));
  const { meta } = asked(rig);
  during.abort(reason);
  expect(await aborted).toMatchObject({ name: "StateError", cause: reason });
  socket.read();
  expect(rig.network.received.at(-1)).toEqual({ type: "$ws:abort", meta });

  const after = new AbortController();
  const answered = rig.client.request(Ask, { n: 3 }, { signal: after.signal });
  socket.deliver({ type: "ANSWER", meta: asked(rig).meta, payload: { n: 1 } });
  await answered;
  after.abort();
  expect(socket.wire).toEqual([]);
});

test("gives code, details, retryability and id of an error", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const refused = outcome(rig.client.request(Ask, { n: 1 }, { retries: 0 }));
  const payload = {
    code: "UNAVAILABLE",
    message: "busy",
    details: { a: 1 },
    retryable: true,
    retryAfterMs: 50,
    id: "x",
  };
  socket.deliver({ type: "ERROR", meta: asked(rig).meta, payload });
  expect(await refused).toBeInstanceOf(ServerError);
  const { details: context, ...rest } = payload;
  expect(await refused).toMatchObject({ ...rest, context });
});

test.each([
  { type: "ANSWER", payload: { n: -1 } },
  { type: "$ws:progress", payload: { n: -1 } },
])("an answer that does not fit rejects with a ValidationError: %j", async (answer) => {
  const rig = createRig();
  const socket = await rig.open();
  const broken = outcome(rig.client.request(Ask, { n: 1 }));
  socket.deliver({ ...answer, meta: asked(rig).meta });
  expect(await broken).toBeInstanceOf(ValidationError);
});

test("an answer of another type rejects", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const broken = outcome(rig.client.request(Ask, { n: 1 }));
  socket.deliver({ type: "OTHER", meta: asked(rig).meta, payload: { n: 1 } });
  expect(await broken).toMatchObject({ name: "StateError", message: expect.stringContaining("OTHER") });
});

test.each([
  undefined,
  null,
  [],
  "no",
  { code: "toString", message: "m", details: {} },
  { code: "__proto__", message: "m", details: {} },
  { code: "constructor", message: { toString: 1 }, details: {} },
  { code: { toString: 1 }, message: null, details: {} },
  { code: 7, name: "Mine", stack: "mine", __proto__: null },
])("whatever a server sends as an error settles the request with a ServerError: %j", async (payload) => {
  const rig = createRig();
  const socket = await rig.open();
  const broken = outcome(rig.client.request(Ask, { n: 1 }));
  socket.deliver({ type: "ERROR", meta: asked(rig).meta, payload });
  const error = (await broken) as ServerError;
  expect(error).toBeInstanceOf(ServerError);
  expect([error.name, typeof error.code, typeof error.message]).toEqual(["ServerError", "string", "string"]);
  socket.deliver({ type: "ERROR", meta: { inReplyTo: "NOTE" }, payload });
  expect(rig.errors).toMatchObject([{ type: "server", error: { name: "ServerError" } }]);
});

test("tells progress in order before the answer; a callback that throws is reported and harms nothing", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const seen: number[] = [];
  const answered = rig.client.request(
    Ask,
    { n: 1 },
    {
      onProgress({ n }) {
        seen.push(n);
        if (n === 1) throw new Error("mine");
      },
    },
  );
  const { meta } = asked(rig);
  for (const n of [1, 2]) socket.deliver({ type: "$ws:progress", meta, payload: { n } });
  socket.deliver({ type: "ANSWER", meta, payload: { n: 3 } });
  await answered;
  expect(seen).toEqual([1, 2]);
  expect(rig.errors).toMatchObject([{ type: "handler", error: { message: "mine" } }]);
});

test("refuses more requests than may be pending", async () => {
  const rig = createRig({ maxPendingRequests: 2 });
  await rig.open();
  const two = [1, 2].map((n) => outcome(rig.client.request(Ask, { n })));
  expect(await outcome(rig.client.request(Ask, { n: 3 }))).toBeInstanceOf(StateError);
  void rig.client.close();
  for (const one of two) expect(await one).toBeInstanceOf(ConnectionClosedError);
});

test("a payload that does not fit rejects and nothing is sent", async () => {
  const rig = createRig();
  await rig.open();
  const refused = await outcome(rig.client.request(Ask, { n: -1 }));
  expect(refused).toBeInstanceOf(ValidationError);
  expect(refused).toMatchObject({ direction: "out", issues: [{ path: ["n"] }] });
  expect(rig.read()).toEqual([]);
});

test("what was aborted while its schema was still at work is not sent", async () => {
  let release: (() => void) | undefined;
  const Slow = slowMessage("SLOW", () => new Promise((resolve) => (release = resolve)));
  const rig = createRig();
  await rig.open();
  const controller = new AbortController();
  const aborted = outcome(rig.client.request(Slow, { n: 1 }, Answer, { signal: controller.signal }));
  controller.abort();
  expect(await aborted).toBeInstanceOf(StateError);
  release?.();
  await settled();
  expect(rig.read()).toEqual([]);
});

test("a correlation id is a UUID of version 4", async () => {
  const rig = createRig();
  await rig.open();
  rig.client.request(Ask, { n: 1 }).catch(() => {});
  expect(asked(rig).meta?.correlationId).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

test("works where a page has no crypto.randomUUID", async () => {
  vi.spyOn(crypto, "randomUUID").mockImplementation(undefined as never);
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  try {
    const rig = createRig();
    const socket = await rig.open();
    const answered = rig.client.request(AskAgain, { n: 1 });
    const { frame, meta } = asked(rig);
    expect(frame?.meta?.idempotencyKey).toMatch(/^[\w-]{22}\.[\da-f-]{36}$/);
    socket.deliver({ type: "ANSWER", meta, payload: { n: 1 } });
    expect((await answered).payload.n).toBe(1);
  } finally {
    Reflect.deleteProperty(crypto, "randomUUID");
  }
});

test("a client has one secret, which begins every key", async () => {
  const keys: string[] = [];
  for (let client = 0; client < 2; client++) {
    const rig = createRig();
    await rig.open();
    for (let n = 0; n < 2; n++) {
      rig.client.request(AskAgain, { n }).catch(() => {});
      keys.push(String(asked(rig).frame?.meta?.idempotencyKey));
    }
  }
  for (const key of keys) expect(key).toMatch(/^[\w-]{22}\.[\da-f-]{36}$/);
  expect(new Set(keys).size).toBe(4);
  const [a, b, c, d] = keys.map((key) => key.slice(0, 22));
  expect([a, c]).toEqual([b, d]);
  expect(a).not.toBe(c);
});

test("works where there is no crypto at all, with keys that hold no secret", async () => {
  vi.stubGlobal("crypto", undefined);
  try {
    const rig = createRig();
    await rig.open();
    const ids = [1, 2].map((n) => {
      rig.client.request(AskAgain, { n }).catch(() => {});
      const { frame, meta } = asked(rig);
      expect(frame?.meta?.idempotencyKey).toBe(meta?.correlationId);
      return meta?.correlationId;
    });
    expect(ids[0]).not.toBe(ids[1]);
  } finally {
    vi.unstubAllGlobals();
  }
});

test("iterates progress, then ends; a slow consumer misses nothing", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const stream = rig.client.stream(Ask, { n: 1 });
  const { meta } = asked(rig);
  for (const n of [1, 2]) socket.deliver({ type: "$ws:progress", meta, payload: { n } });
  const seen: number[] = [];
  const all = (async () => {
    for await (const { n } of stream) {
      seen.push(n);
      await settled();
    }
  })();
  await settled();
  for (const n of [3, 4]) socket.deliver({ type: "$ws:progress", meta, payload: { n } });
  socket.deliver({ type: "ANSWER", meta, payload: { n: 9 } });
  await all;
  expect(seen).toEqual([1, 2, 3, 4]);
  expect((await stream.result).payload.n).toBe(9);
});

test("the iteration throws what the request fails with, after what has come", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const stream = rig.client.stream(Ask, { n: 1 });
  const { meta } = asked(rig);
  socket.deliver({ type: "$ws:progress", meta, payload: { n: 1 } });
  socket.deliver({ type: "ERROR", meta, payload: { code: "INTERNAL", message: "no", retryable: false } });
  const seen: number[] = [];
  const all = (async () => {
    for await (const { n } of stream) seen.push(n);
  })();
  await expect(all).rejects.toBeInstanceOf(ServerError);
  expect(seen).toEqual([1]);
});

test("leaving the loop, or its signal, aborts at the server", async () => {
  for (const how of ["break", "signal"]) {
    const rig = createRig();
    const socket = await rig.open();
    const controller = new AbortController();
    const stream = rig.client.stream(Ask, { n: 1 }, { signal: controller.signal });
    const { meta } = asked(rig);
    socket.deliver({ type: "$ws:progress", meta, payload: { n: 1 } });
    if (how === "signal") controller.abort();
    else for await (const _ of stream) break;
    expect(await outcome(stream.result)).toBeInstanceOf(StateError);
    socket.read();
    expect(rig.network.received.at(-1)).toEqual({ type: "$ws:abort", meta });
  }
});

test("a consumer too far behind fails; one that only waits for the result does not", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const waited = rig.client.stream(Ask, { n: 1 }, { bufferSize: 2 });
  let { meta } = asked(rig);
  for (const n of [1, 2, 3]) socket.deliver({ type: "$ws:progress", meta, payload: { n } });
  socket.deliver({ type: "ANSWER", meta, payload: { n: 4 } });
  expect((await waited.result).payload.n).toBe(4);

  const iterated = rig.client.stream(Ask, { n: 1 }, { bufferSize: 2 });
  const iterator = iterated[Symbol.asyncIterator]();
  const first = iterator.next();
  ({ meta } = asked(rig));
  for (const n of [1, 2, 3, 4, 5]) socket.deliver({ type: "$ws:progress", meta, payload: { n } });
  expect(await first).toEqual({ value: { n: 1 }, done: false });
  expect(await outcome(iterated.result)).toMatchObject({
    name: "StateError",
    cause: { message: expect.stringContaining("2 reports") },
  });
});

const done = { value: undefined, done: true };
type Reports = AsyncIterable<{ n: number }>;
test.each<[how: string, leave: (reports: Reports) => Promise<unknown>, told: unknown]>([
  [
    "return()",
    async (reports) => {
      const iterator = reports[Symbol.asyncIterator]();
      const waiting = [iterator.next(), iterator.next()];
      return [await iterator.return?.(5), ...(await Promise.all(waiting)), await iterator.next()];
    },
    [{ value: 5, done: true }, done, done, done],
  ],
  [
    "throw()",
    async (reports) => {
      const iterator = reports[Symbol.asyncIterator]();
      const waiting = iterator.next();
      return [await outcome(iterator.throw?.("mine") ?? Promise.resolve()), await waiting];
    },
    ["mine", done],
  ],
  [
    "cancelling the stream of a response",
    async (reports) => {
      const reader = (ReadableStream as unknown as { from(source: unknown): ReadableStream }).from(reports).getReader();
      const waiting = reader.read();
      await reader.cancel();
      return waiting;
    },
    done,
  ],
])("a consumer that leaves by %s while it waits is gone at once", async (_, leave, told) => {
  const rig = createRig();
  const socket = await rig.open();
  const stream = rig.client.stream(Ask, { n: 1 });
  const { meta } = asked(rig);
  expect(await leave(stream)).toEqual(told);
  expect(await outcome(stream.result)).toBeInstanceOf(StateError);
  socket.read();
  expect(rig.network.received.at(-1)).toEqual({ type: "$ws:abort", meta });
});

test("a stream that nobody has begun to read can be left as well", async () => {
  const rig = createRig({ maxPendingRequests: 1 });
  await rig.open();
  const iterator = rig.client.stream(Ask, { n: 1 })[Symbol.asyncIterator]();
  await iterator.return?.();
  void outcome(rig.client.request(Ask, { n: 2 }));
  expect(rig.read()).toEqual(["ASK 1", "$ws:abort", "ASK 2"]);
});

test("close() settles a request whose answer its schema is looking at, and reports no progress any more", async () => {
  const releases: (() => void)[] = [];
  const slow = numberSchema(() => new Promise<void>((resolve) => releases.push(resolve)));
  const Long = rpc("LONG", numberSchema(), "DONE", slow, { progress: slow }) as typeof Ask;
  const rig = createRig();
  const socket = await rig.open();
  const reports: unknown[] = [];
  const asking = outcome(rig.client.request(Long, { n: 1 }, { onProgress: (report) => reports.push(report) }));
  const { meta } = asked(rig);
  socket.deliver({ type: "$ws:progress", meta, payload: { n: 2 } });
  socket.deliver({ type: "DONE", meta, payload: { n: 3 } });
  releases.shift()?.();
  await settled();
  expect(reports).toEqual([{ n: 2 }]);
  expect(releases).toHaveLength(1);
  const news: unknown[] = [];
  const Slow = slowMessage("SLOW", () => new Promise((resolve) => releases.push(resolve)));
  rig.client.on(Slow, ({ payload }) => news.push(payload));
  rig.client.on(News, ({ payload }) => news.push(payload));
  socket.deliver({ type: "SLOW", payload: { n: 4 } });
  socket.deliver({ type: "NEWS", payload: { n: 5 } });
  const closed = rig.client.close();
  expect(await asking).toMatchObject({ name: "ConnectionClosedError", mayHaveExecuted: true });
  socket.read();
  await closed;
  await rig.open();
  while (releases.length > 0) {
    for (const release of releases.splice(0)) release();
    await settled();
  }
  expect(news).toEqual([]);
});

test("an answer is not lost to the end of its connection while its schema looks at it", async () => {
  const releases: (() => void)[] = [];
  const slow = numberSchema(() => new Promise<void>((resolve) => releases.push(resolve)));
  for (const code of [1006, 1008]) {
    const rig = createRig();
    const socket = await rig.open();
    const asking = rig.client.request(rpc("LONG", numberSchema(), "DONE", slow, { progress: slow }) as typeof Ask, {
      n: 1,
    });
    socket.deliver({ type: "DONE", meta: asked(rig).meta, payload: { n: 3 } });
    socket.end(code);
    await settled();
    for (const release of releases.splice(0)) release();
    expect((await asking).payload).toEqual({ n: 3 });
    void rig.client.close();
  }
});

test.each([3_600_000, -3_600_000])("a clock that is set by %d ms leaves a request its time", async (jump) => {
  const rig = createRig({ autoConnect: false });
  const asking = outcome(rig.client.request(Ask, { n: 1 }, { timeoutMs: 20_000 }));
  world.time.setClock(jump);
  await rig.open();
  rig.network.socket.read();
  expect(rig.network.received[0]?.meta?.timeoutMs).toBe(20_000);
  await world.time.advance(19_999);
  world.time.setClock(jump);
  await world.time.advance(1);
  expect(await asking).toBeInstanceOf(TimeoutError);
});

test("what is over by the time that a frozen page goes on is not sent again", async () => {
  const rig = createRig({ reconnect: { jitter: "none", initialDelayMs: 100 } });
  const socket = await rig.open();
  const asking = outcome(rig.client.request(AskAgain, { n: 1 }, { timeoutMs: 1_000 }));
  expect(rig.read()).toEqual(["ASK_AGAIN 1"]);
  socket.end(1006);
  await world.time.advance(100);
  world.time.freeze(2_000);
  rig.network.socket.accept();
  await settled();
  expect(rig.read()).toEqual([]);
  expect(await asking).toBeInstanceOf(TimeoutError);
});

test("asynchronous schemas keep the order, out and in", async () => {
  const releases: (() => void)[] = [];
  const Slow = slowMessage("SLOW", () => new Promise((resolve) => releases.push(resolve)));
  const rig = createRig();
  const socket = await rig.open();
  const got: string[] = [];
  rig.client.on(Slow, ({ payload }) => got.push(`slow ${payload.n}`));
  rig.client.on(News, ({ payload }) => got.push(`news ${payload.n}`));

  expect(rig.client.send(Slow, { n: 1 })).toBe(true);
  expect(rig.client.send(Slow, { n: -1 })).toBe(true);
  expect(rig.client.send(Note, { n: 2 })).toBe(true);
  socket.deliver({ type: "SLOW", payload: { n: 3 } });
  socket.deliver({ type: "NEWS", payload: { n: 4 } });
  expect([...rig.read(), ...got]).toEqual([]);
  while (releases.length > 0) {
    for (const release of releases.splice(0).toReversed()) release();
    await settled();
  }
  expect(rig.read()).toEqual(["SLOW 1", "NOTE 2"]);
  expect(got).toEqual(["slow 3", "news 4"]);
  expect(rig.errors).toMatchObject([{ type: "invalid", message: "SLOW" }]);
  // With nothing left to wait for, a message leaves at once again.
  rig.client.send(Note, { n: 5 });
  expect(rig.read()).toEqual(["NOTE 5"]);
});

test.each([[null], [undefined], ["text"], [Object.create(null)], [Symbol("s")]])(
  "a schema that throws %o rejects with an Error, and an attempt never",
  async (thrown) => {
    const rig = createRig();
    await rig.open();
    const { client } = rig;
    for (const validate of [
      () => {
        throw thrown;
      },
      () => Promise.reject(thrown),
    ]) {
      const Odd = rpc("ODD", { "~standard": { version: 1 as const, vendor: "test", validate } }, "EVEN");
      await expect(client.request(Odd, {})).rejects.toBeInstanceOf(Error);
      expect(await client.attempt(Odd, {})).toMatchObject({
        ok: false,
        code: "failed",
        error: expect.any(Error) as Error,
      });
    }
  },
);
