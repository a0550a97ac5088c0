import { message, topic } from "@ws-kit/core";
import { describe, expect, test } from "vitest";
import type { FakeSocket } from "../../test/fake-network.ts";
import { createRig, useWorld, type Rig } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";
import type { Gap } from "../api/topics.ts";

const world = useWorld();
const Said = message.fromServer<"SAID">("SAID");
const Join = message("JOIN");
const Room = topic("room:{id}", [Said], { history: {} });
const room = Room({ id: "7" });

/** What the server has read since the last look. */
async function read(rig: Rig): Promise<{ type: string; id?: string | undefined; payload: unknown }[]> {
  await settled();
  for (const socket of rig.network.sockets) socket.read();
  return rig.network.received.splice(0).map(({ type, meta, payload }) => ({ type, id: meta?.correlationId, payload }));
}

/** What went wrong, but for what was sent just before a connection was lost. */
const troubles = (rig: Rig) => rig.errors.filter(({ type }) => type !== "lost");

const subscribed = (socket: FakeSocket, payload: object, id?: string) =>
  socket.deliver({
    type: "$ws:subscribed",
    meta: id && { correlationId: id },
    payload: { topic: room, count: 0, ...payload },
  });
const grant = (socket: FakeSocket, text: string, epoch = "e1") =>
  socket.deliver({ type: "$ws:grant", payload: { topic: room, epoch, grant: text } });
const said = (socket: FakeSocket, offset: number, name: string = room) =>
  socket.deliver({ type: "SAID", at: [name, offset] });

/** Hears what is said, and joins at every opening. */
function listener() {
  const rig = createRig({ reconnect: { jitter: "none", initialDelayMs: 100, maxDelayMs: 100 } });
  const heard: unknown[] = [];
  rig.client.on(
    Said,
    (received) => void heard.push((received as unknown as { position: { offset: number } }).position.offset),
  );
  rig.client.onOpen(({ send }) => void send(Join));
  const lose = async () => {
    rig.network.socket.end(1006);
    await world.time.advance(100);
    rig.network.socket.accept();
    await settled();
    return rig.network.socket;
  };
  return { rig, heard, lose };
}

