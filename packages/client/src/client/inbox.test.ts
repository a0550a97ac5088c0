import { expect, test, vi } from "vitest";
import { News, Note, numberSchema, slowMessage } from "../../test/definitions.ts";
import { message, type Message } from "@ws-kit/core/protocol";

import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";

useWorld();

test("hands messages to their handlers with type, meta and payload", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const handler = vi.fn<(...args: unknown[]) => void>();
  const off = rig.client.on(News, handler);
  socket.deliver({ type: "NEWS", meta: { timestamp: 5 }, payload: { n: 1 }, extra: true });
  socket.deliver({ type: "NEWS", payload: { n: 2 } });
  expect(handler.mock.calls).toEqual([
    [{ type: "NEWS", meta: { timestamp: 5 }, payload: { n: 1 } }],
    [{ type: "NEWS", meta: {}, payload: { n: 2 } }],
  ]);
  off();
  socket.deliver({ type: "NEWS", payload: { n: 3 } });
  expect(handler).toHaveBeenCalledTimes(2);
});

test("the same function may be registered twice, and each registration undone", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const handler = vi.fn<(...args: unknown[]) => void>();
  const off = rig.client.on(News, handler);
  rig.client.on(News, handler);
  off();
  off();
  socket.deliver({ type: "NEWS", payload: { n: 1 } });
  expect(handler).toHaveBeenCalledTimes(1);
});

test("once takes the next message that fits, and no other", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const got: number[] = [];
  const take = ({ payload }: { payload: { n: number } }) => {
    got.push(payload.n);
    if (got.length === 1) rig.client.once(News, take);
  };
  rig.client.once(News, take);
  for (const n of [-1, 1, 2, 3]) socket.deliver({ type: "NEWS", payload: { n } });
  expect(got).toEqual([1, 2]);
});

test("a handler that throws or rejects is reported and the next still runs", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const last = vi.fn<(...args: unknown[]) => void>();
  rig.client.on(News, () => {
    throw new Error("sync");
  });
  rig.client.on(News, async () => {
    await settled();
    throw new Error("async");
  });
  rig.client.on(News, last);
  socket.deliver({ type: "NEWS", payload: { n: 1 } });
  expect(last).toHaveBeenCalled();
  await settled();
  await settled();
  expect(rig.errors).toMatchObject([
    { type: "handler", error: { message: "sync" } },
    { type: "handler", error: { message: "async" } },
  ]);
});

test("an error handler that throws stops nothing", async () => {
  const logger = { debug: vi.fn<(...args: unknown[]) => void>(), error: vi.fn<(...args: unknown[]) => void>() };
  const rig = createRig({ logger });
  const socket = await rig.open();
  rig.client.onError(() => {
    throw new Error("in the error handler");
  });
  socket.deliver("{");
  expect(rig.errors).toMatchObject([{ type: "parse" }]);
  expect(logger.error).toHaveBeenCalledTimes(2);
  expect(logger.debug).toHaveBeenCalledWith("open", {});
});

test.each(["{", "[]", "null", "3", '{"type":""}', '{"type":"X","meta":[]}'])("reports %s as no frame", async (text) => {
  const rig = createRig();
  (await rig.open()).deliver(text);
  expect(rig.errors).toMatchObject([{ type: "parse" }]);
});

test("reports a message that does not fit, with its type", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const handler = vi.fn<(...args: unknown[]) => void>();
  rig.client.on(News, handler);
  socket.deliver({ type: "NEWS", payload: { n: "x" } });
  expect(handler).not.toHaveBeenCalled();
  expect(rig.errors).toMatchObject([{ type: "validation", message: "NEWS", error: { direction: "in" } }]);
});

test("gives what nobody handles to onUnhandled, and ignores the protocol's own", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const unhandled = vi.fn<(...args: unknown[]) => void>();
  rig.client.onUnhandled(unhandled);
  const off = rig.client.on(News, () => {});
  off();
  socket.deliver({ type: "NEWS", payload: { n: 1 } });
  socket.deliver({ type: "$ws:future", payload: 1 });
  socket.deliver({ type: "ANSWER", meta: { correlationId: "unknown" } });
  expect(unhandled.mock.calls).toEqual([[{ type: "NEWS", meta: {}, payload: { n: 1 } }]]);
  expect(rig.errors).toEqual([]);
});

