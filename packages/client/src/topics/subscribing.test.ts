import { expect, test } from "vitest";
import { Ask, Note, Text } from "../../test/definitions.ts";
import { createRig, type Rig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";

// What a topic that is asked for outlives, and when it is asked for.
const world = useWorld();
const reconnect = { jitter: "none", initialDelayMs: 100, maxDelayMs: 100 } as const;

/** What the server has read since the last look; requests by their type and id. */
async function read(rig: Rig): Promise<{ type: string; id?: string | undefined }[]> {
  await settled();
  rig.network.socket.read();
  return rig.network.received.splice(0).map(({ type, meta }) => ({ type, id: meta?.correlationId }));
}

const types = async (rig: Rig) => (await read(rig)).map(({ type }) => type);

async function reopen(rig: Rig): Promise<void> {
  await world.time.advance(100);
  rig.network.socket.accept();
  await settled();
}

/** What became of it so far. */
function followed(rig: Rig) {
  const subscription = rig.client.subscribe("lobby");
  const outcome: string[] = [];
  subscription.ready.then(
    ({ status }) => outcome.push(status),
    (error: Error) => outcome.push(error.name),
  );
  const admit = async (): Promise<void> => {
    const asked = (await read(rig)).find(({ type }) => type === "$ws:subscribe");
    rig.network.socket.deliver({
      type: "$ws:subscribed",
      meta: { correlationId: asked?.id },
      payload: { topic: "lobby", status: "fresh" },
    });
    await settled();
  };
  return { subscription, outcome, admit };
}

const refusals = (rig: Rig) => rig.errors.filter(({ type }) => type === "server");

test("outlives a server that was unavailable and then lost before it was asked again", async () => {
  const rig = createRig({ reconnect: { ...reconnect, initialDelayMs: 5_000, maxDelayMs: 5_000 } });
  const socket = await rig.open();
  const { outcome, admit } = followed(rig);
  const [asked] = await read(rig);
  const payload = { code: "UNAVAILABLE", message: "Away", retryable: true };
  socket.deliver({ type: "ERROR", meta: { correlationId: asked?.id }, payload });
  await settled();
  socket.end(1012);
  // When it would have been asked again.
  await world.time.advance(4_999);
  expect(outcome).toEqual([]);
  await world.time.advance(1);
  rig.network.socket.accept();
  await admit();
  expect(outcome).toEqual(["fresh"]);
  expect(refusals(rig)).toEqual([]);
});

test("waits for the next connection where the server drains this one", async () => {
  const rig = createRig({ reconnect });
  const socket = await rig.open();
  socket.deliver({ type: "$ws:goaway", payload: {} });
  const { outcome, admit } = followed(rig);
  await settled();
  socket.end(1001);
  await reopen(rig);
  await admit();
  expect(outcome).toEqual(["fresh"]);
  expect(refusals(rig)).toEqual([]);
});

test("waits for room where too much was sent ahead of the server", async () => {
  const rig = createRig({ queueBytes: 2 ** 24 });
  const socket = await rig.open();
  for (let n = 0; n < 90; n++) rig.client.send(Text, { n, text: "x".repeat(100_000) });
  const { outcome, admit } = followed(rig);
  await settled();
  expect(outcome).toEqual([]);
  socket.read();
  await world.time.advance(2_000);
  await admit();
  expect(outcome).toEqual(["fresh"]);
  expect(refusals(rig)).toEqual([]);
});

test("outlives a line that is dead before anybody knows", async () => {
  const rig = createRig({ reconnect });
  await rig.open();
  const { outcome, admit } = followed(rig);
  await world.time.advance(40_000);
  expect([outcome, rig.client.state]).toEqual([[], "connecting"]);
  rig.network.received.length = 0;
  rig.network.socket.accept();
  await admit();
  expect(outcome).toEqual(["fresh"]);
  expect(refusals(rig)).toEqual([]);
});

test("is asked for once the handlers of the opening are through, and before what waits in the queue", async () => {
  const rig = createRig({ reconnect });
  let logIn: (() => void) | undefined;
  rig.client.onOpen(() => new Promise<void>((resolve) => (logIn = resolve)));
  const { outcome, admit } = followed(rig);
  rig.client.send(Note, { n: 1 });
  await rig.open();
  rig.client.subscribe("hall");
  expect(await types(rig)).toEqual([]);
  logIn?.();
  await settled();
  const asked = rig.network.socket.wire.map((frame) => (JSON.parse(frame) as { type: string }).type);
  expect(asked).toEqual(["$ws:subscribe", "$ws:subscribe", "NOTE"]);
  await admit();
  expect(outcome).toEqual(["fresh"]);
  rig.network.socket.end(1006);
  await reopen(rig);
  expect(await types(rig)).toEqual([]);
  logIn?.();
  expect(await types(rig)).toEqual(["$ws:subscribe", "$ws:subscribe"]);
});

test("is asked for by the next connection where the handlers did not come to their end", async () => {
  const rig = createRig({ reconnect });
  rig.client.onOpen(({ request }) => request(Ask, { n: 1 }).catch(() => {}));
  followed(rig);
  (await rig.open()).end(1006);
  await reopen(rig);
  const [asked] = await read(rig);
  expect(asked?.type).toBe("ASK");
  rig.network.socket.deliver({ type: "ANSWER", meta: { correlationId: asked?.id }, payload: { n: 1 } });
  expect(await types(rig)).toEqual(["$ws:subscribe"]);
});

test("tells who waits for it that it was let go of", async () => {
  const rig = createRig();
  const [one, other] = [followed(rig), followed(rig)];
  one.subscription.unsubscribe();
  await settled();
  expect(one.outcome).toEqual([]);
  other.subscription.unsubscribe();
  await settled();
  expect([one.outcome, other.outcome]).toEqual([["StateError"], ["StateError"]]);
  expect(rig.errors).toEqual([]);
});
