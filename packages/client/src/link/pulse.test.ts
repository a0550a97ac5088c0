import { PING_FRAME, PONG_FRAME } from "@ws-kit/core/protocol";
import { expect, test } from "vitest";
import { Note, Text } from "../../test/definitions.ts";
import { createRig, useWorld } from "../../test/rig.ts";

const world = useWorld();
const heartbeat = { intervalMs: 1_000, timeoutMs: 300 };
const reconnect = { jitter: "none", initialDelayMs: 100 } as const;

test("without a heartbeat an idle connection is left alone", async () => {
  const rig = createRig();
  const socket = await rig.open();
  await world.time.advance(3_600_000);
  expect(socket.wire).toEqual([]);
  expect(world.time.pending()).toBe(0);
});

test("an empty heartbeat asks every 25 s and waits 10 s", async () => {
  const rig = createRig({ heartbeat: {}, reconnect });
  const socket = await rig.open();
  await world.time.advance(24_999);
  expect(socket.wire).toEqual([]);
  await world.time.advance(1);
  expect(socket.wire).toEqual([PING_FRAME]);
  await world.time.advance(9_999);
  expect(rig.client.state).toBe("open");
  await world.time.advance(1);
  expect(rig.client.state).toBe("reconnecting");
});

test("measures the latency", async () => {
  const rig = createRig({ heartbeat });
  const socket = await rig.open();
  expect(rig.client.latencyMs).toBeUndefined();
  await world.time.advance(1_000);
  await world.time.advance(40);
  socket.read();
  expect(rig.client.latencyMs).toBe(40);
});

test("finds a half-open connection within interval and timeout, and closes it with 4408", async () => {
  const rig = createRig({ heartbeat, reconnect });
  const socket = await rig.open();
  await world.time.advance(1_000);
  socket.read();
  await world.time.advance(1_299);
  expect(rig.client.state).toBe("open");
  await world.time.advance(1);
  expect(rig.states.slice(2)).toEqual(["closed", "reconnecting"]);
  expect(socket.closed).toBe(4408);
  expect(rig.infos.at(-2)).toEqual({ code: 1006, reason: "no sign of life" });
});

test("anything that comes is a sign of life", async () => {
  const rig = createRig({ heartbeat });
  const socket = await rig.open();
  await world.time.advance(1_000);
  for (let round = 0; round < 5; round++) {
    socket.deliver({ type: "NEWS", payload: { n: 1 } });
    await world.time.advance(250);
  }
  expect(rig.client.state).toBe("open");
  await world.time.advance(700);
  expect(rig.client.state).not.toBe("open");
});

test("a process that was frozen gives the answer a chance to be read, but only one", async () => {
  const rig = createRig({ heartbeat, reconnect });
  const socket = await rig.open();
  await world.time.advance(1_000);
  world.time.freeze(60_000);
  await world.time.advance(0);
  expect(rig.client.state).toBe("open");
  socket.read();
  await world.time.advance(1_000);
  expect(rig.client.state).toBe("open");
  // Throttled timers of a hidden tab: each is late, and nothing comes.
  for (const state of ["open", "reconnecting"]) {
    world.time.freeze(60_000);
    await world.time.advance(0);
    expect(rig.client.state).toBe(state);
  }
});

test("asks at once when the page is shown again", async () => {
  const rig = createRig({ heartbeat });
  const socket = await rig.open();
  world.page.fire("visibilitychange");
  expect(socket.wire).toEqual([PING_FRAME]);
  world.page.fire("pageshow");
  expect(socket.wire).toEqual([PING_FRAME]);
});

test("answers the server's pings, and a pong nobody asked for changes nothing", async () => {
  const rig = createRig({ heartbeat });
  const socket = await rig.open();
  socket.deliver(PONG_FRAME);
  socket.deliver(PING_FRAME);
  expect(socket.wire).toEqual([PONG_FRAME]);
  expect(rig.client.latencyMs).toBeUndefined();
});

test("a line that is dead is given up without a heartbeat, once something was sent on it", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  rig.client.send(Note, { n: 1 });
  await world.time.advance(5_000);
  socket.read();
  rig.client.send(Note, { n: 2 });
  await world.time.advance(5_000 + 30_000);
  expect(rig.client.state).toBe("open");
  await world.time.advance(1_000);
  expect(rig.states.slice(2, 4)).toEqual(["closed", "reconnecting"]);
  expect(rig.errors).toMatchObject([{ type: "lost", payload: { n: 2 } }]);
});

test("patience grows with the bytes just sent, and only with those before the ping", async () => {
  const rig = createRig({ heartbeat, reconnect });
  const socket = await rig.open();
  const send = (length: number) => rig.client.send(Text, { n: 0, text: "x".repeat(length) });
  send(160_000);
  await world.time.advance(1_000);
  send(160_000);
  await world.time.advance(10_000);
  expect(rig.client.state).toBe("open");
  // The proxy has passed the first on, and then the line is dead.
  const [first = "", ping = "", second = ""] = socket.wire.splice(0);
  socket.wire.push(first, ping);
  socket.read();
  socket.wire.push(second);
  await world.time.advance(1_000 + 10_000);
  expect(rig.client.state).toBe("open");
  await world.time.advance(400);
  expect(rig.client.state).toBe("reconnecting");
});

test("a sign of life after the ping lets it wait once more, without the time that those bytes have had", async () => {
  const rig = createRig({ heartbeat, reconnect });
  const socket = await rig.open();
  rig.client.send(Text, { n: 0, text: "x".repeat(160_000) });
  await world.time.advance(1_000);
  socket.deliver({ type: "NEWS", payload: { n: 1 } });
  await world.time.advance(10_400);
  expect(rig.client.state).toBe("open");
  await world.time.advance(1_000);
  expect(rig.client.state).not.toBe("open");
});

test("no timer outlives the connection", async () => {
  const rig = createRig({ heartbeat: { intervalMs: 3_600_000 } });
  const socket = await rig.open();
  void rig.client.close();
  socket.read();
  expect(rig.client.state).toBe("closed");
  expect(world.time.pending()).toBe(0);
});

test("who looks in between does not make it forget to ask again for a server that drains", async () => {
  const rig = createRig();
  const socket = await rig.open();
  rig.client.send(Note, { n: 1 });
  void rig.client.drained();
  rig.client.send(Note, { n: 2 });
  socket.deliver({ type: "$ws:goaway", payload: {} });
  void rig.client.drained();
  socket.read();
  expect(socket.wire).toEqual([PING_FRAME]);
  socket.read();
  socket.end(1001);
  expect(rig.errors).toEqual([]);
});
