import * as protocol from "@ws-kit/core/protocol";
import { expect, test } from "vitest";
import { Answer, Ask, AskAgain, Note, slowMessage, Text } from "../../test/definitions.ts";
import { createRig, type Rig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";

const world = useWorld();
const reconnect = { jitter: "none", initialDelayMs: 100 } as const;

const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => "answered",
    (error: Error) => error,
  );
const lost = (rig: Rig) =>
  rig.errors
    .filter(({ payload }) => payload)
    .map(({ type, message, payload }) => [type, message, (payload as { n: number }).n]);

test("queues in order, across messages and requests, and sends what comes later behind", async () => {
  const rig = createRig();
  rig.client.send(Note, { n: 1 });
  void outcome(rig.client.request(Ask, { n: 2 }));
  rig.client.send(Note, { n: 3 });
  rig.client.onState((state) => state === "open" && rig.client.send(Note, { n: 4 }));
  await rig.open();
  expect(rig.read()).toEqual(["NOTE 1", "ASK 2", "NOTE 3", "NOTE 4"]);
});

test("drop-newest refuses what does not fit, by count and by bytes", async () => {
  const byCount = createRig({ autoConnect: false, queueSize: 2 });
  expect([1, 2, 3].map((n) => byCount.client.send(Note, { n }))).toEqual([true, true, false]);
  expect(lost(byCount)).toEqual([["overflow", "NOTE", 3]]);
  await byCount.open();
  expect(byCount.read()).toEqual(["NOTE 1", "NOTE 2"]);

  const frame = JSON.stringify({ type: "NOTE", payload: { n: 1 } });
  const byBytes = createRig({ autoConnect: false, queueBytes: frame.length * 2 });
  expect([1, 2, 3].map((n) => byBytes.client.send(Note, { n }))).toEqual([true, true, false]);
});

test("drop-oldest makes room, and rejects a request it drops", async () => {
  const rig = createRig({ autoConnect: false, queueSize: 2, queue: "drop-oldest" });
  const asked = outcome(rig.client.request(Ask, { n: 0 }));
  expect([1, 2, 3].map((n) => rig.client.send(Note, { n }))).toEqual([true, true, true]);
  expect(await asked).toMatchObject({ name: "StateError", message: "Not sent, not queued" });
  expect(lost(rig)).toEqual([["overflow", "NOTE", 1]]);
  await rig.open();
  expect(rig.read()).toEqual(["NOTE 2", "NOTE 3"]);
});

test("drop-oldest does not empty the queue for what would never fit", () => {
  const rig = createRig({ autoConnect: false, queueBytes: 40, queue: "drop-oldest" });
  expect(rig.client.send(Note, { n: 1 })).toBe(true);
  expect(rig.client.send(Note, { n: 1e20 })).toBe(false);
  expect(lost(rig)).toEqual([["overflow", "NOTE", 1e20]]);
});

test("off refuses while there is no connection", async () => {
  const rig = createRig({ queue: "off" });
  expect(rig.client.send(Note, { n: 1 })).toBe(false);
  expect(await outcome(rig.client.request(Ask, { n: 2 }))).toMatchObject({ name: "StateError" });
  await rig.open();
  expect(rig.client.send(Note, { n: 3 })).toBe(true);
  expect(rig.read()).toEqual(["NOTE 3"]);
});

test("queued requests survive a reconnect; sent ones fail with mayHaveExecuted", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  const sent = outcome(rig.client.request(Ask, { n: 1 }));
  await settled();
  socket.end(1006);
  const queued = outcome(rig.client.request(Ask, { n: 2 }));
  expect(await sent).toMatchObject({ name: "ConnectionClosedError", mayHaveExecuted: true });
  await world.time.advance(100);
  rig.network.socket.accept();
  expect(rig.read()).toEqual(["ASK 2"]);
  void rig.client.close();
  expect(await queued).toMatchObject({ mayHaveExecuted: true });
});

