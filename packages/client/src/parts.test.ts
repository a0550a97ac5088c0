import { expect, expectTypeOf, test } from "vitest";
import { contract } from "@ws-kit/zod";
import { Ask, News } from "../test/definitions.ts";
import { FakeNetwork } from "../test/fake-network.ts";
import { useWorld } from "../test/rig.ts";
import { settled } from "../test/virtual-time.ts";
import { wsClient as fullClient } from "./index.ts";
import { type LiteClient, wsClient } from "./lite.ts";
import { contracts, requests, resume, tokens, topics } from "./parts.ts";

useWorld();

const url = "ws://test/";

test("a lite client with requests() asks, and may in onOpen", async () => {
  const network = new FakeNetwork();
  const client = wsClient({ url, WebSocket: network.WebSocket, use: [requests()], maxPendingRequests: 2 });
  const opened = new Promise((resolve) => {
    client.onOpen(({ request }) => request(Ask, { n: 1 }).then(resolve));
  });
  const asked = client.request(Ask, { n: 2 });
  void client.request(Ask, { n: 3 }).catch(() => {});
  await expect(client.request(Ask, { n: 4 })).rejects.toThrow("2 requests are pending");
  await settled();
  network.socket.accept();
  for (const answer of [opened, asked]) {
    await settled();
    network.socket.read();
    const { meta, payload } = network.received.at(-1) ?? {};
    network.socket.deliver({ type: "ANSWER", payload, meta: { correlationId: meta?.correlationId as string } });
    if (answer === opened) await opened;
    else break;
  }
  await settled();
  network.socket.read();
  const asking = network.received.find(({ payload }) => (payload as { n: number }).n === 2);
  network.socket.deliver({
    type: "ANSWER",
    payload: { n: 2 },
    meta: { correlationId: asking?.meta?.correlationId as string },
  });
  expect((await asked).payload).toEqual({ n: 2 });
});

test("tokens() puts them where the server looks, in whatever order parts come", async () => {
  for (const use of [[tokens()], [tokens(), resume()], [resume(), tokens()]] as const) {
    const network = new FakeNetwork();
    const client = wsClient({ url, WebSocket: network.WebSocket, use, auth: { getToken: () => "secret" } });
    void client.connect();
    await settled();
    expect(network.socket.url).toBe("ws://test/?token=secret");
    network.socket.accept();
  }
});

test("contracts() offers the fingerprint and hears what differs", async () => {
  const network = new FakeNetwork();
  const Chat = contract({ News }, { fingerprint: "v1__news" });
  const client = wsClient({ url, WebSocket: network.WebSocket, use: [contracts()], contract: Chat });
  const told: string[] = [];
  client.onError((_, { type }) => told.push(type));
  void client.connect();
  await settled();
  expect(network.socket.protocols).toContain("ws-kit.contract.v1__news");
  network.socket.accept();
  network.socket.deliver({ type: "$ws:contract", payload: { message: "another one" } });
  await settled();
  expect(told).toEqual(["contract"]);
});

test("topics() asks for what is subscribed", async () => {
  const network = new FakeNetwork();
  const client = wsClient({ url, WebSocket: network.WebSocket, use: [requests(), topics()] });
  client.subscribe("news");
  await settled();
  network.socket.accept();
  await settled();
  network.socket.read();
  expect(network.received).toMatchObject([{ type: "$ws:subscribe", payload: { topic: "news" } }]);
});

test("what a part sends beside the queue leaves also where no connection is resumed", async () => {
  const network = new FakeNetwork();
  const client = wsClient({ url, WebSocket: network.WebSocket, use: [requests(), topics()] });
  const room = client.subscribe("news");
  const aborting = new AbortController();
  const asked = client.request(Ask, { n: 1 }, { signal: aborting.signal }).catch((error: Error) => error.message);
  await settled();
  network.socket.accept();
  await settled();
  network.socket.read();
  aborting.abort();
  room.unsubscribe();
  expect(await asked).toBe("Request aborted");
  network.socket.read();
  expect(network.received.slice(-2).map(({ type }) => type)).toEqual(["$ws:abort", "$ws:unsubscribe"]);
});

test("resume() lets several share a socket", async () => {
  const network = new FakeNetwork();
  const clients = [1, 2].map(() => wsClient({ url, WebSocket: network.WebSocket, use: [resume()], share: true }));
  for (const client of clients) void client.connect();
  await settled();
  expect(network.sockets).toHaveLength(1);
});

test("what no part gives is neither there nor taken", () => {
  const use = [topics()] as const;
  expect(() => wsClient({ url, use })).toThrow("topics() needs requests() before it");
  expect(() => wsClient({ url, use: [requests(), requests()] })).toThrow("has the part requests already");
  expect(() => fullClient({ url, use: [requests()] })).toThrow("has the part requests already");
  // @ts-expect-error -- the function itself is no part
  expect(() => wsClient({ url, use: [requests] })).toThrow("as requests()");
  expect(() => wsClient({ url, share: true } as never)).toThrow("share needs resume() in use, or @ws-kit/client");
  // @ts-expect-error -- no part takes it
  expect(() => wsClient({ url, use: [requests()], auth: { getToken: () => "" } })).toThrow("auth needs tokens()");
});

test("types follow what is in use", () => {
  const plain = wsClient({ url });
  expectTypeOf(plain).toEqualTypeOf<LiteClient>();
  const asking = wsClient({ url, use: [requests(), topics()] });
  expectTypeOf(asking.request<typeof Ask>).toBeFunction();
  expectTypeOf(asking).toHaveProperty("subscribe");
  expectTypeOf(plain).not.toHaveProperty("request");
});
