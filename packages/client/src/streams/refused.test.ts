import { rpc } from "@ws-kit/core/protocol";
import { expect, test, vi } from "vitest";
import { Ask, numberSchema } from "../../test/definitions.ts";
import { FakeNetwork } from "../../test/fake-network.ts";
import { useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";
import { type ClientOptions, wsClient } from "../index.ts";
import { streams } from "../streams.ts";

useWorld();
const schema = numberSchema();
const Up = rpc("UP", schema, "UPPED", schema, { stream: { fromClient: schema } });
const Down = rpc("DOWN", schema, "DOWNED", schema, { stream: { fromServer: schema } });

async function opened(options: Partial<ClientOptions> = {}) {
  const network = new FakeNetwork();
  const client = wsClient({ url: "ws://test/", WebSocket: network.WebSocket, use: [streams()], ...options });
  void client.connect();
  await settled();
  network.socket.accept();
  await settled();
  return { client, network };
}

test("one that is refused lets go of its source", async () => {
  const { client } = await opened({ maxPendingRequests: 0 });
  const cancel = vi.fn<() => void>();
  const send = new ReadableStream<{ n: number }>({ cancel });
  await expect(client.stream(Up, { n: 1 }, { send }).result).rejects.toThrow("0 requests are pending");
  expect(cancel).toHaveBeenCalledOnce();
});

test("requests and streams are counted together", async () => {
  const { client, network } = await opened({ maxPendingRequests: 2 });
  client.request(Ask, { n: 1 }).catch(() => {});
  client.stream(Down, { n: 2 });
  await expect(client.request(Ask, { n: 3 })).rejects.toThrow("2 requests are pending");
  await expect(client.stream(Down, { n: 4 }).result).rejects.toThrow("2 requests are pending");
  network.socket.read();
  expect(network.received.map(({ payload }) => payload)).toEqual([{ n: 1 }, { n: 2 }]);
});

test("throw() of its iterator calls it off", async () => {
  const { client, network } = await opened();
  const call = client.stream(Down, { n: 1 });
  const items = call[Symbol.asyncIterator]();
  const reason = new Error("enough");
  await expect(items.throw?.(reason)).rejects.toBe(reason);
  await expect(call.result).rejects.toThrow("aborted");
  network.socket.read();
  expect(network.received.map(({ type }) => type)).toEqual(["DOWN", "$ws:abort"]);
});

test("needs no crypto, which React Native lacks", async () => {
  vi.stubGlobal("crypto", undefined);
  try {
    const { client, network } = await opened();
    client.stream(Down, { n: 1 });
    network.socket.read();
    expect(network.received[0]?.meta?.correlationId).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab]/);
  } finally {
    vi.unstubAllGlobals();
  }
});