test("idempotent requests are sent again with the same key, in order, before what is newer", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  void outcome(rig.client.request(AskAgain, { n: 1 }));
  void outcome(rig.client.request(Ask, { n: 2 }));
  void outcome(rig.client.request(AskAgain, { n: 3 }));
  await settled();
  socket.read();
  const keys = rig.network.received.splice(0).map(({ meta }) => meta?.idempotencyKey);
  expect(keys).toEqual([expect.any(String), undefined, expect.any(String)]);
  socket.end(1006);
  rig.client.send(Note, { n: 4 });
  await world.time.advance(100);
  rig.network.socket.accept();
  rig.network.socket.read();
  expect(rig.network.received.map(({ meta }) => meta?.idempotencyKey)).toEqual([keys[0], keys[2], undefined]);
  rig.network.socket.end(1006);
  await world.time.advance(1_000);
  rig.network.socket.accept();
  expect(rig.read().slice(3)).toEqual(["ASK_AGAIN 1", "ASK_AGAIN 3"]);
});

test("what may be sent again comes before what a draining server made wait", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  void outcome(rig.client.request(AskAgain, { n: 1 }));
  await settled();
  socket.deliver({ type: "$ws:goaway" });
  rig.client.send(Note, { n: 2 });
  socket.end(1012);
  await world.time.advance(100);
  rig.network.socket.accept();
  expect(rig.read()).toEqual(["ASK_AGAIN 1", "NOTE 2"]);
});

test("an idempotent request that was answered is not sent again", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  const asked = rig.client.request(AskAgain, { n: 1 });
  socket.read();
  socket.deliver({ type: "ANSWER", meta: rig.network.received[0]?.meta, payload: { n: 2 } });
  await asked;
  socket.end(1006);
  await world.time.advance(100);
  rig.network.socket.accept();
  expect(rig.read()).toEqual(["ASK_AGAIN 1"]);
});

test("an idempotent request that can no longer be sent again says that it may have run", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  const asked = outcome(rig.client.request(AskAgain, { n: 1 }));
  await settled();
  socket.end(4403);
  expect(await asked).toMatchObject({ name: "ConnectionClosedError", mayHaveExecuted: true });
});

test("messages that may not have arrived are reported lost; confirmed ones are not", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  rig.client.send(Note, { n: 1 });
  await world.time.advance(5_000);
  expect(socket.wire.at(-1)).toBe(protocol.PING_FRAME);
  rig.client.send(Note, { n: 2 });
  const [first, ping, ...later] = socket.wire.splice(0);
  socket.wire.push(String(first), String(ping));
  socket.read();
  socket.wire.push(...later);
  socket.end(1006);
  expect(lost(rig)).toEqual([["lost", "NOTE", 2]]);
  expect(rig.errors[0]?.error).toMatchObject({ name: "ConnectionClosedError", mayHaveExecuted: true });
});

test("an answer, or a report before it, confirms what was sent before its request, and no more", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  rig.client.send(Note, { n: 1 });
  const asked = rig.client.request(Ask, { n: 2 });
  rig.client.send(Note, { n: 3 });
  void outcome(rig.client.request(Ask, { n: 4 }));
  rig.client.send(Note, { n: 5 });
  socket.read();
  const [first, second] = rig.network.received.filter(({ type }) => type === "ASK");
  socket.deliver({ type: "ANSWER", meta: first?.meta, payload: { n: 0 } });
  await asked;
  socket.deliver({ type: "$ws:progress", meta: second?.meta, payload: { n: 0 } });
  socket.end(1006);
  expect(lost(rig)).toEqual([["lost", "NOTE", 5]]);
});

test("an answer of the opening confirms nothing of what waited for it", async () => {
  const rig = createRig({ reconnect });
  rig.client.onOpen(({ request }) => void outcome(request(Ask, { n: 1 })));
  rig.client.send(Note, { n: 2 });
  const socket = await rig.open();
  socket.read();
  socket.deliver({ type: "ANSWER", meta: rig.network.received[0]?.meta, payload: { n: 0 } });
  socket.end(1006);
  expect(lost(rig)).toEqual([["lost", "NOTE", 2]]);
});