describe("a recorded topic that the server's handlers follow", () => {
  test("is said where it stands, before anything else, and is heard once and in order", async () => {
    const { rig, heard, lose } = listener();
    const socket = await rig.open();
    expect(await read(rig)).toMatchObject([{ type: "JOIN" }]);
    subscribed(socket, { status: "fresh", epoch: "e1", offset: 4 });
    grant(socket, "g1");
    grant(socket, "of another epoch", "e0");
    said(socket, 5);
    said(socket, 5);
    said(socket, 4);
    socket.deliver({ type: "$ws:position", payload: { topic: room, epoch: "e1", offset: 6 } });
    said(socket, 7);
    expect(heard).toEqual([5, 7]);
    const next = await lose();
    expect(await read(rig)).toMatchObject([
      { type: "$ws:positions", payload: { topics: { [room]: ["e1", 7, "g1"] } } },
      { type: "JOIN" },
    ]);
    subscribed(next, { status: "recovered", count: 2, epoch: "e1", offset: 7 });
    for (const offset of [8, 9]) said(next, offset);
    expect(heard).toEqual([5, 7, 8, 9]);
    await lose();
    // The grant holds until there is another one.
    expect((await read(rig))[0]?.payload).toEqual({ topics: { [room]: ["e1", 9, "g1"] } });
    expect(troubles(rig)).toEqual([]);
  });

  test.each([
    [{ status: "gap", reason: "retention", epoch: "e1", offset: 9 }, "retention"],
    [{ status: "gap", reason: "epoch", epoch: "e2", offset: 0 }, "epoch"],
    [{ status: "fresh", epoch: "e1", offset: 9 }, "not-resubscribed"],
  ])("tells onError of a gap: %j", async (answer, reason) => {
    const { rig, lose } = listener();
    subscribed(await rig.open(), { status: "fresh", epoch: "e1", offset: 4 });
    subscribed(await lose(), answer);
    expect(troubles(rig)).toMatchObject([
      { type: "gap", message: room, error: { message: `Messages of ${room} were missed (${reason})` } },
    ]);
    await lose();
    expect((await read(rig)).findLast(({ type }) => type === "$ws:positions")?.payload).toEqual({
      topics: { [room]: [answer.epoch, answer.offset] },
    });
  });

  test("tells of a hole, before what comes after it", async () => {
    const { rig, heard } = listener();
    const socket = await rig.open();
    subscribed(socket, { status: "fresh", epoch: "e1", offset: 4 });
    rig.client.onError((_, { type }) => heard.push(type));
    said(socket, 6);
    expect(heard).toEqual(["gap", 6]);
  });

  test("has no hole where the message says that it comes after an earlier one", async () => {
    const { rig, heard } = listener();
    const socket = await rig.open();
    subscribed(socket, { status: "fresh", epoch: "e1", offset: 4 });
    rig.client.onError((_, { type }) => heard.push(type));
    socket.deliver({ type: "SAID", at: [room, 90, 3] });
    socket.deliver({ type: "SAID", at: [room, 90, 3] });
    socket.deliver({ type: "SAID", at: [room, 95, 90] });
    socket.deliver({ type: "SAID", at: [room, 99, 97] });
    expect(heard).toEqual([90, 95, "gap", 99]);
  });

  test("goes on under another epoch, with its grant, where the server says that nothing was missed", async () => {
    const { rig, heard, lose } = listener();
    const socket = await rig.open();
    subscribed(socket, { status: "fresh", epoch: "e1", offset: 4 });
    grant(socket, "g1");
    subscribed(socket, { status: "recovered", epoch: "e2", offset: 4 });
    said(socket, 5);
    expect(heard).toEqual([5]);
    await read(rig);
    const next = await lose();
    expect((await read(rig))[0]?.payload).toEqual({ topics: { [room]: ["e2", 5, "g1"] } });
    subscribed(next, { status: "recovered", epoch: "e2", offset: 5 });
    grant(next, "g2", "e2");
    await lose();
    expect((await read(rig))[0]?.payload).toEqual({ topics: { [room]: ["e2", 5, "g2"] } });
    expect(troubles(rig)).toEqual([]);
  });

  test("is given up, and said to be, where nobody follows it again within 30 s", async () => {
    const { rig, lose } = listener();
    subscribed(await rig.open(), { status: "fresh", epoch: "e1", offset: 4 });
    await lose();
    await world.time.advance(29_900);
    expect(troubles(rig)).toEqual([]);
    await world.time.advance(200);
    expect(troubles(rig)).toMatchObject([{ type: "gap" }]);
    await read(rig);
    await lose();
    expect(await read(rig)).toMatchObject([{ type: "JOIN" }]);
  });

  test("is forgotten where the server has let go of it", async () => {
    const { rig, lose } = listener();
    const socket = await rig.open();
    subscribed(socket, { status: "fresh", epoch: "e1", offset: 4 });
    socket.deliver({ type: "$ws:unsubscribed", payload: { topic: room } });
    await read(rig);
    await lose();
    expect(await read(rig)).toMatchObject([{ type: "JOIN" }]);
    expect(troubles(rig)).toEqual([]);
  });
});

