import { expect, test, vi } from "vitest";
import { Note, News } from "../../test/definitions.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";

const world = useWorld();
const reconnect = { jitter: "none", initialDelayMs: 100, maxDelayMs: 1_000 } as const;

test("dials with the first message, after the current tick, or when told to", async () => {
  const lazy = createRig();
  expect(lazy.client.state).toBe("closed");
  lazy.client.send(Note, { n: 1 });
  expect(lazy.client.state).toBe("connecting");

  const eager = createRig({ autoConnect: true });
  expect(eager.client.state).toBe("closed");
  await settled();
  expect(eager.states).toEqual(["connecting"]);

  const patient = createRig({ autoConnect: false });
  expect(patient.client.send(Note, { n: 1 })).toBe(true);
  await settled();
  expect(patient.client.state).toBe("closed");
  await patient.open();
  expect(patient.read()).toEqual(["NOTE 1"]);
});

test("a drop is told as closed, then reconnecting, then connecting", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  socket.end(1011, "oops");
  await world.time.advance(100);
  expect(rig.states).toEqual(["connecting", "open", "closed", "reconnecting", "connecting"]);
  expect(rig.infos[2]).toEqual({ code: 1011, reason: "oops" });
  expect(rig.infos[3]).toEqual({ delayMs: 100, attempt: 1 });
});

test("waits twice as long each time, up to the maximum, and gives up after maxAttempts", async () => {
  const rig = createRig({ reconnect: { ...reconnect, maxAttempts: 6 } });
  const connected = rig.client.connect();
  await settled();
  const delays: number[] = [];
  for (let dial = 1; dial <= 7; dial++) {
    rig.network.socket.end(1006);
    const delayMs = rig.infos.at(-1)?.delayMs;
    if (delayMs !== undefined) delays.push(delayMs);
    await world.time.advance(1_000);
  }
  expect(delays).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(rig.network.sockets).toHaveLength(7);
  expect(rig.client.state).toBe("closed");
  await expect(connected).rejects.toMatchObject({ name: "ConnectionClosedError" });
  // Once why, and once that it is over.
  expect(rig.errors.map(({ type }) => type)).toEqual(["connect", "connect"]);
});

test("counts from 0 again after a connection that lasted", async () => {
  const rig = createRig({ reconnect: { ...reconnect, stableAfterMs: 5_000 } });
  (await rig.open()).end(1006);
  await world.time.advance(100);
  rig.network.socket.accept();
  await world.time.advance(4_999);
  rig.network.socket.end(1006);
  expect(rig.infos.at(-1)).toEqual({ delayMs: 200, attempt: 2 });
  await world.time.advance(200);
  rig.network.socket.accept();
  await world.time.advance(5_000);
  rig.network.socket.end(1006);
  expect(rig.infos.at(-1)).toEqual({ delayMs: 100, attempt: 1 });
});

test.each([1002, 1003, 1007, 1008, 1009, 4400, 4403])("close code %d ends it", async (code) => {
  const rig = createRig({ reconnect });
  (await rig.open()).end(code);
  await world.time.advance(60_000);
  expect(rig.states.at(-1)).toBe("closed");
  expect(rig.network.sockets).toHaveLength(1);
  expect(world.time.pending()).toBe(0);
});

test.each([1000, 1001, 1006, 1011, 1012, 1013, 4408])("close code %d is retried", async (code) => {
  const rig = createRig({ reconnect });
  (await rig.open()).end(code);
  await world.time.advance(100);
  expect(rig.network.sockets).toHaveLength(2);
});

test("shouldReconnect decides; one that throws is reported and changes nothing", async () => {
  const shouldReconnect = vi.fn<(drop: { code: number }) => boolean>(({ code }) => code !== 4999);
  const rig = createRig({ reconnect: { ...reconnect, shouldReconnect } });
  (await rig.open()).end(4000, "why");
  expect(shouldReconnect).toHaveBeenCalledWith({ code: 4000, reason: "why", attempt: 0 });
  await world.time.advance(100);
  shouldReconnect.mockImplementationOnce(() => {
    throw new Error("mine");
  });
  rig.network.socket.end(4000);
  expect(rig.client.state).toBe("reconnecting");
  expect(rig.errors[0]).toMatchObject({ type: "handler", error: { message: "mine" } });
  await world.time.advance(200);
  rig.network.socket.end(4999);
  expect(rig.client.state).toBe("closed");
});

test("reconnect can be turned off", async () => {
  const rig = createRig({ reconnect: { enabled: false } });
  (await rig.open()).end(1006);
  expect(rig.states).toEqual(["connecting", "open", "closed"]);
});