test("a ping asks for what was sent while the one before was on its way", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  rig.client.send(Note, { n: 1 });
  await world.time.advance(5_000);
  rig.client.send(Note, { n: 2 });
  socket.read();
  await world.time.advance(5_000);
  expect(socket.wire).toEqual([protocol.PING_FRAME]);
  socket.read();
  await world.time.advance(60_000);
  expect(socket.wire).toEqual([]);
  socket.end(1006);
  expect(lost(rig)).toEqual([]);
});

test("a line that is dead takes no more than the queue holds beside what a pong may still confirm", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  const taken = Array.from({ length: 20_000 }, (_, n) => rig.client.send(Note, { n })).filter(Boolean).length;
  expect(taken).toBeGreaterThan(10_000);
  expect(taken).toBeLessThan(12_000);
  expect(socket.wire.length).toBe(taken - 1_000 + 1);
  expect(socket.wire).toContain(protocol.PING_FRAME);
  expect(rig.errors.every(({ type }) => type === "overflow")).toBe(true);
  // It was only slow.
  rig.read();
  expect(rig.client.send(Note, { n: 20_000 })).toBe(true);
  expect(rig.read().at(-1)).toBe("NOTE 20000");
  // By bytes as well.
  const text = "x".repeat(1_000_000);
  const big = Array.from({ length: 20 }, (_, n) => rig.client.send(Text, { n, text }));
  expect(big.filter(Boolean).length).toBeLessThan(11);
});

test("what a burst left waiting leaves in order as the server confirms", async () => {
  const rig = createRig({ reconnect, queueSize: 10_000 });
  await rig.open();
  for (let n = 0; n < 15_000; n++) rig.client.send(Note, { n });
  const got: string[] = [];
  for (let read = 0; read < 10; read++) got.push(...rig.read());
  expect(got).toEqual(Array.from({ length: 15_000 }, (_, n) => `NOTE ${n}`));
  expect(rig.errors).toEqual([]);
});

test("close() gives up what its schema is still looking at, and nothing of it leaves later", async () => {
  const releases: (() => void)[] = [];
  const wait = () => new Promise<void>((resolve) => releases.push(resolve));
  const Slow = slowMessage("SLOW", wait);
  const rig = createRig();
  const socket = await rig.open();
  expect(rig.client.send(Slow, { n: 1 })).toBe(true);
  const asked = outcome(rig.client.request(Slow, { n: 2 }, Answer));
  const behind = outcome(rig.client.request(Ask, { n: 3 }));
  const closed = rig.client.close();
  for (const request of [asked, behind])
    expect(await request).toMatchObject({ name: "ConnectionClosedError", mayHaveExecuted: false });
  expect(lost(rig)).toEqual([["lost", "SLOW", 1]]);
  socket.read();
  await closed;
  for (const release of releases) release();
  await rig.open();
  await settled();
  expect(rig.read()).toEqual([]);
  expect(lost(rig)).toHaveLength(1);
});

test("what was given at the call is sent, whatever becomes of it later", async () => {
  const rig = createRig({ reconnect });
  const raw = { "~standard": { version: 1 as const, vendor: "test", validate: (value: unknown) => ({ value }) } };
  const Doc = protocol.message("DOC", raw);
  const Save = protocol.rpc("SAVE", raw, "SAVED", raw, { idempotent: true });
  const doc = { text: { is: "draft 1" } };
  rig.client.send(Doc, doc);
  void outcome(rig.client.request(Save, doc));
  doc.text.is = "draft 2";
  await rig.open();
  rig.network.socket.read();
  rig.network.socket.end(1006);
  doc.text.is = "draft 3";
  await world.time.advance(100);
  rig.network.socket.accept();
  rig.network.socket.read();
  expect(rig.network.received.map(({ payload }) => (payload as typeof doc).text.is)).toEqual(Array(3).fill("draft 1"));
});

test("a clean close loses nothing; one that the server does not confirm may", async () => {
  const clean = createRig();
  await clean.open();
  clean.client.send(Note, { n: 1 });
  void clean.client.close();
  expect(clean.read()).toEqual(["NOTE 1"]);
  expect(clean.client.state).toBe("closed");
  expect(lost(clean)).toEqual([]);

  const crossing = createRig();
  const socket = await crossing.open();
  crossing.client.send(Note, { n: 2 });
  void crossing.client.close();
  socket.end(1012);
  expect(lost(crossing)).toEqual([["lost", "NOTE", 2]]);
});

