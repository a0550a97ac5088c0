/** What a page makes of its client: its address, its being left, and the odd things that plain JavaScript hands over. */
import { afterEach, expect, test, vi } from "vitest";
import { Ask, Note } from "../../test/definitions.ts";
import { FakeNetwork } from "../../test/fake-network.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";

const world = useWorld();
afterEach(() => void vi.unstubAllGlobals());

test.each([
  ["http://host/page", undefined, "/ws", "http://host/ws"],
  // A page's base is what its own sockets go by: <base>, and the parent's in frames without an address.
  ["http://host/page", "http://host/app/", "ws", "http://host/app/ws"],
  ["about:srcdoc", "http://host/page", "/ws", "http://host/ws"],
  ["blob:http://host/6f1c", undefined, "ws://other/ws", "ws://other/ws"],
])("at %s with base %s %s is %s", async (href, baseURI, url, dialed) => {
  vi.stubGlobal("location", { href });
  vi.stubGlobal("document", baseURI && { baseURI });
  const rig = createRig({ url });
  void rig.client.connect();
  await settled();
  expect(rig.network.socket.url).toBe(dialed);
});

test("what a page has sent before it is left is confirmed while it can still hear of it", async () => {
  const rig = createRig({ reconnect: { jitter: "none" } });
  const socket = await rig.open();
  rig.client.send(Note, { n: 1 });
  world.page.hidden = true;
  world.page.fire("visibilitychange");
  expect(rig.read()).toEqual(["NOTE 1"]);
  // A cache has the page now, and its socket is closed.
  socket.end(1006);
  expect(rig.errors).toEqual([]);
  expect(rig.states.at(-1)).toBe("reconnecting");
  world.page.fire("visibilitychange");
  expect(rig.network.sockets).toHaveLength(1);
});

test("and so is what it sends while a ping is under way", async () => {
  const rig = createRig({ reconnect: { jitter: "none" } });
  const socket = await rig.open();
  world.page.fire("pageshow");
  rig.client.send(Note, { n: 1 });
  world.page.hidden = true;
  world.page.fire("visibilitychange");
  rig.read();
  rig.read();
  socket.end(1006);
  expect(rig.errors).toEqual([]);
});

const odd = [
  ["an event", [new Event("click")], 1000],
  ["a symbol for a reason", [4000, Symbol("reason")], 4000],
] as const;
function fail(): never {
  throw new Error("No");
}

test.each(odd)("close() closes, given %s", async (_, args, code) => {
  const rig = createRig();
  const socket = await rig.open();
  rig.client.send(Note, { n: 1 });
  const closed = rig.client.close(...(args as unknown as [number]));
  expect(socket.closed).toBe(code);
  socket.read();
  await closed;
  expect([rig.client.state, rig.errors]).toEqual(["closed", []]);
});

test.each([
  ["a symbol", [Symbol("code")]],
  ["a text for a code", ["4001"]],
  ["a large integer", [4000n]],
  ["what has no figure", [{ valueOf: () => fail() }]],
  ["a reason without text", [4000, Object.create(null)]],
  ["a reason that throws", [4000, { toString: () => fail() }]],
])("close() refuses %s, and has done nothing", async (_, args) => {
  const rig = createRig();
  const socket = await rig.open();
  rig.client.send(Note, { n: 1 });
  await expect(rig.client.close(...(args as [number]))).rejects.toThrow("client.close() takes a number and a text");
  expect([rig.client.state, socket.closed]).toEqual(["open", undefined]);
  expect(rig.client.send(Note, { n: 2 })).toBe(true);
  expect(rig.read()).toEqual(["NOTE 1", "NOTE 2"]);
});

/** A network whose sockets take nothing that matches, though they say that they are open. */
function refusing(pattern: RegExp): FakeNetwork {
  const network = new FakeNetwork();
  const make = network.WebSocket as unknown as (url: string, protocols?: string[]) => FakeNetwork["socket"];
  return Object.assign(network, {
    WebSocket: function (url: string, protocols?: string[]) {
      const socket = make(url, protocols);
      const send = socket.send.bind(socket);
      socket.send = (text) => (pattern.test(text) ? fail() : send(text));
      return socket;
    },
  });
}

test.each([true, false])("a socket that throws at a ping is given up for another, shared: %s", async (share) => {
  const rig = createRig({ share, reconnect: { jitter: "none", initialDelayMs: 100 } }, refusing(/ping/));
  await rig.open();
  rig.client.send(Note, { n: 1 });
  expect(rig.errors).toEqual([]);
  await world.time.advance(5_100);
  expect(rig.errors).toMatchObject([{ type: "lost" }]);
  expect(rig.network.sockets).toHaveLength(2);
});

test("a request that is aborted on a socket that throws then settles all the same", async () => {
  const rig = createRig({}, refusing(/abort/));
  await rig.open();
  const controller = new AbortController();
  const asked = rig.client.request(Ask, { n: 1 }, { signal: controller.signal });
  controller.abort();
  await expect(asked).rejects.toMatchObject({ name: "StateError" });
});

test("a socket that throws where a frame's coming is confirmed loses no frame", async () => {
  const rig = createRig({ reconnect: { jitter: "none", initialDelayMs: 100 } }, refusing(/ack/));
  const socket = await rig.open();
  socket.deliver({ type: "$ws:session", payload: { id: "a1", windowMs: 10_000 } });
  await world.time.advance(100);
  expect(rig.network.sockets).toHaveLength(2);
});

test("in a page for production a controller given for its signal leaves nothing behind", async () => {
  vi.stubEnv("NODE_ENV", "production");
  const rig = createRig({ maxPendingRequests: 1 });
  await rig.open();
  const controller = new AbortController() as unknown as AbortSignal;
  await expect(rig.client.request(Ask, { n: 1 }, { signal: controller })).rejects.toThrow(TypeError);
  expect(world.time.pending()).toBe(0);
  void rig.client.request(Ask, { n: 2 }).catch(() => {});
  expect(rig.read()).toEqual(["ASK 2"]);
  vi.unstubAllEnvs();
});