test("a dial that takes too long is given up, and what it still does is ignored", async () => {
  const rig = createRig({ reconnect, connectTimeoutMs: 700 });
  void rig.client.connect();
  await world.time.advance(699);
  const [first] = rig.network.sockets;
  expect(rig.client.state).toBe("connecting");
  await world.time.advance(1);
  expect(rig.states.slice(1)).toEqual(["closed", "reconnecting"]);
  first?.accept();
  expect(rig.client.state).toBe("reconnecting");
  expect(first?.closed).toBe(4408);
});

test.each(["pageshow", "visibilitychange"])("%s dials at once where the page is shown", async (event) => {
  const rig = createRig({ reconnect: { ...reconnect, initialDelayMs: 60_000, maxDelayMs: 60_000 } });
  (await rig.open()).end(1006);
  world.page.hidden = true;
  world.page.fire(event);
  expect(rig.client.state).toBe("reconnecting");
  world.page.hidden = false;
  world.page.fire(event);
  expect(rig.client.state).toBe("connecting");
});

test("online dials at once, also a hidden page", async () => {
  const rig = createRig({ reconnect: { ...reconnect, initialDelayMs: 60_000, maxDelayMs: 60_000 } });
  (await rig.open()).end(1006);
  world.page.hidden = true;
  world.page.fire("online");
  expect(rig.client.state).toBe("connecting");
});

test("dials also while the device says that it is offline, at the usual waits, without giving up", async () => {
  const rig = createRig({ reconnect: { ...reconnect, maxAttempts: 1 } });
  const socket = await rig.open();
  world.page.onLine = false;
  socket.end(1006);
  for (const delayMs of [100, 200, 400, 800, 1_000]) {
    expect(rig.infos.at(-1)).toMatchObject({ delayMs });
    await world.time.advance(delayMs);
    rig.network.socket.end(1006);
  }
  // Attempts count from here.
  world.page.onLine = true;
  world.page.fire("online");
  expect(rig.client.state).toBe("connecting");
  await settled();
  rig.network.socket.end(1006);
  expect(rig.client.state).toBe("closed");
});

test("the user's connect() dials though the device says that it is offline", async () => {
  const rig = createRig({ reconnect: { ...reconnect, initialDelayMs: 60_000, maxDelayMs: 60_000 } });
  const socket = await rig.open();
  world.page.onLine = false;
  socket.end(1006);
  void rig.client.connect();
  expect(rig.client.state).toBe("connecting");
});

test.each([
  ["1e18", 300_000],
  ["3e9", 300_000],
  ["-1e18", 300_000],
  ['"soon"', 0],
  ["null", 0],
])("a server cannot make it wait %s ms", async (asked, waits) => {
  const rig = createRig({ reconnect });
  (await rig.open()).deliver(`{"type":"$ws:goaway","payload":{"reconnectAfterMs":${asked}}}`);
  rig.network.socket.end(1012);
  expect(rig.infos.at(-1)).toEqual({ delayMs: waits + 100, attempt: 1 });
});

test("dials on, without a wait, however often it has failed", async () => {
  const rig = createRig({ reconnect: { initialDelayMs: 0 } });
  await rig.open();
  for (let dial = 1; dial <= 1_100; dial++) {
    rig.network.socket.end(1006);
    await world.time.advance(1);
    expect(rig.network.sockets).toHaveLength(dial + 1);
  }
});

test.each([Infinity, 2 ** 31, Number.MAX_SAFE_INTEGER])("no time of %d ms is over at once", async (ms) => {
  const heartbeat = createRig({ heartbeat: { intervalMs: ms } });
  const socket = await heartbeat.open();
  const patient = createRig({ heartbeat: { intervalMs: 1_000, timeoutMs: ms } });
  await patient.open();
  const dialing = createRig({ connectTimeoutMs: ms });
  void dialing.client.connect();
  const waiting = createRig({ reconnect: { initialDelayMs: ms, maxDelayMs: ms, jitter: "none" } });
  (await waiting.open()).end(1006);
  const closing = createRig({ closeTimeoutMs: ms });
  await closing.open();
  void closing.client.close();
  const unstable = createRig({ reconnect: { ...reconnect, stableAfterMs: ms, maxAttempts: 0 } });
  await unstable.open();
  await world.time.advance(86_400_000);
  unstable.network.socket.end(1006);
  expect(socket.wire).toEqual([]);
  expect([patient, dialing, waiting, closing, unstable].map(({ client }) => client.state)).toEqual([
    "open",
    "connecting",
    "reconnecting",
    "closing",
    "closed",
  ]);
});

