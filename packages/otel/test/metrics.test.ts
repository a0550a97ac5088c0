import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { createTestServer } from "@ws-kit/testing";
import { createRouter } from "@ws-kit/zod";
import { afterEach, expect, it } from "vitest";
import { instrument } from "../src/index.ts";
import { Add, Confirm, Join, Room, Said, Say } from "./messages.ts";
import { meters } from "./world.ts";

const open: { stop(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

it("tells what a router does", async () => {
  const read = meters();
  open.push(read);
  const router = instrument(createRouter(), { meter: read.meter })
    .on(Join, (ctx) => void ctx.topics.subscribe(Room({ id: "7" })))
    .on(Say, async (ctx) => void (await ctx.publish(Room({ id: "7" }), Said, ctx.payload)))
    .rpc(Add, (ctx) => (ctx.payload.a < 0 ? ctx.error("OUT_OF_RANGE", "Negative") : { sum: 3 }));
  const server = createTestServer(router);
  // Not the beginning of time, which stands for a turn that never came.
  await server.clock.advance(1_000);
  const [ada, bob] = [await server.connect(), await server.connect()];
  ada.send(Join);
  bob.send(Join);
  await server.settle();
  for (const text of ["one", "two", "three"]) ada.send(Say, { text });
  await ada.request(Add, { a: 1, b: 2 });
  await ada.request(Add, { a: -1, b: 2 }).catch(() => {});
  ada.sendRaw({ type: "NOBODY" });
  await server.settle();
  ada.handle(Confirm, ({ payload }) => ({ yes: payload.text === "Keep it?" }));
  await router.connections.get(ada.socket.data.clientId as string)?.request(Confirm, { text: "Keep it?" });
  await router.connections
    .get(bob.socket.data.clientId as string)
    ?.request(Confirm, { text: "" }, { timeoutMs: 0 })
    .catch(() => {});
  bob.close(4000);
  await server.settle();

  const told = await read.read();
  const sum = (name: string) => told[name]?.reduce((all, { value }) => all + value, 0);
  expect(told["ws_kit.server.messages"]).toEqual(
    expect.arrayContaining([
      {
        value: 3,
        attributes: {
          "messaging.system": "ws_kit",
          "messaging.operation.name": "process",
          "messaging.operation.type": "process",
          "messaging.destination.name": "SAY",
          "ws_kit.outcome": "ok",
        },
      },
      { value: 1, attributes: { "rpc.system.name": "ws_kit", "rpc.method": "ADD", "ws_kit.outcome": "ok" } },
      {
        value: 1,
        attributes: {
          "rpc.system.name": "ws_kit",
          "rpc.method": "ADD",
          "ws_kit.outcome": "error",
          "error.type": "OUT_OF_RANGE",
          "rpc.status_code": "OUT_OF_RANGE",
        },
      },
    ]),
  );
  expect(sum("messaging.process.duration")).toBe(5);
  expect(sum("rpc.server.call.duration")).toBe(2);
  expect(told["rpc.client.call.duration"]).toEqual(
    [undefined, "DEADLINE_EXCEEDED"].map((code) => ({
      value: 1,
      attributes: {
        "rpc.system.name": "ws_kit",
        "rpc.method": "CONFIRM",
        ...(code && { "error.type": code, "rpc.status_code": code }),
      },
    })),
  );
  const known = new Set(
    Object.entries<unknown>({ ...conventions }).flatMap(([name, value]) => (name.startsWith("METRIC_") ? value : [])),
  );
  expect(Object.keys(told).filter((name) => !name.startsWith("ws_kit.") && !known.has(name))).toEqual([]);
  expect(told["ws_kit.server.refused"]).toEqual([{ value: 1, attributes: { "error.type": "UNIMPLEMENTED" } }]);
  expect(sum("ws_kit.server.published")).toBe(3);
  expect(told["ws_kit.server.connections"]).toEqual([{ value: 1, attributes: {} }]);
  expect(told["ws_kit.server.topics"]).toEqual([{ value: 1, attributes: {} }]);
  expect(told["ws_kit.server.buffered"]).toEqual([{ value: 0, attributes: {} }]);
  expect(told["ws_kit.server.disconnections"]).toEqual([
    { value: 1, attributes: { "ws_kit.close.code": "application" } },
  ]);
  expect(told).not.toHaveProperty(["ws_kit.server.cluster.link"]);
});

it("counts refused upgrades by their cause", async () => {
  const read = meters();
  open.push(read);
  const server = createTestServer(instrument(createRouter({ authenticate: () => false }), { meter: read.meter }));
  await server.connect().catch(() => {});
  expect((await read.read())["ws_kit.server.upgrades.refused"]).toEqual([
    { value: 1, attributes: { "ws_kit.cause": "authenticate", "http.response.status_code": 401 } },
  ]);
});

it("counts every message and times a share of them", async () => {
  const read = meters();
  open.push(read);
  const router = instrument(createRouter(), { meter: read.meter, sample: 0 }).on(Say, () => {});
  const server = createTestServer(router);
  const ada = await server.connect();
  ada.send(Say, { text: "one" });
  await server.settle();
  const told = await read.read();
  expect(told["ws_kit.server.messages"]?.[0]?.value).toBe(1);
  expect(told["messaging.process.duration"] ?? []).toEqual([]);
});

it("has a series for each close code of the server's, and one for all that clients make up", async () => {
  const read = meters();
  open.push(read);
  const router = instrument(createRouter(), { meter: read.meter });
  const server = createTestServer(router);
  for (let code = 3_000; code < 3_060; code++) (await server.connect()).close(code);
  (await server.connect()).close(1000);
  await server.settle();
  for (let i = 0; i < 2; i++) await server.connect();
  for (const connection of router.connections) connection.close(4_001, "Enough");
  await server.settle();
  expect((await read.read())["ws_kit.server.disconnections"]).toEqual([
    { value: 60, attributes: { "ws_kit.close.code": "application" } },
    { value: 1, attributes: { "ws_kit.close.code": 1000 } },
    { value: 2, attributes: { "ws_kit.close.code": 4001 } },
  ]);
});
