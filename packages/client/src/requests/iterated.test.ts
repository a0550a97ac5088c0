import { expect, test } from "vitest";
import { Ask } from "../../test/definitions.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";
import { ServerError, StateError } from "../api/errors.ts";
import { asked, outcome } from "../../test/outcome.ts";

useWorld();

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

test("a stream that nobody has begun to read can be left as well", async () => {
  const rig = createRig({ maxPendingRequests: 1 });
  await rig.open();
  const iterator = rig.client.stream(Ask, { n: 1 })[Symbol.asyncIterator]();
  await iterator.return?.();
  void outcome(rig.client.request(Ask, { n: 2 }));
  expect(rig.read()).toEqual(["ASK 1", "$ws:abort", "ASK 2"]);
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
