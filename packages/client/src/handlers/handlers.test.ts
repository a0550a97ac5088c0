import { expect, test, vi } from "vitest";
import { rpc, type Rpc } from "@ws-kit/core/protocol";
import { Ask, type Note, numberSchema } from "../../test/definitions.ts";
import { FakeNetwork, type FakeSocket } from "../../test/fake-network.ts";
import { useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";
import { wsClient as fullClient } from "../index.ts";
import { wsClient } from "../lite.ts";
import { handlers, requests, WsKitError } from "../parts.ts";

const world = useWorld();
const url = "ws://test/";
const schema = numberSchema();
const Confirm = rpc.fromServer("CONFIRM", schema, "CONFIRMED", schema, {
  progress: schema,
  errors: { ABORTED: schema },
}) as unknown as Rpc<{
  type: "CONFIRM";
  from: "server";
  payload: { n: number };
  response: typeof Note;
  progress: { n: number };
  errors: { ABORTED: { n: number } };
}>;

async function rig(options: Parameters<typeof handlers>[0] = {}) {
  const network = new FakeNetwork();
  const client = wsClient({ url, WebSocket: network.WebSocket, use: [handlers(options)] });
  const errors: unknown[] = [];
  client.onError((error, { type }) => errors.push([type, error.message]));
  const open = async (): Promise<FakeSocket> => {
    void client.connect();
    await settled();
    network.socket.accept();
    await settled();
    return network.socket;
  };
  await open();
  const ask = async (id: string, n = 1, meta: object = {}): Promise<void> => {
    network.socket.deliver({ type: "CONFIRM", meta: { correlationId: id, timeoutMs: 1_000, ...meta }, payload: { n } });
    await settled();
  };
  const said = (): unknown[] => {
    network.socket.read();
    return network.received.splice(0).map(({ type, meta, payload }) => [type, meta?.correlationId, payload]);
  };
  return { client, network, errors, open, ask, said };
}

test("a handler's return is the answer, after its progress", async () => {
  const { client, ask, said } = await rig();
  client.handle(Confirm, async ({ payload, meta, progress, timeLeftMs }) => {
    expect([meta["trace"], timeLeftMs]).toEqual(["t", 1_000]);
    expect(progress({ n: 2 })).toBe(true);
    await settled();
    return { n: payload.n + 2 };
  });
  await ask("s:1", 1, { trace: "t" });
  await settled();
  expect(said()).toEqual([
    ["$ws:progress", "s:1", { n: 2 }],
    ["CONFIRMED", "s:1", { n: 3 }],
  ]);
});

test.each([
  ["lite", () => [] as const],
  ["with handlers", () => [handlers()] as const],
  ["with requests", () => [requests()] as const],
])("a request that nothing handles is UNIMPLEMENTED at once: %s", async (_, use) => {
  const network = new FakeNetwork();
  const client = wsClient({ url, WebSocket: network.WebSocket, use: use() as readonly [] });
  void client.connect();
  await settled();
  network.socket.accept();
  await settled();
  network.socket.deliver({ type: "CONFIRM", meta: { correlationId: "s:1" }, payload: { n: 1 } });
  // Answers to nothing here are ignored as before.
  for (const type of ["ANSWER", "$ws:abort"]) network.socket.deliver({ type, meta: { correlationId: "1" } });
  await settled();
  network.socket.read();
  expect(network.received).toEqual([
    {
      type: "$ws:failed",
      meta: { correlationId: "s:1" },
    },
  ]);
});

test.each([
  [new WsKitError("ABORTED", "no", { n: 3, secret: 1 }), { code: "ABORTED", message: "no", details: { n: 3 } }, 0],
  [
    new WsKitError("NOT_FOUND", "no", "any", { retryAfterMs: 5 }),
    { code: "NOT_FOUND", details: "any", retryAfterMs: 5 },
    0,
  ],
  [new WsKitError("ABORTED", "no", { n: -1 }), { code: "INTERNAL", message: "Internal error" }, 1],
  [new Error("secret"), { code: "INTERNAL", message: "Internal error" }, 1],
  [Object.assign(new Error("s"), { code: "NOT_FOUND" }), { code: "INTERNAL" }, 1],
])("what a handler throws is why there is no answer: %s", async (error, payload, reported) => {
  const { client, ask, said, errors } = await rig();
  client.handle(Confirm, () => {
    throw error;
  });
  await ask("s:1");
  expect(said()).toMatchObject([["$ws:failed", "s:1", payload]]);
  expect(errors).toHaveLength(reported);
});

test("what does not fit is refused before the handler, and after it", async () => {
  const { client, ask, said, errors } = await rig();
  const handler = vi.fn<() => { n: number }>(() => ({ n: -1 }));
  client.handle(Confirm, (request) => {
    expect(request.progress({ n: -1 })).toBe(false);
    return handler();
  });
  await ask("s:1", -1);
  expect(handler).not.toHaveBeenCalled();
  expect(said()).toMatchObject([["$ws:failed", "s:1", { code: "INVALID_ARGUMENT" }]]);
  await ask("s:2", 1);
  expect(said()).toMatchObject([["$ws:failed", "s:2", { code: "INTERNAL" }]]);
  expect(errors).toEqual([
    ["invalid", expect.any(String)],
    ["handler", expect.any(String)],
  ]);
});

test.each([
  [
    "the server's abort",
    async ({ network }: Rig) => network.socket.deliver({ type: "$ws:abort", meta: { correlationId: "s:1" } }),
  ],
  ["its deadline", async () => world.time.advance(1_000)],
  ["the end of its connection", async ({ network }: Rig) => network.socket.end(1006)],
  ["close()", async ({ client }: Rig) => void client.close()],
])("%s aborts its signal, and nothing is answered any more", async (_, act) => {
  const made = await rig();
  const { client, ask, said, errors } = made;
  let done!: () => void;
  const gate = new Promise<void>((resolve) => (done = resolve));
  let signal: AbortSignal | undefined;
  let late: boolean | undefined;
  client.handle(Confirm, async (request) => {
    ({ signal } = request);
    await gate;
    late = request.progress({ n: 1 });
    throw new Error("too late");
  });
  await ask("s:1");
  expect(signal?.aborted).toBe(false);
  await act(made);
  await settled();
  expect(signal?.aborted).toBe(true);
  said();
  done();
  await settled();
  expect(late).toBe(false);
  expect(said()).toEqual([]);
  expect(errors).toEqual([]);
});

type Rig = Awaited<ReturnType<typeof rig>>;

test("as many run beside each other as may, and an id once", async () => {
  const { client, ask, said } = await rig({ maxRunning: 1 });
  const dones: (() => void)[] = [];
  client.handle(Confirm, () => new Promise((resolve) => dones.push(() => resolve({ n: 1 }))));
  await ask("s:1");
  await ask("s:1");
  await ask("s:2");
  expect(said()).toMatchObject([["$ws:failed", "s:2", { code: "RESOURCE_EXHAUSTED" }]]);
  expect(dones).toHaveLength(1);
  dones[0]?.();
  await settled();
  await ask("s:3");
  expect(dones).toHaveLength(2);
  expect(said()).toMatchObject([["CONFIRMED", "s:1", { n: 1 }]]);
});

test("a handler can go, and come again; two of one type cannot be", async () => {
  const { client, ask, said } = await rig();
  const off = client.handle(Confirm, () => ({ n: 1 }));
  expect(() => client.handle(Confirm, () => ({ n: 2 }))).toThrow("CONFIRM is handled already");
  // @ts-expect-error -- clients ask it
  expect(() => client.handle(Ask, () => ({ n: 1 }))).toThrow("ASK is nothing that servers ask");
  off();
  await ask("s:1");
  const again = client.handle(Confirm, () => ({ n: 3 }));
  off();
  await ask("s:2");
  expect(said()).toMatchObject([
    ["$ws:failed", "s:1", undefined],
    ["CONFIRMED", "s:2", { n: 3 }],
  ]);
  again();
});

test("of clients that share a socket the first answers", async () => {
  const network = new FakeNetwork();
  const two = [1, 2].map(() => fullClient({ url, WebSocket: network.WebSocket, share: true, use: [handlers()] }));
  for (const [n, client] of two.entries()) client.handle(Confirm, () => ({ n }));
  await settled();
  network.socket.accept();
  await settled();
  network.socket.deliver({ type: "CONFIRM", meta: { correlationId: "s:1" }, payload: { n: 1 } });
  network.socket.deliver({ type: "OTHER", meta: { correlationId: "s:2" } });
  await settled();
  network.socket.read();
  expect(network.received).toMatchObject([
    { type: "CONFIRMED", payload: { n: 0 } },
    { type: "$ws:failed", meta: { correlationId: "s:2" } },
  ]);
});

test("its progress goes before the answer where a schema takes time", async () => {
  let release: (() => void) | undefined;
  const slow = numberSchema(() => new Promise((resolve) => (release = resolve)));
  const Slow = rpc.fromServer("CONFIRM", schema, "CONFIRMED", schema, { progress: slow }) as unknown as typeof Confirm;
  const { client, ask, said } = await rig();
  client.handle(Slow, ({ progress }) => {
    progress({ n: 1 });
    return { n: 2 };
  });
  await ask("s:1");
  expect(said()).toEqual([]);
  release?.();
  await settled();
  expect(said()).toEqual([
    ["$ws:progress", "s:1", { n: 1 }],
    ["CONFIRMED", "s:1", { n: 2 }],
  ]);
});