test("an error that answers no request is reported with the type it answers", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const payload = { code: "NOT_FOUND", message: "no", details: 1, retryable: false };
  socket.deliver({ type: "ERROR", meta: { inReplyTo: "NOTE" }, payload });
  socket.deliver({ type: "ERROR" });
  expect(rig.errors).toMatchObject([
    { type: "server", message: "NOTE", error: { name: "ServerError", code: "NOT_FOUND", context: 1 } },
    { type: "server" },
  ]);
});

test("two definitions of one type each see it through their own schema", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const Any = message("NEWS");
  const got: unknown[] = [];
  rig.client.on(News, ({ payload }) => got.push(payload));
  rig.client.on(Any, ({ payload }) => got.push(payload));
  socket.deliver({ type: "NEWS", payload: { n: -1 } });
  expect(got).toEqual([undefined]);
  expect(rig.errors).toMatchObject([{ type: "validation" }]);
});

test("checks meta both ways, and keeps what is not declared", async () => {
  const Traced = message("TRACED", undefined, { meta: numberSchema() }) as Message<{
    type: "TRACED";
    meta: { n: number };
  }>;
  const rig = createRig();
  const socket = await rig.open();
  const got: unknown[] = [];
  rig.client.on(Traced, ({ meta }) => got.push(meta));
  expect(rig.client.send(Traced, undefined, { meta: { n: -1 } })).toBe(false);
  expect(rig.client.send(Traced, undefined, { meta: { n: 1, note: "x" } })).toBe(true);
  socket.read();
  expect(rig.network.received).toEqual([{ type: "TRACED", meta: { n: 1, note: "x" } }]);
  socket.deliver({ type: "TRACED", meta: { n: 2, note: "y" } });
  expect(got).toEqual([{ n: 2, note: "y" }]);
});

test("a payload that cannot be encoded is reported, not thrown", async () => {
  const Any = message("ANY", {
    "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) },
  });
  const rig = createRig();
  await rig.open();
  expect(rig.client.send(Any, 1n)).toBe(false);
  expect(rig.errors).toMatchObject([{ type: "invalid", message: "ANY", error: { name: "ValidationError" } }]);
});

test("sends no meta where none is given", async () => {
  const rig = createRig();
  const socket = await rig.open();
  rig.client.send(Note, { n: 1 });
  expect(socket.wire).toEqual(['{"type":"NOTE","payload":{"n":1}}']);
});

test("who comes while a message is handed out waits for the next, and who goes is left out of it", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const got: string[] = [];
  const Other = message("NEWS", News.payload as never);
  rig.client.once(News, () => {
    got.push("first");
    leave();
    rig.client.on(News, () => void got.push("late"));
    rig.client.on(Other, () => void got.push("late, by another definition"));
  });
  const leave = rig.client.on(News, () => void got.push("gone"));
  socket.deliver({ type: "NEWS", payload: { n: 1 } });
  expect(got).toEqual(["first"]);
  got.length = 0;
  socket.deliver({ type: "NEWS", payload: { n: 2 } });
  expect(got).toEqual(["late", "late, by another definition"]);
});

test("an odd frame behind an asynchronous schema is reported, and holds up nothing", async () => {
  const rig = createRig({ auth: { getToken: () => "token" } });
  const heard: number[] = [];
  rig.client.on(slowMessage("SLOW", settled), ({ payload }) => heard.push(payload.n));
  const socket = await rig.open();
  socket.deliver({ type: "SLOW", payload: { n: 1 } });
  socket.deliver({ type: "X", meta: { correlationId: 5 } });
  socket.deliver({ type: "$ws:auth" });
  socket.deliver({ type: "SLOW", payload: { n: 2 } });
  await vi.waitFor(() => expect(heard).toEqual([1, 2]));
  expect(rig.errors).toMatchObject([{ type: "parse" }]);
  socket.deliver({ type: "SLOW", payload: { n: 3 } });
  await vi.waitFor(() => expect(heard).toEqual([1, 2, 3]));
});

test("whatever a handler throws is reported", async () => {
  const rig = createRig();
  rig.client.on(News, () => {
    throw Object.create(null);
  });
  const heard: number[] = [];
  rig.client.on(News, ({ payload }) => heard.push(payload.n));
  (await rig.open()).deliver({ type: "NEWS", payload: { n: 1 } });
  expect(heard).toEqual([1]);
  expect(rig.errors).toMatchObject([{ type: "handler", error: expect.any(Error) }]);
});
