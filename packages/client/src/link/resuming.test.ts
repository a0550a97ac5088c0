import { expect, test } from "vitest";
import { Ask } from "../../test/definitions.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";

const world = useWorld();

test("what is said of a request while its socket is closing waits for the one that goes on with it", async () => {
  const rig = createRig();
  const first = await rig.open();
  first.deliver({ type: "$ws:session", payload: { id: "abc", windowMs: 30_000 } });
  const controller = new AbortController();
  rig.client.request(Ask, { n: 1 }, { signal: controller.signal }).catch(() => {});
  await settled();
  first.read();

  // A browser's socket is so for a moment before it says that it is closed.
  first.readyState = 2;
  expect(rig.client.state).toBe("open");
  controller.abort();
  await settled();
  first.end(1006);
  await world.time.advance(5_000);

  const next = rig.network.socket;
  expect(next).not.toBe(first);
  next.accept();
  next.deliver({ type: "$ws:resumed", payload: { received: 1 } });
  await settled();
  expect(next.wire.map((text) => (JSON.parse(text) as { type: string }).type)).toContain("$ws:abort");
});

test("a cut connection is gone on with where its socket's class has no code for the cut, as Deno's", async () => {
  const rig = createRig({ reconnect: { jitter: "none", initialDelayMs: 100 } });
  const first = await rig.open();
  first.deliver({ type: "$ws:session", payload: { id: "abc", windowMs: 30_000 } });
  const answered = rig.client.request(Ask, { n: 1 });
  await settled();
  first.read();
  const meta = rig.network.received.find(({ type }) => type === "ASK")?.meta;

  first.end(0, "Connection reset by peer");
  await world.time.advance(100);
  // Nor for a dial that failed.
  rig.network.socket.end(0);
  await world.time.advance(200);
  const { socket } = rig.network;
  expect(socket.protocols).toContain("ws-kit.resume.abc.0");
  socket.accept();
  socket.deliver('{"type":"$ws:resumed","payload":{"id":"def","received":1}}');
  socket.deliver({ type: "ANSWER", meta, payload: { n: 2 } });
  expect((await answered).payload.n).toBe(2);
  expect(rig.infos.filter(({ code }) => code !== undefined)).toEqual([
    { code: 1006, reason: "Connection reset by peer" },
    { code: 1006, reason: "" },
  ]);
});
