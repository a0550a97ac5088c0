import { topic } from "@ws-kit/core";
import { z } from "@ws-kit/zod";
import { expect, expectTypeOf, test } from "vitest";
import { News } from "../../test/definitions.ts";
import { FakeNetwork, type FakeSocket } from "../../test/fake-network.ts";
import { useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";
import { wsClient } from "../index.ts";
import { wsClient as liteClient } from "../lite.ts";
import { requests, topics } from "../parts.ts";
import { presence, type PresenceDiff } from "../presence.ts";

const world = useWorld();
const Room = topic("room:{id}", [News], {
  presence: { state: z.object({ name: z.string(), idle: z.boolean().default(false) }) },
});
const room = Room({ id: "7" });

interface State {
  name: string;
  idle: boolean;
}

/** A client that has subscribed, and the server at its other end. */
function connected(options: { share?: true } = {}) {
  const network = new FakeNetwork();
  const reconnect = { jitter: "none", initialDelayMs: 100, maxDelayMs: 100 } as const;
  const client = wsClient({
    url: "ws://test/",
    WebSocket: network.WebSocket,
    reconnect,
    use: [presence()],
    ...options,
  });
  const errors: string[] = [];
  client.onError((error, { message }) => void errors.push(`${message}: ${error.message}`));
  const read = async (): Promise<{ type: string; payload: unknown }[]> => {
    await settled();
    network.socket.read();
    return network.received.splice(0).map(({ type, payload }) => ({ type, payload }));
  };
  /** Lets the client in, and answers what it asks for. */
  const admit = async (): Promise<FakeSocket> => {
    await settled();
    const { socket } = network;
    socket.accept();
    await settled();
    socket.read();
    for (const { type, meta, payload } of network.received.splice(0)) {
      if (type !== "$ws:subscribe") continue;
      const { topic: name } = payload as { topic: string };
      socket.deliver({
        type: "$ws:subscribed",
        meta: { correlationId: meta?.correlationId as string },
        payload: { topic: name, status: "fresh" },
      });
    }
    await settled();
    return socket;
  };
  const tell = (news: object, name: string = room): void =>
    network.socket.deliver({ type: "$ws:presence", payload: { topic: name, ...news } });
  return { client, network, errors, read, admit, tell };
}

const ann: State = { name: "Ann", idle: false };
const bob: State = { name: "Bob", idle: false };
const plain = ({ joined, updated, left, count }: PresenceDiff<State>): unknown => ({
  joined: [...joined],
  updated: [...updated],
  left: [...left],
  count,
});

test("a subscription has who is there, and hears what changes", async () => {
  const { client, admit, read, tell } = connected();
  const chat = client.subscribe(room);
  const heard: unknown[] = [];
  chat.onPresence((diff) => void heard.push(plain(diff)));
  await admit();
  expect(await read()).toEqual([{ type: "$ws:presence", payload: { topic: room, watch: true } }]);
  const { presence: members } = chat;
  tell({ version: 3, state: { ann: [ann] }, count: 1 });
  tell({ version: 4, join: { bob: [bob] }, update: { ann: [ann, { ...ann, idle: true }] }, count: 2 });
  tell({ version: 5, leave: ["ann"], count: 1 });
  await settled();
  expect(heard).toEqual([
    { joined: [["ann", [ann]]], updated: [], left: [], count: 1 },
    { joined: [["bob", [bob]]], updated: [["ann", [ann, { ...ann, idle: true }]]], left: [], count: 2 },
    { joined: [], updated: [], left: [["ann", [ann, { ...ann, idle: true }]]], count: 1 },
  ]);
  expect([[...members], members.count, chat.presence === members]).toEqual([[["bob", [bob]]], 1, true]);
});

test("asks for everything again behind a hole, once, and then tells what is different", async () => {
  const { client, admit, read, tell } = connected();
  const heard: unknown[] = [];
  client.subscribe(room).onPresence((diff) => void heard.push(plain(diff)));
  await admit();
  await read();
  tell({ version: 1, state: { ann: [ann] }, count: 1 });
  tell({ version: 3, join: { bob: [bob] }, count: 2 });
  tell({ version: 4, leave: ["ann"], count: 1 });
  expect(await read()).toEqual([{ type: "$ws:presence", payload: { topic: room, watch: true } }]);
  tell({ version: 4, state: { bob: [bob] }, count: 1 });
  tell({ version: 4, state: { bob: [bob] }, count: 1 });
  await settled();
  expect(heard.slice(1)).toEqual([{ joined: [["bob", [bob]]], updated: [], left: [["ann", [ann]]], count: 1 }]);
});

test("has their number alone where the topic has too many", async () => {
  const { client, admit, tell } = connected();
  const chat = client.subscribe(room);
  const { presence: members } = chat;
  await admit();
  tell({ version: 1, state: { ann: [ann] }, count: 1 });
  await settled();
  const heard: unknown[] = [];
  chat.onPresence((diff) => void heard.push(plain(diff)));
  tell({ version: 2, count: 300 });
  await settled();
  expect([members.size, members.count]).toEqual([0, 300]);
  tell({ version: 3, state: { ann: [ann], bob: [bob] }, count: 2 });
  await settled();
  expect([members.size, members.count]).toEqual([2, 2]);
  // Nobody has left: they were not named for a while.
  expect(heard).toEqual([
    { joined: [], updated: [], left: [], count: 300 },
    { joined: [["bob", [bob]]], updated: [], left: [], count: 2 },
  ]);
});

test("says what this client is there, at once, on each new connection, and until it unsubscribes", async () => {
  const { client, network, admit, read } = connected();
  const chat = client.subscribe(room);
  chat.track({ name: "Me" });
  const socket = await admit();
  const said = (payload: object): object => ({ type: "$ws:presence", payload: { topic: room, ...payload } });
  expect(await read()).toEqual([said({ state: { name: "Me" } })]);
  chat.update({ idle: true });
  void chat.presence;
  expect(await read()).toEqual([said({ state: { name: "Me", idle: true } }), said({ watch: true })]);
  socket.end(1006);
  chat.update({ idle: false });
  await world.time.advance(100);
  await admit();
  expect(network.sockets).toHaveLength(2);
  expect(await read()).toEqual([said({ watch: true, state: { name: "Me", idle: false } })]);
  chat.untrack();
  expect(() => chat.update({ idle: true })).toThrow("Nothing was tracked in room:7");
  expect(await read()).toEqual([said({ leave: true })]);
  chat.unsubscribe();
  chat.track({ name: "Too late" });
  expect((await read()).map(({ type }) => type)).not.toContain("$ws:presence");
});

test("is one for all subscriptions to a topic, each with handlers of its own", async () => {
  const { client, admit, tell } = connected();
  const [one, other] = [client.subscribe(room), client.subscribe(room)];
  const heard: string[] = [];
  one.onPresence(() => heard.push("one"));
  const off = other.onPresence(() => heard.push("other"));
  await admit();
  tell({ version: 1, state: { ann: [ann] }, count: 1 });
  await settled();
  off();
  tell({ version: 2, leave: ["ann"], count: 0 });
  await settled();
  one.unsubscribe();
  tell({ version: 3, join: { ann: [ann] }, count: 1 });
  await settled();
  expect([heard, one.presence === other.presence, other.presence.size]).toEqual([["one", "other", "one"], true, 1]);
});

test("of several subscriptions the one that spoke last speaks, and where it goes, the one before", async () => {
  const { client, admit, read } = connected();
  const [one, other] = [client.subscribe(room), client.subscribe(room)];
  one.track({ name: "one" });
  other.track({ name: "other" });
  await admit();
  const said = async (): Promise<unknown[]> => (await read()).map(({ payload }) => payload);
  expect(await said()).toEqual([{ topic: room, state: { name: "other" } }]);
  other.unsubscribe();
  expect(await said()).toEqual([{ topic: room, state: { name: "one" } }]);
  const third = client.subscribe(room);
  third.untrack();
  expect(() => third.update({ idle: true })).toThrow("Nothing was tracked in room:7");
  third.track({ name: "third" });
  one.update({ idle: true });
  third.untrack();
  expect(await said()).toEqual([
    { topic: room, state: { name: "third" } },
    { topic: room, state: { name: "one", idle: true } },
  ]);
  // The topic is followed on.
  one.unsubscribe();
  one.track({ name: "Too late" });
  expect(await said()).toEqual([{ topic: room, leave: true }]);
});

test("leaves by itself where others on the socket may follow the topic on", async () => {
  const { client, admit, read } = connected({ share: true });
  const chat = client.subscribe(room);
  chat.track({ name: "Me" });
  await admit();
  await read();
  chat.unsubscribe();
  expect(await read()).toEqual([{ type: "$ws:presence", payload: { topic: room, leave: true } }]);
});

test("says what it was given, and not what became of that", async () => {
  const { client, admit, read } = connected();
  const chat = client.subscribe(room);
  const state = { name: "Me" };
  chat.track(state);
  state.name = "You";
  await admit();
  expect(await read()).toMatchObject([{ payload: { state: { name: "Me" } } }]);
});

test("whom the server lets follow no longer sees nobody there", async () => {
  const { client, network, admit, tell } = connected();
  const chat = client.subscribe(room);
  const heard: unknown[] = [];
  chat.onPresence((diff) => void heard.push(plain(diff)));
  await admit();
  tell({ version: 1, state: { ann: [ann] }, count: 1 });
  network.socket.deliver({ type: "$ws:unsubscribed", payload: { topic: room, code: "PERMISSION_DENIED" } });
  await settled();
  expect([chat.presence.size, chat.presence.count]).toEqual([0, 0]);
  expect(heard.at(-1)).toEqual({ joined: [], updated: [], left: [["ann", [ann]]], count: 0 });
});

test("is followed through an opening that takes its time, on this connection and the next", async () => {
  const { client, network, admit, read } = connected();
  client.onOpen(() => new Promise((resolve) => setTimeout(resolve, 50)));
  const chat = client.subscribe(room);
  const come = async (): Promise<void> => {
    // Answers at once whatever is asked for, and whenever.
    await admit();
    await world.time.advance(50);
    await admit();
  };
  await come();
  chat.track({ name: "Ada" });
  chat.onPresence(() => {});
  expect((await read()).map(({ payload }) => payload)).toMatchObject([{ state: { name: "Ada" } }, { watch: true }]);
  network.socket.end(1006);
  await world.time.advance(100);
  await come();
  expect((await read()).map(({ payload }) => payload)).toMatchObject([{ watch: true, state: { name: "Ada" } }]);
  chat.untrack();
  expect((await read()).map(({ payload }) => payload)).toMatchObject([{ leave: true }]);
});

test("asks for nothing where nobody looks, and needs topics()", async () => {
  const { client, admit, read } = connected();
  client.subscribe(room);
  client.subscribe("news");
  await admit();
  expect(await read()).toEqual([]);
  const { WebSocket } = new FakeNetwork();
  const url = "ws://test/";
  expect(() => liteClient({ url, use: [presence()] })).toThrow("presence() needs topics() before it");
  const lite = liteClient({ url, WebSocket, use: [requests(), topics(), presence()] });
  expect(lite.subscribe(room).presence.size).toBe(0);
});

test("types are the declaration's", () => {
  const { client } = connected();
  const chat = client.subscribe(room);
  expectTypeOf(chat.presence.get("x")).toEqualTypeOf<readonly State[] | undefined>();
  expectTypeOf<(typeof chat)["track"]>().parameter(0).toEqualTypeOf<{ name: string; idle?: boolean | undefined }>();
  // @ts-expect-error -- a plain string says nothing of a presence
  expectTypeOf(client.subscribe("news").presence);
  const { WebSocket } = new FakeNetwork();
  // @ts-expect-error -- without presence() there is none
  expectTypeOf(wsClient({ url: "ws://test/", WebSocket }).subscribe(room).presence);
});