test("a clock that is set forward or back changes nothing", async () => {
  for (const jump of [3_600_000, -3_600_000]) {
    const rig = createRig({ reconnect, heartbeat: { intervalMs: 1_000, timeoutMs: 300 }, connectTimeoutMs: 700 });
    const socket = await rig.open();
    await world.time.advance(1_000);
    world.time.setClock(jump);
    await world.time.advance(40);
    socket.read();
    expect(rig.client.latencyMs).toBe(40);
    await world.time.advance(1_000);
    world.time.setClock(jump);
    await world.time.advance(299);
    expect(rig.client.state).toBe("open");
    await world.time.advance(1);
    expect(rig.client.state).toBe("reconnecting");
    // It has not lasted 5 s, whatever the clock says.
    expect(rig.infos.at(-1)).toMatchObject({ attempt: 1 });
    await world.time.advance(100);
    world.time.setClock(jump);
    rig.network.socket.accept();
    rig.network.socket.end(1006);
    expect(rig.infos.at(-1)).toMatchObject({ attempt: 2 });
    await rig.client.close();
  }
});

test("connect() does not wait for the delay", async () => {
  const rig = createRig({ reconnect: { ...reconnect, initialDelayMs: 10_000 } });
  (await rig.open()).end(1006);
  void rig.client.connect();
  expect(rig.client.state).toBe("connecting");
});

test("after a goaway nothing is sent until the next connection, which waits as asked", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  const handled: number[] = [];
  rig.client.on(News, ({ payload }) => handled.push(payload.n));
  socket.deliver({ type: "$ws:goaway", payload: { reconnectAfterMs: 2_000 } });
  expect(rig.client.send(Note, { n: 1 })).toBe(true);
  // It knows, and asks whether everything before has arrived.
  expect(socket.wire).toEqual(['{"type":"$ws:goaway"}', '{"type":"$ws:ping"}']);
  socket.deliver({ type: "NEWS", payload: { n: 7 } });
  expect(handled).toEqual([7]);
  socket.end(1012);
  expect(rig.infos.at(-1)).toEqual({ delayMs: 2_100, attempt: 1 });
  await world.time.advance(2_100);
  rig.network.socket.accept();
  expect(rig.read()).toEqual(["NOTE 1"]);
  rig.client.send(Note, { n: 2 });
  expect(rig.read()).toEqual(["NOTE 2"]);
});

test("close() during a dial, a wait or a close leaves nothing behind", async () => {
  let giveToken: ((token: string) => void) | undefined;
  const rig = createRig({
    reconnect,
    auth: { getToken: () => new Promise<string>((resolve) => (giveToken = resolve)) },
  });
  void rig.client.connect();
  await settled();
  await rig.client.close();
  giveToken?.("late");
  await settled();
  expect(rig.network.sockets).toEqual([]);

  void rig.client.connect();
  await settled();
  giveToken?.("t");
  await settled();
  rig.network.socket.end(1006);
  expect(rig.client.state).toBe("reconnecting");
  await rig.client.close();
  expect(rig.client.state).toBe("closed");
  expect(world.time.pending()).toBe(0);
  expect(world.page.listeners.size).toBe(0);
});

test("close() waits for the server, but not for ever", async () => {
  const rig = createRig({ closeTimeoutMs: 2_000 });
  const socket = await rig.open();
  const closed = rig.client.close(4001, "bye");
  expect(rig.states.at(-1)).toBe("closing");
  expect(socket.closed).toBe(4001);
  await world.time.advance(1_999);
  expect(rig.client.state).toBe("closing");
  await world.time.advance(1);
  await closed;
  expect(rig.client.state).toBe("closed");
});

test.each([1001, 1005, 1006, 1011, 2999, NaN])("close(%d), which no page may send, closes with 1000", async (code) => {
  const rig = createRig();
  const socket = await rig.open();
  rig.client.send(Note, { n: 1 });
  const closed = rig.client.close(code);
  expect(socket.closed).toBe(1000);
  expect(rig.read()).toEqual(["NOTE 1"]);
  await closed;
  expect(rig.client.state).toBe("closed");
  expect(rig.errors).toEqual([]);
});

test.each([
  ["x".repeat(123), "x".repeat(123)],
  ["x".repeat(1_000_000), "x".repeat(123)],
  ["é".repeat(100), "é".repeat(61)],
  ["漢".repeat(100), "漢".repeat(41)],
  [`x${"😀".repeat(100)}`, `x${"😀".repeat(30)}`],
])("a close reason is cut to 123 bytes, at a character", async (reason, sent) => {
  const rig = createRig();
  const socket = await rig.open();
  const close = vi.spyOn(socket, "close");
  void rig.client.close(4000, reason);
  expect(close).toHaveBeenCalledWith(4000, sent);
});

test("connect() while closing opens again once it is closed", async () => {
  const rig = createRig({ reconnect: { ...reconnect, enabled: false } });
  const socket = await rig.open();
  void rig.client.close();
  const connected = rig.client.connect();
  socket.read();
  await world.time.advance(100);
  rig.network.socket.accept();
  await connected;
  expect(rig.client.isConnected).toBe(true);
});

