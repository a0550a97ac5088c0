import { expect, test, vi } from "vitest";
import { rpc } from "@ws-kit/core/protocol";
import { Answer, Ask, AskAgain, News, Note, numberSchema, slowMessage } from "../../test/definitions.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";
import { StateError, TimeoutError } from "../api/errors.ts";
import { asked, outcome } from "../../test/outcome.ts";

const world = useWorld();

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