describe("client.subscribe", () => {
  const asks = async (rig: Rig) => (await read(rig)).filter(({ type }) => type === "$ws:subscribe");

  test("asks on each new connection from where it stood, and tells what came of it first", async () => {
    const { rig, lose } = listener();
    const gaps: Gap[] = [];
    const subscription = rig.client.subscribe(room, { onGap: (gap) => gaps.push(gap) });
    const heard: unknown[] = [];
    subscription.on(Said, ({ position, topic: name }) => heard.push([name, position]));
    const socket = await rig.open();
    const [asked] = await asks(rig);
    expect(asked?.payload).toEqual({ topic: room });
    subscribed(socket, { status: "fresh", epoch: "e1", offset: 4 }, asked?.id);
    grant(socket, "g1");
    await settled();
    expect(await subscription.ready).toMatchObject({ status: "fresh" });
    said(socket, 5);
    said(socket, 1, "room:8");
    expect(heard).toEqual([[room, { epoch: "e1", offset: 5 }]]);
    const next = await lose();
    const [again] = await asks(rig);
    expect(again?.payload).toEqual({ topic: room, since: ["e1", 5, "g1"] });
    subscribed(next, { status: "gap", reason: "limit", epoch: "e1", offset: 900 }, again?.id);
    await settled();
    expect(gaps).toEqual([{ topic: room, reason: "limit" }]);
    expect(troubles(rig)).toEqual([]);
  });

  test("asks again, and refuses nobody, while the server cannot look the topic up", async () => {
    const { rig } = listener();
    const subscription = rig.client.subscribe(room, { onGap: () => {} });
    const socket = await rig.open();
    const [asked] = await asks(rig);
    const refuse = (code: string, id?: string) =>
      socket.deliver({
        type: "ERROR",
        meta: { correlationId: id },
        payload: { code, message: "Away", retryable: true },
      });
    refuse("UNAVAILABLE", asked?.id);
    await world.time.advance(900);
    expect(await asks(rig)).toEqual([]);
    await world.time.advance(1_100);
    const [again] = await asks(rig);
    subscribed(socket, { status: "fresh", epoch: "e1", offset: 4 }, again?.id);
    await settled();
    expect(await subscription.ready).toMatchObject({ status: "fresh" });
    expect(troubles(rig)).toEqual([]);
  });

  test("counts who shares a topic, and ends with the last", async () => {
    const { rig, lose } = listener();
    await rig.open();
    const onGap = () => {};
    const [one, other] = [rig.client.subscribe(room, { onGap }), rig.client.subscribe(room, { onGap })];
    expect(await asks(rig)).toHaveLength(1);
    one.unsubscribe();
    one.unsubscribe();
    expect(await read(rig)).toEqual([]);
    other.unsubscribe();
    expect(await read(rig)).toMatchObject([{ type: "$ws:unsubscribe", payload: { topic: room } }]);
    await lose();
    expect(await asks(rig)).toEqual([]);
  });

  test("begins where a snapshot ended", async () => {
    const { rig } = listener();
    rig.client.subscribe(room, { onGap() {}, since: ["e1", 40, "g0"] });
    await rig.open();
    expect((await asks(rig))[0]?.payload).toEqual({ topic: room, since: ["e1", 40, "g0"] });
  });

  test.each([
    [["e1", 3, "g0"], [{ topic: room, reason: "hole" }]],
    [["e0", 9, "g0"], [{ topic: room, reason: "hole" }]],
    [["e1", 5, "g0"], []],
    [["e1", 6, "g0"], []],
  ] as const)(
    "tells who begins at %j, where this client has come to 5, of what it has heard before",
    async (since, told) => {
      const { rig } = listener();
      const [first, later]: [Gap[], Gap[]] = [[], []];
      rig.client.subscribe(room, { onGap: (gap) => first.push(gap) });
      const socket = await rig.open();
      const [asked] = await asks(rig);
      subscribed(socket, { status: "fresh", epoch: "e1", offset: 4 }, asked?.id);
      said(socket, 5);
      const subscription = rig.client.subscribe(room, { since, onGap: (gap) => later.push(gap) });
      const heard: number[] = [];
      subscription.on(Said, ({ position }) => heard.push(position.offset));
      // It has the subscription by then.
      expect(later).toEqual([]);
      await settled();
      said(socket, 6);
      expect([first, later, heard]).toEqual([[], told, [6]]);
      expect(troubles(rig)).toEqual([]);
    },
  );

  test("is refused once, and told so; later too, when the server takes it back", async () => {
    const { rig, lose } = listener();
    const socket = await rig.open();
    const refused = rig.client.subscribe(room, { onGap() {} });
    const [asked] = await asks(rig);
    const payload = { code: "PERMISSION_DENIED", message: "No", retryable: false };
    socket.deliver({ type: "ERROR", meta: { correlationId: asked?.id }, payload });
    await expect(refused.ready).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    await lose();
    expect(await asks(rig)).toEqual([]);

    const live = rig.client.subscribe("lobby");
    const [second] = await asks(rig);
    rig.network.socket.deliver({
      type: "$ws:subscribed",
      meta: { correlationId: second?.id },
      payload: { topic: "lobby", status: "fresh" },
    });
    expect(await live.ready).toMatchObject({ status: "fresh" });
    rig.network.socket.deliver({ type: "$ws:unsubscribed", payload: { topic: "lobby", code: "PERMISSION_DENIED" } });
    expect(troubles(rig)).toMatchObject([
      { type: "server", message: room },
      { type: "server", message: "lobby", error: { code: "PERMISSION_DENIED" } },
    ]);
    await lose();
    expect(await asks(rig)).toEqual([]);
  });
});
