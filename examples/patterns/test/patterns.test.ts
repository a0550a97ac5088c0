import type { Client } from "@ws-kit/client/zod";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import * as heartbeat from "../src/heartbeat.ts";
import * as modules from "../src/modules.ts";
import * as negotiation from "../src/negotiation.ts";
import * as pool from "../src/pool.ts";
import * as limits from "../src/rate-limits.ts";
import * as selective from "../src/selective.ts";
import { router as versions, v1, v2 } from "../src/versions.ts";
import { served } from "./served.ts";

test("the pool reaches each device of a user, and forgets who left", async () => {
  const { connect } = await served(pool.router);
  const [phone, laptop] = [await connect({ user: "ada" }), await connect({ user: "ada" })];
  const bob = await connect({ user: "bob" });
  const heard: string[] = [];
  for (const client of [phone, laptop, bob]) client.on(pool.Notice, ({ payload }) => void heard.push(payload.text));

  const told = await bob.request(pool.Notify, { userId: "ada", text: "Your order has shipped" });
  expect(told.payload).toEqual({ devices: 2 });
  await expect.poll(() => heard).toEqual(["Your order has shipped", "Your order has shipped"]);
  const { users } = (await bob.request(pool.WhoIsOn)).payload;
  expect(users.map(({ userId, devices }) => [userId, devices])).toEqual([
    ["ada", 2],
    ["bob", 1],
  ]);
  expect(users[1]?.idleMs).toBe(0);

  await Promise.all([phone.close(), laptop.close()]);
  await expect.poll(() => [...pool.pool].map(([userId]) => userId)).toEqual(["bob"]);
  expect((await bob.request(pool.Notify, { userId: "ada", text: "?" })).payload).toEqual({ devices: 0 });
});

test("a user's tabs share a limit, typing has none, and what costs has its own", async () => {
  const { connect } = await served(limits.router);
  const [tab, other] = [await connect({ user: "ada" }), await connect({ user: "ada" })];
  const refused: string[] = [];
  for (const client of [tab, other]) client.onError((error) => void refused.push(error.message));
  const heard: string[] = [];
  const bob = await connect({ user: "bob" });
  bob.on(limits.Say, ({ payload }) => void heard.push(payload.text));
  bob.on(limits.Typing, () => void heard.push("…"));

  for (let n = 0; n < 10; n++) for (const client of [tab, other]) client.send(limits.Say, { text: `${n}` });
  await expect.poll(() => heard).toHaveLength(20);
  tab.send(limits.Say, { text: "one too many" });
  await expect.poll(() => refused).toEqual(["Slow down"]);
  tab.send(limits.Typing);
  await expect.poll(() => heard.at(-1)).toBe("…");

  for (let n = 0; n < 3; n++) await other.request(limits.Ask, { question: "Why?" });
  await expect(tab.request(limits.Ask, { question: "Why?" })).rejects.toMatchObject({
    code: "RESOURCE_EXHAUSTED",
    message: "No questions left today",
    retryAfterMs: expect.any(Number),
  });
  expect((await bob.request(limits.Ask, { question: "Why?" })).payload.text).toContain("Why?");
});

test("a flood ends before it is decoded", async () => {
  const { connect } = await served(limits.router);
  const eve = await connect({ user: "eve" });
  const refused: string[] = [];
  eve.onError((error) => void refused.push(error.message));
  for (let n = 0; n < 200; n++) eve.send(limits.Typing);
  await expect.poll(() => refused.length).toBeGreaterThan(50);
  expect(refused).not.toContain("Slow down");
});

/** Who reads what is reported in a room of a moderator and a user, by whom it was written. */
async function readers(router: typeof selective.router, author: "user" | "moderator"): Promise<string[]> {
  const { connect } = await served(router);
  const read: string[] = [];
  const room = new Map<string, Client>();
  for (const role of ["user", "moderator"]) {
    const client = await connect({ user: role, role });
    room.set(role, client);
    client.on(selective.Flagged, () => void read.push(role));
    client.send(selective.Join, { room: "garden" });
  }
  // Messages of one connection are handled in their order: who has an answer has been sent all that came before it.
  const settle = async (client: Client): Promise<void> => {
    await client.request(selective.Flag, { room: "elsewhere", text: "" }).catch(() => {});
  };
  await Promise.all([...room.values()].map(settle));
  const told = await room.get(author)?.request(selective.Flag, { room: "garden", text: "Spam" });
  await Promise.all([...room.values()].map(settle));
  expect(told?.payload.readers).toBe(read.length);
  return read.toSorted();
}

