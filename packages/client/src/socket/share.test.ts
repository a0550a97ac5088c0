import { PING_FRAME, PONG_FRAME, rpc } from "@ws-kit/core/protocol";
import { expect, test, vi } from "vitest";
import { Ask, News, Note, numberSchema } from "../../test/definitions.ts";
import { FakeNetwork } from "../../test/fake-network.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";
import { wsClient } from "../index.ts";
import { handlers } from "../parts.ts";

const world = useWorld();
const reconnect = { jitter: "none", initialDelayMs: 100 } as const;

const dialed = (network: FakeNetwork, count = 1) => vi.waitFor(() => expect(network.sockets).toHaveLength(count));

test("two clients of one URL and token share a socket, each with its own handlers and requests", async () => {
  const network = new FakeNetwork();
  const auth = { getToken: () => "t1" };
  const [a, b] = [1, 2].map(() => createRig({ share: true, auth, reconnect }, network)) as [Rig, Rig];
  void a.client.connect();
  void b.client.connect();
  await dialed(network);
  await settled();
  network.socket.accept();
  expect([a.client.state, b.client.state]).toEqual(["open", "open"]);
  const got: string[] = [];
  a.client.on(News, () => got.push("a"));
  b.client.on(News, () => got.push("b"));
  network.socket.deliver({ type: "NEWS", payload: { n: 1 } });
  expect(got).toEqual(["a", "b"]);
  const asked = a.client.request(Ask, { n: 1 });
  network.socket.read();
  network.socket.deliver({ type: "ANSWER", meta: network.received[0]?.meta, payload: { n: 2 } });
  expect((await asked).payload.n).toBe(2);

  const late = createRig({ share: true, auth }, network);
  await late.client.connect();
  expect(network.sockets).toHaveLength(1);

  void a.client.close();
  void late.client.close();
  await settled();
  expect([a.client.state, late.client.state, b.client.state]).toEqual(["closed", "closed", "open"]);
  expect(network.socket.closed).toBeUndefined();
  b.client.send(Note, { n: 3 });
  void b.client.close();
  expect(network.socket.closed).toBe(1000);
  network.socket.read();
  expect(b.client.state).toBe("closed");
  expect(b.errors).toEqual([]);
});

test("another token is another socket, unless a string stands for the user", async () => {
  const tokens = ["t1", "t2", "t3", "t4"];
  const auth = { getToken: () => tokens.shift() };
  const network = new FakeNetwork();
  for (const share of [true, true]) void createRig({ share, auth }, network).client.connect();
  await dialed(network, 2);
  const named = new FakeNetwork();
  for (const share of ["ada", "ada"]) void createRig({ share, auth }, named).client.connect();
  await dialed(named);
  await settled();
  expect(named.sockets).toHaveLength(1);
});

test("a drop reaches every client, and they meet again on the next socket", async () => {
  const network = new FakeNetwork();
  const rigs = [1, 2].map(() => createRig({ share: true, reconnect, url: "ws://drop/" }, network)) as [Rig, Rig];
  for (const { client } of rigs) void client.connect();
  await dialed(network);
  await settled();
  network.socket.accept();
  network.socket.end(1006);
  expect(rigs.map(({ client }) => client.state)).toEqual(["reconnecting", "reconnecting"]);
  await world.time.advance(100);
  await dialed(network, 2);
  await settled();
  network.socket.accept();
  expect(rigs.map(({ client }) => client.state)).toEqual(["open", "open"]);
  expect(network.sockets).toHaveLength(2);
});

test("each pong goes to who asked, and who finds the socket dead leaves it to the patience of the others", async () => {
  const network = new FakeNetwork();
  const url = "ws://pulse/";
  const watching = createRig(
    { share: true, reconnect, url, heartbeat: { intervalMs: 1_000, timeoutMs: 300 } },
    network,
  );
  const plain = createRig({ share: true, reconnect, url }, network);
  for (const { client } of [watching, plain]) void client.connect();
  await dialed(network);
  await settled();
  const first = network.socket;
  first.accept();
  plain.client.send(Note, { n: 1 });
  await world.time.advance(1_000);
  expect(first.wire).toEqual([JSON.stringify({ type: "NOTE", payload: { n: 1 } }), PING_FRAME]);
  first.read();
  expect(watching.client.latencyMs).toBe(0);
  expect(plain.client.latencyMs).toBeUndefined();
  await world.time.advance(1_300);
  expect([watching.client.state, plain.client.state]).toEqual(["reconnecting", "open"]);
  // The others go on with it; whoever dials gets another one.
  await world.time.advance(100);
  expect(network.sockets).toHaveLength(2);
  expect(first.closed).toBeUndefined();
  await world.time.advance(34_000);
  expect(plain.errors).toMatchObject([{ type: "lost", message: "NOTE" }]);
  expect(first.closed).toBe(4408);
});

