import { createRouter, message, topic, z } from "@ws-kit/zod";
import { type ClientOptions, type ErrorContext, type Gap, wsClient } from "@ws-kit/client/zod";
import { serve } from "@ws-kit/node";
import { expect, onTestFinished, test, vi } from "vitest";

const Said = message.fromServer("SAID", { n: z.number() });
const Enter = message.fromClient("ENTER");
const Room = topic("room:{id}", [Said], { history: { size: 1_000 } });
const room = Room({ id: "7" });

/** How often each connection is cut while messages are published: 1,000 by hand. */
const CUTS = Number(process.env["CUTS"] ?? 60);

/** A real server, whose clients may follow the room by themselves or by entering it. */
async function world() {
  const router = createRouter({ topics: [Room] });
  router.topic(Room, { authorize: ({ id }) => id === "7" });
  router.on(Enter, async (ctx) => {
    await ctx.topics.subscribe(room);
  });
  const server = serve(router, { port: 0, hostname: "127.0.0.1" });
  await server.ready;
  onTestFinished(() => server.stop({ timeoutMs: 0 }));
  const connect = (options: Partial<ClientOptions> = {}) => {
    const client = wsClient({
      url: `ws://127.0.0.1:${server.port}/`,
      reconnect: { initialDelayMs: 1, maxDelayMs: 20 },
      ...options,
    });
    const heard: number[] = [];
    const troubles: ErrorContext[] = [];
    client.on(Said, ({ payload }) => void heard.push(payload.n));
    client.onError((_, context) => {
      if (context.type !== "lost") troubles.push(context);
    });
    onTestFinished(() => client.close());
    return { client, heard, troubles };
  };
  return { router, connect };
}

test("nothing is missed, twice or out of order, however often connections are cut", async () => {
  const { router, connect } = await world();
  const [entering, asking] = [connect(), connect()];
  entering.client.onOpen(({ send }) => void send(Enter));
  const gaps: Gap[] = [];
  const subscription = asking.client.subscribe(room, { onGap: (gap) => gaps.push(gap) });
  await subscription.ready;
  await vi.waitFor(async () => {
    expect((await router.publish(room, Said, { n: 0 })).matched).toBe(2);
  });
  await vi.waitFor(() => expect(entering.heard.at(-1)).toBe(0));
  const first = [entering.heard.length, asking.heard.length];

  let n = 0;
  let cuts = 0;
  let recovered = 0;
  asking.client.observe(({ kind, detail }) => {
    if (kind === "received" && String(detail).includes('"status":"recovered"')) recovered++;
  });
  for (; cuts < CUTS; cuts++) {
    for (let i = 0; i < 5; i++) await router.publish(room, Said, { n: ++n });
    for (const { ws } of router.connections) (ws as { terminate(): void }).terminate();
    await router.publish(room, Said, { n: ++n });
    // Some cuts come before the client is back, some perhaps, some long after.
    const before = recovered;
    if (cuts % 3 === 2) await vi.waitUntil(() => recovered > before, { interval: 5, timeout: 10_000 });
    else await new Promise((resolve) => setTimeout(resolve, cuts % 3 === 0 ? 0 : 12));
  }
  await vi.waitFor(() => expect([entering.heard.at(-1), asking.heard.at(-1)]).toEqual([n, n]), 10_000);
  const all = Array.from({ length: n }, (_, i) => i + 1);
  expect(entering.heard.slice(first[0])).toEqual(all);
  expect(asking.heard.slice(first[1])).toEqual(all);
  expect([gaps, entering.troubles, asking.troubles]).toEqual([[], [], []]);
  expect(recovered).toBeGreaterThan(CUTS / 10);
});

test("who may not follow a topic is told so", async () => {
  const { connect } = await world();
  const { client } = connect();
  const refused = client.subscribe(Room({ id: "8" }), { onGap() {} });
  await expect(refused.ready).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
});

/** Loses the connection, and publishes as much meanwhile. */
async function missed({ router }: Awaited<ReturnType<typeof world>>, from: number, count: number): Promise<void> {
  for (const { ws } of router.connections) (ws as { terminate(): void }).terminate();
  for (let n = from; n < from + count; n++) await router.publish(room, Said, { n });
}

test("a topic that the page asks for and its handlers follow as well comes back whole", async () => {
  const here = await world();
  const { client, heard, troubles } = here.connect();
  client.onOpen(({ send }) => void send(Enter));
  const gaps: Gap[] = [];
  await client.subscribe(room, { onGap: (gap) => gaps.push(gap) }).ready;
  await here.router.publish(room, Said, { n: 0 });
  await vi.waitFor(() => expect(heard).toEqual([0]));
  await missed(here, 1, 5);
  await vi.waitFor(() => expect(heard).toEqual([0, 1, 2, 3, 4, 5]));
  expect([gaps, troubles]).toEqual([[], []]);
});

test("a gap is told once to each of those who share a socket", async () => {
  const here = await world();
  const sharing = [here.connect({ share: true }), here.connect({ share: true })];
  const gaps: Gap[][] = [];
  for (const { client } of sharing) {
    const told: Gap[] = [];
    gaps.push(told);
    await client.subscribe(room, { onGap: (gap) => told.push(gap) }).ready;
  }
  await here.router.publish(room, Said, { n: 0 });
  await vi.waitFor(() => expect(sharing.map(({ heard }) => heard)).toEqual([[0], [0]]));
  await missed(here, 1, 1_001);
  await vi.waitFor(() => expect(gaps.map(({ length }) => length)).toEqual([1, 1]));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await here.router.publish(room, Said, { n: 1_002 });
  await vi.waitFor(() => expect(sharing.map(({ heard }) => heard.at(-1))).toEqual([1_002, 1_002]));
  const one = [{ topic: room, reason: expect.any(String) as string }];
  expect([gaps, sharing.map(({ troubles }) => troubles)]).toEqual([
    [one, one],
    [[], []],
  ]);
});

test("who begins at a position that is none is told so", async () => {
  const here = await world();
  const { client, troubles } = here.connect();
  await client.connect();
  const odd = client.subscribe(Room({ id: "odd" }), { onGap() {}, since: ["e", -1] });
  await expect(odd.ready).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  expect(troubles).toMatchObject([{ type: "server", message: Room({ id: "odd" }) }]);
});