test("close() and giving up report what was queued, which certainly never left", async () => {
  for (const end of ["close", "give up"]) {
    const rig = createRig({ reconnect: { enabled: false } });
    rig.client.send(Note, { n: 1 });
    const asked = outcome(rig.client.request(Ask, { n: 2 }));
    await settled();
    if (end === "close") void rig.client.close();
    else rig.network.socket.end(1006);
    expect(lost(rig)[0]).toEqual(["lost", "NOTE", 1]);
    expect(rig.errors[0]?.error).toMatchObject({ mayHaveExecuted: false });
    expect(await asked).toMatchObject({ name: "ConnectionClosedError", mayHaveExecuted: false });
  }
});

test("a socket that is closing by itself takes nothing more; what is sent waits for the next", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  socket.readyState = 2;
  expect(rig.client.send(Note, { n: 1 })).toBe(true);
  socket.end(1001);
  await world.time.advance(100);
  rig.network.socket.accept();
  expect(rig.read()).toEqual(["NOTE 1"]);
});

test("tells how much waits, and when nothing does any more", async () => {
  const rig = createRig({ reconnect });
  expect(rig.client.bufferedAmount).toBe(0);
  rig.client.send(Note, { n: 1 });
  rig.client.send(Note, { n: 2 });
  const frame = JSON.stringify({ type: "NOTE", payload: { n: 1 } });
  expect(rig.client.bufferedAmount).toBe(2 * frame.length);
  let drained = false;
  void rig.client.drained().then(() => (drained = true));
  const socket = await rig.open();
  expect(rig.client.bufferedAmount).toBe(0);
  Object.assign(socket, { bufferedAmount: 7 });
  expect(rig.client.bufferedAmount).toBe(7);
  await world.time.advance(100);
  expect(drained).toBe(false);
  socket.read();
  await world.time.advance(20);
  expect(drained).toBe(true);

  rig.client.send(Note, { n: 3 });
  const lostToo = rig.client.drained();
  socket.end(1006);
  await world.time.advance(20);
  await lostToo;
});

test("send refuses an rpc, and says how it is sent", async () => {
  const rig = createRig();
  await rig.open();
  expect(rig.client.send(Ask as unknown as typeof Note, { n: 1 })).toBe(false);
  expect(rig.errors).toMatchObject([{ type: "invalid", message: "ASK" }]);
  expect(rig.errors[0]?.error.message).toContain("request");
  expect(rig.read()).toEqual([]);
});

test("meta is sent as it was at the call, also where an asynchronous schema sees it later", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const Slow = slowMessage("SLOW", settled);
  const meta = { trace: "a" };
  rig.client.send(Slow, { n: 1 }, { meta });
  meta.trace = "b";
  await settled();
  await settled();
  expect(socket.wire).toEqual([expect.stringContaining('"trace":"a"')]);
});

test("what a socket throws at is refused, and holds up nothing", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const send = socket.send.bind(socket);
  socket.send = () => {
    throw new Error("Too much for this one");
  };
  expect(rig.client.send(Note, { n: 1 })).toBe(false);
  await expect(rig.client.request(Ask, { n: 2 })).rejects.toThrow("Too much for this one");
  expect(rig.errors).toMatchObject([{ type: "invalid", message: "NOTE" }]);
  socket.send = send;
  expect(rig.client.send(Note, { n: 3 })).toBe(true);
  expect(rig.read()).toEqual(["NOTE 3"]);
});

test("handlers of errors that fail in turn, each of them, come to an end", () => {
  const rig = createRig({ queueSize: 1, autoConnect: false });
  let calls = 0;
  for (const _ of [1, 2, 3]) {
    rig.client.onError(() => {
      if (++calls < 10_000) rig.client.send(Note, { n: 0 });
    });
  }
  rig.client.send(Note, { n: 1 });
  expect(rig.client.send(Note, { n: 2 })).toBe(false);
  // Those that heard of the first, and of what each of them did.
  expect(calls).toBe(3 + 3 * 3);
});
