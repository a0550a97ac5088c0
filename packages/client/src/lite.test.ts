import { PING_FRAME } from "@ws-kit/core/protocol";
import { expect, expectTypeOf, test } from "vitest";
import { News, Note } from "../test/definitions.ts";
import { FakeNetwork } from "../test/fake-network.ts";
import { useWorld } from "../test/rig.ts";
import { settled } from "../test/virtual-time.ts";
import { type LiteOptions, wsClient } from "./lite.ts";

const world = useWorld();

function create(options: Partial<LiteOptions> = {}) {
  const network = new FakeNetwork();
  const client = wsClient({ url: "ws://test/", WebSocket: network.WebSocket, ...options });
  const states: string[] = [];
  client.onState((state) => states.push(state));
  return { network, client, states };
}

test("queues, sends and hears, and comes back after a loss", async () => {
  const { network, client, states } = create({ protocols: "chat", reconnect: { jitter: "none" } });
  const heard: number[] = [];
  client.on(News, ({ payload }) => heard.push(payload.n));
  expect(client.send(Note, { n: 1 })).toBe(true);
  await settled();
  expect(network.socket.protocols).toEqual(["chat"]);
  network.socket.accept();
  network.socket.read();
  network.socket.deliver({ type: "NEWS", payload: { n: 2 } });
  network.socket.deliver({ type: "NEWS", payload: { n: 3 }, meta: { correlationId: "nobody asked" } });
  expect(network.received.map(({ payload }) => payload)).toEqual([{ n: 1 }]);
  expect(heard).toEqual([2]);

  network.socket.end(1006);
  client.send(Note, { n: 4 });
  await world.time.advance(300);
  expect(network.sockets).toHaveLength(2);
  network.socket.accept();
  network.socket.read();
  expect(network.received.at(-1)?.payload).toEqual({ n: 4 });
  expect(states).toEqual(["connecting", "open", "closed", "reconnecting", "connecting", "open"]);

  const closed = client.close(4000, "bye");
  network.socket.read();
  await closed;
  expect(network.socket.closed).toBe(4000);
  expect(world.time.pending()).toBe(0);
});

test("gives up a dead connection, and one that does not open in time", async () => {
  const { network, client, states } = create({
    heartbeat: { intervalMs: 1_000, timeoutMs: 300 },
    reconnect: { jitter: "none" },
    connectTimeoutMs: 500,
  });
  void client.connect();
  await settled();
  network.socket.accept();
  await world.time.advance(1_000);
  expect(network.socket.wire).toEqual([PING_FRAME]);
  await world.time.advance(300);
  expect(network.socket.closed).toBe(4408);
  expect(states.slice(2)).toEqual(["closed", "reconnecting"]);
  await world.time.advance(300 + 500);
  expect(network.sockets).toHaveLength(2);
  expect(network.socket.closed).toBe(4408);
  expect(states.slice(4)).toEqual(["connecting", "closed", "reconnecting"]);
  void client.close();
  await settled();
  expect(client.state).toBe("closed");
});

test("has no requests, and refuses options that it would have to ignore", () => {
  const { client } = create();
  expect("request" in client || "stream" in client).toBe(false);
  expectTypeOf(client).not.toHaveProperty("request");
  expectTypeOf<LiteOptions>().not.toHaveProperty("auth");
  for (const option of [{ auth: { getToken: () => "t" } }, { share: true }, { maxPendingRequests: 1 }]) {
    expect(() => create(option as object)).toThrow(/needs \w+\(\) in use, or @ws-kit\/client/);
  }
  expect(() => create({ auth: undefined, share: false } as object)).not.toThrow();
});
