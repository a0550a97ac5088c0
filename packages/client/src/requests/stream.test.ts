import { PROGRESS_TYPE } from "@ws-kit/core/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Ask } from "../../test/definitions.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";
import { StateError } from "../api/errors.ts";

useWorld();

// As in React Native, whose signals are not the standard's of today.
const any = Object.getOwnPropertyDescriptor(AbortSignal, "any") ?? {};
beforeEach(() => {
  Object.defineProperty(AbortSignal, "any", { ...any, value: undefined });
});
afterEach(() => {
  Object.defineProperty(AbortSignal, "any", any);
});

/** A signal that counts who listens to it. */
function countedSignal() {
  const controller = new AbortController();
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  let listeners = 0;
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  return { controller, signal, listeners: () => listeners };
}

test("a stream ends with the signal it was given, and lets go of it when it is over", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const { controller, signal, listeners } = countedSignal();
  const first = rig.client.stream(Ask, { n: 1 }, { signal });
  const second = rig.client.stream(Ask, { n: 2 }, { signal });
  socket.read();
  const [id] = rig.network.received.map(({ meta }) => meta?.correlationId);
  socket.deliver({ type: "ANSWER", meta: { correlationId: id as string }, payload: { n: 2 } });
  expect((await first.result).payload).toEqual({ n: 2 });
  await settled();
  expect(listeners()).toBe(1);
  controller.abort(new Error("enough"));
  await expect(second.result).rejects.toMatchObject({ name: "StateError", cause: { message: "enough" } });
  await settled();
  expect(listeners()).toBe(0);
});

test("a stream that is given a signal which has aborted rejects at once", async () => {
  const rig = createRig();
  await rig.open();
  rig.read();
  await expect(rig.client.stream(Ask, { n: 1 }, { signal: AbortSignal.abort() }).result).rejects.toBeInstanceOf(
    StateError,
  );
  expect(rig.read().filter((frame) => frame.startsWith("ASK"))).toEqual([]);
});

test("a stream without a signal works", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const stream = rig.client.stream(Ask, { n: 1 });
  socket.read();
  const correlationId = rig.network.received.at(-1)?.meta?.correlationId as string;
  socket.deliver({ type: PROGRESS_TYPE, meta: { correlationId }, payload: { n: 7 } });
  const seen: number[] = [];
  for await (const { n } of stream) {
    seen.push(n);
    socket.deliver({ type: "ANSWER", meta: { correlationId }, payload: { n: 2 } });
  }
  expect(seen).toEqual([7]);
});

test("of a client that is closed it can be left like any other", async () => {
  const rig = createRig();
  await rig.client.close();
  const reports = rig.client.stream(Ask, { n: 1 })[Symbol.asyncIterator]();
  expect(await reports.return?.()).toEqual({ value: undefined, done: true });
});

test("two who iterate one stream share its reports, and both see its end", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const stream = rig.client.stream(Ask, { n: 1 });
  const seen: unknown[] = [];
  const loops = ["one", "other"].map(async (name) => {
    for await (const { n } of stream) seen.push(n);
    seen.push(name);
  });
  await settled();
  socket.read();
  const { meta } = rig.network.received[0] ?? {};
  socket.deliver({ type: PROGRESS_TYPE, meta, payload: { n: 5 } });
  await settled();
  socket.deliver({ type: "ANSWER", meta, payload: { n: 6 } });
  await Promise.all(loops);
  expect(new Set(seen)).toEqual(new Set([5, "one", "other"]));
});