test("after close() only autoConnect: true lets a message dial again, and nothing after dispose", async () => {
  const plain = createRig();
  await plain.open();
  void plain.client.close();
  plain.read();
  expect(plain.client.send(Note, { n: 1 })).toBe(false);

  const auto = createRig({ autoConnect: true });
  await auto.open();
  void auto.client.close();
  auto.read();
  expect(auto.client.send(Note, { n: 2 })).toBe(true);
  await settled();
  auto.network.socket.accept();
  expect(auto.read()).toEqual(["NOTE 2"]);
  const disposed = auto.client[Symbol.asyncDispose]();
  auto.read();
  await disposed;
  expect(auto.client.send(Note, { n: 3 })).toBe(false);
});

test("no handler fires after close(), not even the next one of the same message", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const calls: string[] = [];
  rig.client.on(News, () => {
    calls.push("first");
    void rig.client.close();
  });
  rig.client.on(News, () => calls.push("second"));
  rig.client.onUnhandled(() => calls.push("unhandled"));
  socket.deliver({ type: "NEWS", payload: { n: 1 } });
  socket.deliver({ type: "NEWS", payload: { n: 2 } });
  socket.deliver({ type: "OTHER" });
  expect(calls).toEqual(["first"]);
});

test("what an abandoned socket still delivers is ignored", async () => {
  const rig = createRig({ reconnect, heartbeat: { intervalMs: 100, timeoutMs: 100 } });
  const old = await rig.open();
  const got: number[] = [];
  rig.client.on(News, ({ payload }) => got.push(payload.n));
  await world.time.advance(300);
  expect(rig.network.sockets).toHaveLength(2);
  rig.network.socket.accept();
  old.deliver({ type: "NEWS", payload: { n: 1 } });
  rig.network.socket.deliver({ type: "NEWS", payload: { n: 2 } });
  expect(got).toEqual([2]);
  old.end(1006);
  expect(rig.client.state).toBe("open");
});

test("listeners may connect and close in the middle of a change", async () => {
  const rig = createRig({ reconnect });
  const off = rig.client.onState((state) => {
    if (state === "closed") void rig.client.close();
  });
  (await rig.open()).end(1006);
  expect(rig.states.at(-1)).toBe("closed");
  off();
  rig.client.onState((state) => {
    if (state === "connecting") void rig.client.close();
  });
  await expect(rig.client.connect()).rejects.toMatchObject({ name: "ConnectionClosedError" });
  expect(rig.client.state).toBe("closed");
  expect(world.time.pending()).toBe(0);
});

test("a logger that throws, now or later, changes nothing", async () => {
  const broken = vi.fn<() => void>(() => {
    throw new Error("the log is full");
  });
  const later = vi.fn<() => Promise<void>>(() => Promise.reject(new Error("the log is full")));
  for (const logger of [
    { debug: broken, error: broken },
    { debug: later, error: later },
  ]) {
    const rig = createRig({ logger });
    rig.client.onError(() => {
      throw new Error("mine");
    });
    await rig.open();
    expect(rig.client.send(Note, { n: -1 })).toBe(false);
    expect(rig.client.send(Note, { n: 1 })).toBe(true);
    expect(rig.states).toEqual(["connecting", "open"]);
    expect(rig.read()).toEqual(["NOTE 1"]);
  }
  expect(broken).toHaveBeenCalled();
  expect(later).toHaveBeenCalled();
});

test("a URL that no socket takes is told once and not tried again", async () => {
  function Refusing() {
    throw new SyntaxError("bad URL");
  }
  const rig = createRig({ WebSocket: Refusing as never });
  await expect(rig.client.connect()).rejects.toMatchObject({ name: "ConnectionClosedError" });
  expect(rig.errors[0]).toMatchObject({ type: "connect", error: { message: "bad URL" } });
  expect(world.time.pending()).toBe(0);
});

test("messages that a draining server has handled are not reported as lost", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  for (let n = 0; n < 5; n++) rig.client.send(Note, { n });
  socket.deliver({ type: "$ws:goaway", payload: { reconnectAfterMs: 0 } });
  socket.deliver({ type: "$ws:pong" });
  socket.end(1012);
  expect(rig.errors).toEqual([]);
});

test("planned restarts are no failed attempts", async () => {
  const rig = createRig({ reconnect });
  await rig.open();
  for (let restart = 0; restart < 5; restart++) {
    rig.network.socket.deliver({ type: "$ws:goaway", payload: { reconnectAfterMs: 2_000 } });
    rig.network.socket.end(1012);
    expect(rig.infos.at(-1)).toEqual({ delayMs: 2_100, attempt: 1 });
    await world.time.advance(2_100);
    rig.network.socket.accept();
  }
});