test.each(["user", "moderator"] as const)("a filter about who reads: moderators, where a %s writes", async (author) => {
  expect(await readers(selective.router, author)).toEqual(["moderator"]);
});

test.each([
  ["moderator", ["moderator", "user"]],
  ["user", []],
] as const)("a filter about who writes leaks: where a %s writes, it reaches %j", async (author, who) => {
  expect(await readers(selective.leaky, author)).toEqual(who);
});

test("the protocol's ping finds who is gone, the application's how long it takes", async () => {
  const { connect, url } = await served(heartbeat.createHeartbeat(200));
  const ada = await connect();
  const gone = new Promise((resolve) => ada.once(heartbeat.Gone, ({ payload }) => resolve(payload.clientId)));
  const { payload } = await ada.request(heartbeat.Ping, { timestamp: Date.now() });
  expect(payload.latency).toBeGreaterThanOrEqual(0);
  expect(await heartbeat.roundTripMs(ada)).toBeGreaterThan(0);

  // A peer that is there and answers nothing.
  const dead = new WebSocket(url(), { autoPong: false });
  onTestFinished(() => dead.terminate());
  expect(await gone).toEqual(expect.any(String));
  expect(ada.isConnected).toBe(true);
});

test("both ends say what they can do, before anything else", async () => {
  const { connect } = await served(negotiation.router);
  const [current, plain] = [await connect(), await connect()];
  const heard: unknown[] = [];
  for (const client of [current, plain]) client.on(negotiation.Posted, ({ payload }) => void heard.push(payload));
  const refused = new Promise<Error>((resolve) => plain.onError(resolve));
  plain.send(negotiation.Post, { text: "too early" });
  expect((await refused).message).toBe("Say HELLO first");

  const { payload } = await current.request(negotiation.Hello, { version: "2.7", features: ["images", "holograms"] });
  expect(payload).toEqual({ version: "2.1", features: ["images"] });
  await plain.request(negotiation.Hello, { version: "2.0", features: [] });
  current.send(negotiation.Post, { text: "Look", image: "cat.png" });
  await expect.poll(() => heard).toHaveLength(2);
  expect(heard).toContainEqual({ text: "Look", image: "cat.png" });
  expect(heard).toContainEqual({ text: "Look" });
});

test("who is too old is told what to do, and let go for good", async () => {
  const { connect } = await served(negotiation.router);
  const old = await connect();
  const closed = new Promise((resolve) => old.onState((state) => void (state === "closed" && resolve(state))));
  await expect(old.request(negotiation.Hello, { version: "1.4", features: [] })).rejects.toMatchObject({
    code: "FAILED_PRECONDITION",
    context: { oldest: "2.0" },
  });
  expect(await closed).toBe("closed");
});

test("an old page and a new one talk through a server that knows both", async () => {
  const { connect } = await served(versions);
  const [before, after] = [await connect({ user: "old" }), await connect({ user: "new", v: "2" })];
  const heard: unknown[] = [];
  before.on(v1.Sent, ({ payload }) => void heard.push(payload));
  after.on(v2.Sent, ({ payload }) => void heard.push(payload));
  before.send(v1.Send, { text: "Hello" });
  await expect.poll(() => heard).toHaveLength(2);
  after.send(v2.Send, { text: "*Hi*", format: "markdown" });
  await expect.poll(() => heard).toHaveLength(4);
  expect(heard).toEqual(
    expect.arrayContaining([
      { text: "Hello" },
      { text: "Hello", format: "plain", by: "old" },
      { text: "Hi" },
      { text: "*Hi*", format: "markdown", by: "new" },
    ]),
  );
});

test("each part has its own middleware, and its name from where it is mounted", async () => {
  const { connect, url } = await served(modules.router);
  const [ada, root] = [await connect({ user: "ada" }), await connect({ user: "root", role: "admin" })];
  const heard = new Promise((resolve) => root.on(modules.Say, ({ payload }) => resolve(payload.text)));
  ada.send(modules.Say, { text: "Hello" });
  expect(await heard).toBe("Hello");
  expect((await ada.request(modules.Count)).payload).toEqual({ online: 2 });
  await expect(ada.request(modules.AdminKick, { userId: "root" })).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  await expect(ada.request(modules.Kick, { userId: "root" })).rejects.toMatchObject({ code: "UNIMPLEMENTED" });

  const eve = new WebSocket(url({ user: "eve" }));
  await once(eve, "open");
  const closed = once(eve, "close");
  expect((await root.request(modules.AdminKick, { userId: "eve" })).payload).toEqual({ connections: 1 });
  expect((await closed)[0]).toBe(4403);
});