test.each(["close()", "its patience ends"])(
  "one that leaves while all connect does not take the others along: %s",
  async (how) => {
    const network = new FakeNetwork();
    const url = `ws://leaves/${encodeURIComponent(how)}`;
    const hasty = createRig({ share: true, url, reconnect: { enabled: false }, connectTimeoutMs: 500 }, network);
    const patient = createRig({ share: true, url, reconnect: { enabled: false } }, network);
    for (const { client } of [hasty, patient]) void client.connect();
    await dialed(network);
    await settled();
    if (how === "close()") await hasty.client.close();
    else await world.time.advance(500);
    expect([hasty.client.state, patient.client.state]).toEqual(["closed", "connecting"]);
    network.socket.accept();
    expect([hasty.client.state, patient.client.state]).toEqual(["closed", "open"]);
    await hasty.client.close();
    expect(network.socket.closed).toBeUndefined();
    void patient.client.close();
    expect(network.socket.closed).toBe(1000);
    network.socket.read();
    expect(patient.client.state).toBe("closed");
  },
);

test("the last one that leaves while it connects hangs up", async () => {
  const network = new FakeNetwork();
  const [a, b] = [1, 2].map(() => createRig({ share: true, url: "ws://last/" }, network)) as [Rig, Rig];
  for (const { client } of [a, b]) void client.connect();
  await dialed(network);
  await settled();
  for (const { client } of [a, b]) await client.close();
  expect(network.socket.closed).toBe(1000);
  expect([a.client.state, b.client.state]).toEqual(["closed", "closed"]);
});

test("a pong for one client confirms nothing of another", async () => {
  const network = new FakeNetwork();
  const [a, b] = [1_000, 1_500].map((intervalMs) =>
    createRig({ share: true, url: "ws://pongs/", heartbeat: { intervalMs, timeoutMs: 5_000 } }, network),
  ) as [Rig, Rig];
  for (const { client } of [a, b]) void client.connect();
  await dialed(network);
  await settled();
  network.socket.accept();
  await world.time.advance(1_000);
  b.client.send(Note, { n: 1 });
  await world.time.advance(500);
  network.socket.deliver(PONG_FRAME);
  expect([a.client.latencyMs, b.client.latencyMs]).toEqual([500, undefined]);
  network.socket.end(1006);
  expect(b.errors).toMatchObject([{ type: "lost", payload: { n: 1 } }]);
});

type Rig = ReturnType<typeof createRig>;

test("the server is told that one who leaves wants no answers any more", async () => {
  const network = new FakeNetwork();
  const [a, b] = [createRig({ share: "leaving" }, network), createRig({ share: "leaving" }, network)];
  void a.client.connect();
  void b.client.connect();
  await dialed(network);
  network.socket.accept();
  const asked = a.client.request(Ask, { n: 1 });
  await a.client.close();
  await expect(asked).rejects.toMatchObject({ name: "ConnectionClosedError", mayHaveExecuted: true });
  network.socket.read();
  const [first, second] = network.received;
  expect(second).toEqual({ type: "$ws:abort", meta: { correlationId: first?.meta?.correlationId } });
  void b.client.close();
  network.socket.read();
});

test("what the first of them was asked, the server learns that it will not answer", async () => {
  const network = new FakeNetwork();
  const Confirm = rpc.fromServer("CONFIRM", numberSchema(), "CONFIRMED", numberSchema());
  const join = () => wsClient({ url: "ws://test/", WebSocket: network.WebSocket, share: "asked", use: [handlers()] });
  const [a, b] = [join(), join()];
  a.handle(Confirm, () => new Promise<never>(() => {}));
  void a.connect();
  void b.connect();
  await dialed(network);
  network.socket.accept();
  await settled();
  network.socket.deliver({ type: "CONFIRM", meta: { correlationId: "s:1" }, payload: { n: 1 } });
  await a.close();
  network.socket.read();
  expect(network.received).toMatchObject([
    { type: "$ws:failed", meta: { correlationId: "s:1" }, payload: { code: "CANCELLED" } },
  ]);
  void b.close();
  network.socket.read();
});
