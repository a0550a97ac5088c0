import { expect, test } from "vitest";
import { Ask, News, Note } from "../../test/definitions.ts";
import type { FakeSocket } from "../../test/fake-network.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";

const world = useWorld();
const reconnect = { jitter: "none", initialDelayMs: 100, maxDelayMs: 100 } as const;

const named = (socket: FakeSocket, id: string, windowMs = 30_000) =>
  socket.deliver(`{"type":"$ws:session","payload":{"id":"${id}","windowMs":${windowMs}}}`);
const resumed = (socket: FakeSocket, id: string, received = 0) =>
  socket.deliver(`{"type":"$ws:resumed","payload":{"id":"${id}","received":${received}}}`);

test("an opening that was cut off in its midst is gone through again, on the connection that goes on", async () => {
  const rig = createRig({ reconnect });
  const told: boolean[] = [];
  let cut = true;
  rig.client.onOpen(async (opening) => {
    told.push(opening.resumed);
    if (opening.resumed) return;
    if (cut) await opening.request(Ask, { n: 1 });
    opening.send(Note, { n: 7 });
  });
  const first = await rig.open();
  named(first, "a");
  first.end(1006);
  await world.time.advance(100);
  cut = false;
  rig.network.socket.accept();
  resumed(rig.network.socket, "b");
  await settled();
  expect(rig.read()).toContain("NOTE 7");
  rig.network.socket.end(1006);
  await world.time.advance(100);
  rig.network.socket.accept();
  resumed(rig.network.socket, "c", 2);
  await settled();
  expect(told).toEqual([false, false, true]);
  expect(rig.client.state).toBe("open");
});

/** One whose next socket is open, and waits for the server to say whether it goes on. */
async function asking(windowMs?: number) {
  const rig = createRig({ reconnect, connectTimeoutMs: 60_000 });
  const heard: number[] = [];
  rig.client.on(News, ({ payload }) => heard.push(payload.n));
  const first = await rig.open();
  named(first, "a", windowMs);
  for (const n of [1, 2, 3]) first.deliver(`{"n":${n},"type":"NEWS","payload":{"n":${n}}}`);
  first.end(1006);
  await world.time.advance(100);
  rig.network.socket.accept();
  return { rig, heard, asks: rig.network.socket };
}

test("the timer of a socket that asked in vain does not touch the next one", async () => {
  const { rig, heard, asks } = await asking();
  void rig.client.close();
  void rig.client.connect();
  await settled();
  const next = rig.network.socket;
  expect(next).not.toBe(asks);
  next.accept();
  named(next, "b");
  await world.time.advance(2_500);
  next.deliver(`{"n":1,"type":"NEWS","payload":{"n":4}}`);
  expect(heard).toEqual([1, 2, 3, 4]);
  expect(rig.client.state).toBe("open");
});

test("what the server resumes after its window has passed here begins anew", async () => {
  const { rig, heard, asks } = await asking(300);
  await world.time.advance(400);
  resumed(asks, "b");
  expect(rig.client.state).toBe("reconnecting");
  await world.time.advance(100);
  rig.network.socket.accept();
  named(rig.network.socket, "c");
  rig.network.socket.deliver(`{"n":1,"type":"NEWS","payload":{"n":4}}`);
  expect(heard).toEqual([1, 2, 3, 4]);
  expect(rig.network.socket.protocols).toEqual([]);
});

test.each(["closed", "reconnecting"])(
  "close() at %s gives up what the next socket could have gone on with",
  async (at) => {
    const rig = createRig({ reconnect });
    const socket = await rig.open();
    named(socket, "a");
    rig.client.send(Note, { n: 1 });
    const off = rig.client.onState((state) => {
      if (state !== at) return;
      off();
      void rig.client.close();
    });
    socket.end(1006);
    await settled();
    expect(rig.errors).toMatchObject([{ type: "lost", message: "NOTE" }]);
    expect(world.time.pending()).toBe(0);
    void rig.client.connect();
    await settled();
    expect(rig.network.socket.protocols).toEqual([]);
  },
);
