import { expect, test } from "vitest";
import { Ask, News, Note } from "../../test/definitions.ts";
import { FakeNetwork } from "../../test/fake-network.ts";
import { createRig, type Rig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";
import type { Opening } from "../api/client.ts";

const world = useWorld();
const reconnect = { jitter: "none", initialDelayMs: 100 } as const;

/** The server reads, and answers the last request. */
async function answer(rig: Rig): Promise<void> {
  rig.network.socket.read();
  const meta = rig.network.received.findLast(({ type }) => type === "ASK")?.meta;
  rig.network.socket.deliver({ type: "ANSWER", meta, payload: { n: 0 } });
  await settled();
}

test("runs at every open, in order, before what waits, and before onState and connect() hear of it", async () => {
  const rig = createRig({ reconnect });
  const seen: unknown[] = [];
  rig.client.onState((state) => seen.push(state));
  for (const n of [1, 2]) {
    rig.client.onOpen(({ resumed, send }) => {
      seen.push(n, resumed);
      expect(send(Note, { n })).toBe(true);
    });
  }
  rig.client.send(Note, { n: 3 });
  await rig.open();
  expect(rig.read()).toEqual(["NOTE 1", "NOTE 2", "NOTE 3"]);
  expect(seen).toEqual(["connecting", 1, false, 2, false, "open"]);

  rig.network.socket.end(1006);
  rig.client.send(Note, { n: 4 });
  await world.time.advance(100);
  seen.length = 0;
  rig.network.socket.accept();
  await settled();
  expect(rig.read()).toEqual(["NOTE 1", "NOTE 2", "NOTE 4"]);
  expect(seen).toEqual([1, false, 2, false, "open"]);
});

test("everything else waits for a handler that takes its time, whoever sends it; the next handler as well", async () => {
  const rig = createRig();
  const order: string[] = [];
  rig.client.onOpen(async ({ request, send }) => {
    send(Note, { n: 1 });
    await request(Ask, { n: 2 });
    order.push("logged in");
    send(Note, { n: 3 });
  });
  rig.client.onOpen(() => order.push("next"));
  rig.client.on(News, () => order.push("news"));
  rig.client.send(Note, { n: 4 });
  const connected = rig.client.connect().then(() => order.push("connected"));
  const socket = await rig.open();
  rig.client.send(Note, { n: 5 });
  const asked = rig.client.request(Ask, { n: 6 }).catch((error: unknown) => error);
  socket.deliver({ type: "NEWS", payload: { n: 0 } });
  await settled();
  expect(rig.states).toEqual(["connecting"]);
  expect(order).toEqual(["news"]);
  await answer(rig);
  await connected;
  expect(order).toEqual(["news", "logged in", "next", "connected"]);
  expect(rig.read()).toEqual(["NOTE 1", "ASK 2", "NOTE 3", "NOTE 4", "NOTE 5", "ASK 6"]);
  expect(rig.states).toEqual(["connecting", "open"]);
  void rig.client.close();
  expect(await asked).toMatchObject({ name: "ConnectionClosedError" });
  expect(rig.errors.filter(({ type }) => type === "handler")).toEqual([]);
});

test("the queue waits for connectTimeoutMs at most", async () => {
  const rig = createRig({ connectTimeoutMs: 700 });
  rig.client.onOpen(() => new Promise(() => {}));
  rig.client.onOpen(({ send }) => send(Note, { n: 1 }));
  rig.client.send(Note, { n: 2 });
  await rig.open();
  await world.time.advance(699);
  expect(rig.read()).toEqual([]);
  await world.time.advance(1);
  expect(rig.read()).toEqual(["NOTE 1", "NOTE 2"]);
  expect(rig.client.state).toBe("open");
  expect(rig.states).toEqual(["connecting", "open"]);
});

test("awaiting client.request itself is reported at once, naming the argument, and keeps nobody waiting", async () => {
  const rig = createRig();
  rig.client.onOpen(async () => {
    await rig.client.request(Ask, { n: 1 });
  });
  rig.client.send(Note, { n: 2 });
  await rig.open();
  expect(rig.errors).toMatchObject([
    { type: "handler", error: { message: expect.stringMatching(/request.*argument/) } },
  ]);
  expect(rig.read()).toEqual(["NOTE 2"]);
});

test("a handler that throws or rejects is reported; the others and the queue go on", async () => {
  const rig = createRig();
  rig.client.onOpen(() => {
    throw new Error("first");
  });
  rig.client.onOpen(() => Promise.reject(new Error("second")));
  rig.client.onOpen(({ send }) => send(Note, { n: 1 }));
  rig.client.send(Note, { n: 2 });
  await rig.open();
  expect(rig.errors).toMatchObject([
    { type: "handler", error: { message: "first" } },
    { type: "handler", error: { message: "second" } },
  ]);
  expect(rig.read()).toEqual(["NOTE 1", "NOTE 2"]);
});

test("a request of the opening passes also a queue full of requests, and one that is off", async () => {
  const rig = createRig({ maxPendingRequests: 1, queue: "off" });
  const answered: number[] = [];
  rig.client.onOpen(async ({ request }) => {
    for (const n of [1, 2]) answered.push((await request(Ask, { n })).payload.n);
  });
  await rig.open();
  await answer(rig);
  await answer(rig);
  expect(answered).toEqual([0, 0]);
  expect(rig.client.isConnected).toBe(true);
});

test("what an opening sends belongs to its connection alone", async () => {
  const rig = createRig({ reconnect });
  const openings: Opening[] = [];
  const failures: unknown[] = [];
  rig.client.onOpen(async (opening) => {
    openings.push(opening);
    await opening.request(Ask, { n: openings.length }).catch((error: unknown) => failures.push(error));
  });
  (await rig.open()).end(1006);
  await settled();
  expect(failures).toMatchObject([{ name: "ConnectionClosedError", mayHaveExecuted: true }]);
  await world.time.advance(100);
  rig.network.socket.accept();
  await settled();
  expect(openings[0]?.send(Note, { n: 9 })).toBe(false);
  await expect(openings[0]?.request(Ask, { n: 9 })).rejects.toMatchObject({ name: "StateError" });
  await answer(rig);
  expect(rig.read()).not.toContain("NOTE 9");
  expect(rig.client.isConnected).toBe(true);
  // Once it is open, the opening is as good as the client.
  expect(openings[1]?.send(Note, { n: 10 })).toBe(true);
  expect(rig.read()).toEqual(["NOTE 10"]);
});

test("a loss, a close and another connection in the midst of an opening", async () => {
  const rig = createRig({ reconnect, connectTimeoutMs: 5_000 });
  const wakes: (() => void)[] = [];
  rig.client.onOpen(() => new Promise<void>((resolve) => wakes.push(resolve)));
  rig.client.onOpen(({ send }) => send(Note, { n: wakes.length }));
  (await rig.open()).end(1006);
  expect(rig.states).toEqual(["connecting", "closed", "reconnecting"]);
  // The handler of the lost connection ends while the next one is being waited for.
  wakes[0]?.();
  await world.time.advance(100);
  rig.network.socket.accept();
  await settled();
  expect(rig.read()).toEqual([]);
  const closed = rig.client.close();
  expect(rig.states.slice(3)).toEqual(["connecting", "closing"]);
  wakes[1]?.();
  await settled();
  expect(rig.read()).toEqual([]);
  await closed;
  expect(rig.states.at(-1)).toBe("closed");
  expect(world.time.pending()).toBe(0);
});

test("with share it runs once for each client, also for one that joins an open socket", async () => {
  const network = new FakeNetwork();
  const opened: string[] = [];
  const join = (name: string, n: number): Rig => {
    const rig = createRig({ share: true, url: "ws://opening/" }, network);
    rig.client.onOpen(({ resumed, send }) => {
      opened.push(`${name} ${resumed}`);
      send(Note, { n });
    });
    return rig;
  };
  const first = join("a", 1);
  await first.open();
  const second = join("b", 2);
  second.client.send(Note, { n: 3 });
  await settled();
  await settled();
  expect(opened).toEqual(["a false", "b false"]);
  expect(network.sockets).toHaveLength(1);
  expect(first.read()).toEqual(["NOTE 1", "NOTE 2", "NOTE 3"]);
  await Promise.all([first.client.close(), second.client.close(), Promise.resolve().then(() => network.socket.read())]);
});

test("state and connect() tell of a connection once its opening is through", async () => {
  const rig = createRig({ reconnect });
  let opens: (() => void) | undefined;
  rig.client.onOpen(() => new Promise<void>((resolve) => (opens = resolve)));
  await rig.open();
  const heard: string[] = [];
  void rig.client.connect().then(() => heard.push("connected"));
  await settled();
  expect([rig.client.state, rig.client.isConnected, heard]).toEqual(["connecting", false, []]);
  opens?.();
  await settled();
  expect([rig.client.state, rig.client.isConnected, heard]).toEqual(["open", true, ["connected"]]);
});

test("a handler of the opening does not wait for itself where it connects", async () => {
  const rig = createRig();
  const heard: string[] = [];
  rig.client.onOpen(async () => {
    await rig.client.connect();
    heard.push("connected");
  });
  await rig.open();
  expect([heard, rig.client.state]).toEqual([["connected"], "open"]);
});

test("a handler that was taken off by an earlier one is not called", async () => {
  const rig = createRig();
  const called: string[] = [];
  rig.client.onOpen(() => {
    called.push("first");
    off();
  });
  const off = rig.client.onOpen(() => called.push("second"));
  await rig.open();
  expect(called).toEqual(["first"]);
});

test("all who listen to states hear of them in one order, whatever one of them does", async () => {
  const rig = createRig();
  const heard: string[] = [];
  rig.client.onState((state) => {
    if (state === "open") void rig.client.close(1000, null as never);
  });
  rig.client.onState((state) => heard.push(state));
  const socket = await rig.open();
  socket.read();
  await settled();
  expect(heard).toEqual(["connecting", "open", "closing", "closed"]);
  expect(rig.client.state).toBe("closed");
});
