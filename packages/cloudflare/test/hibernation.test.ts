import type { IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { startWorkerd } from "./workerd.ts";

/** workerd evicts an object that had nothing to do for ten seconds. */
const EVICTED_AFTER_MS = 11_500;

let server: Awaited<ReturnType<typeof startWorkerd>>;
beforeAll(async () => {
  server = await startWorkerd(`${import.meta.dirname}/workers/hibernation.ts`, [
    "Room",
    "Lobby",
    "Demanding",
    "Narrow",
    "Leased",
    "Alarmed",
    "Own",
    "Partly",
  ]);
});
afterAll(() => server.stop());

type Frame = { type: string; meta?: object; payload: Record<string, unknown> };

/** One connection, with what it received and has not been looked at. */
class Client {
  readonly frames: Frame[] = [];
  readonly closed: Promise<[code: number, reason: string]>;
  private readonly ws: WebSocket;
  private wake: () => void = () => {};

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on("message", (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as Frame);
      this.wake();
    });
    this.closed = new Promise((resolve) => {
      ws.on("close", (code, reason) => resolve([code, reason.toString()]));
    });
    onTestFinished(() => ws.terminate());
  }

  static async open(path: string): Promise<Client> {
    const ws = new WebSocket(`ws://${server.host}${path}`);
    const client = new Client(ws);
    await new Promise((resolve, reject) => {
      ws.on("open", resolve);
      ws.on("error", reject);
    });
    return client;
  }

  send(type: string, payload?: object, meta?: object): void {
    this.ws.send(JSON.stringify({ type, payload, meta }));
  }

  close(): void {
    this.ws.close(4000, "done");
  }

  async next(): Promise<Frame> {
    while (this.frames.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.frames.shift() as Frame;
  }

  async request(type: string, payload?: object): Promise<Record<string, unknown>> {
    this.send(type, payload, { correlationId: "1" });
    return (await this.next()).payload;
  }
}

const idle = () => new Promise((resolve) => setTimeout(resolve, EVICTED_AFTER_MS));

describe("a Durable Object that was evicted", () => {
  test("wakes with its connections, their data and topics, and onOpen does not run again", async () => {
    const ada = await Client.open("/rooms/a?user=ada");
    const bob = await Client.open("/rooms/a?user=bob");
    const bug = await Client.open("/rooms/a?user=bug");
    ada.send("JOIN", { topic: "room" });
    bob.send("JOIN", { topic: "room" });
    bob.send("JOIN", { topic: "second" });
    bob.send("GROW", { bytes: 100_000 });
    bug.send("BREAK");
    const before = await ada.request("REPORT");
    expect(before).toMatchObject({ opened: 1, user: "ada", topics: ["room"], others: ["ada", "bob", "bug"] });
    expect((await bob.request("REPORT"))["stored"]).toBe(1);
    await expect.poll(() => server.logs()).toContain("data.broken is a function");

    const slept = Date.now();
    // The runtime answers pings without waking the object.
    const pinging = setInterval(() => ada.send("$ws:ping"), 2_000);
    await idle();
    clearInterval(pinging);
    expect(ada.frames.splice(0).every(({ type }) => type === "$ws:pong")).toBe(true);

    const woken = Date.now();
    const after = await ada.request("REPORT");
    expect(after["instance"]).not.toBe(before["instance"]);
    expect(after["wokeAt"]).toBeGreaterThan(slept + 10_000);
    expect(after["wokeAt"]).toBeGreaterThanOrEqual(woken - 50);
    expect(after).toEqual({
      ...before,
      instance: after["instance"],
      wokeAt: after["wokeAt"],
      visited: "1970-01-02T00:00:00.000Z",
      stored: 1,
      others: ["ada", "bob"],
    });

    // What could not be kept is not carried on without it.
    expect(await bug.closed).toEqual([1011, "The connection's state was lost"]);

    // A publish reaches those who have not said anything since.
    ada.send("SAY", { topic: "room", text: "still there?" });
    expect(await bob.next()).toEqual({ type: "SAID", payload: { text: "still there?" } });
    expect(await ada.next()).toEqual({ type: "SAID", payload: { text: "still there?" } });
    expect(await bob.request("REPORT")).toMatchObject({
      instance: after["instance"],
      opened: 1,
      user: "bob",
      bulk: 100_000,
      topics: ["room", "second"],
      visited: "1970-01-02T00:00:00.000Z",
    });

    // A close is complete, and leaves nothing in the storage.
    bob.close();
    expect(await bob.closed).toEqual([4000, "done"]);
    expect(await ada.next()).toEqual({ type: "SAID", payload: { text: "bob left room,second with 4000" } });
    expect(await ada.request("REPORT")).toMatchObject({ stored: 0, others: ["ada"] });
  });

  test("is woken by a close, which onClose hears of with everything it needs", async () => {
    const ada = await Client.open("/rooms/b?user=ada");
    const bob = await Client.open("/rooms/b?user=bob");
    ada.send("JOIN", { topic: "room" });
    bob.send("JOIN", { topic: "room" });
    const before = await ada.request("REPORT");
    await idle();
    bob.close();
    expect(await ada.next()).toEqual({ type: "SAID", payload: { text: "bob left room with 4000" } });
    const after = await ada.request("REPORT");
    expect(after["instance"]).not.toBe(before["instance"]);
    expect(after["others"]).toEqual(["ada"]);
  });

  test("is woken by another object, whose publish reaches the sleeping", async () => {
    const ada = await Client.open("/rooms/c?user=ada");
    ada.send("JOIN", { topic: "room" });
    const before = await ada.request("REPORT");
    await idle();
    const host = await Client.open("/lobby/main?user=host");
    expect(await host.request("ANNOUNCE", { room: "c", text: "closing soon" })).toEqual({ matched: 1 });
    expect(await ada.next()).toEqual({ type: "SAID", payload: { text: "closing soon" } });
    expect((await ada.request("REPORT"))["instance"]).not.toBe(before["instance"]);
  });

  test("is not one in which a request still runs", async () => {
    const ada = await Client.open("/rooms/d?user=ada");
    const bob = await Client.open("/rooms/d?user=bob");
    const before = await bob.request("REPORT");
    ada.send("HOLD", undefined, { correlationId: "h" });
    await idle();
    bob.send("RELEASE");
    expect(await ada.next()).toEqual({
      type: "HELD",
      meta: { correlationId: "h" },
      payload: { instance: before["instance"] },
    });
  });
});

test("data that does not fit the attachment goes to the storage, and comes back when it does", async () => {
  const ada = await Client.open("/rooms/f?user=ada");
  for (const [bytes, stored] of [
    [15_000, 0],
    [17_000, 1],
    [18_000, 1],
    [15_000, 0],
  ]) {
    ada.send("GROW", { bytes });
    // One later than the change: a connection is kept when its handler has ended.
    ada.send("SAY", { topic: "nobody", text: "" });
    await expect.poll(() => ada.request("REPORT")).toMatchObject({ bulk: bytes, stored });
  }
});

test("an object that wakes up counts the connections that slept with it", async () => {
  const ada = await Client.open("/narrow/a?user=ada");
  const large = await Client.open("/narrow?user=ada");
  const bob = await Client.open("/narrow?user=bob");
  // In the storage, from where it comes back later than the others.
  large.send("GROW", { bytes: 20_000 });
  expect(await large.request("REPORT")).toMatchObject({ bulk: 20_000 });
  const before = await ada.request("REPORT");
  await idle();
  // Nothing else has woken the object: these are the first to ask.
  await expect(Client.open("/narrow?user=ada")).rejects.toThrow("429");
  await expect(Client.open("/narrow/a?user=ada")).rejects.toThrow("429");
  const cyd = await Client.open("/narrow/a?user=cyd");
  await expect(Client.open("/narrow?user=dora")).rejects.toThrow("503");
  expect((await ada.request("REPORT"))["instance"]).not.toBe(before["instance"]);

  // One that goes while the object sleeps leaves its place, by its key too.
  cyd.close();
  await cyd.closed;
  await idle();
  large.close();
  await large.closed;
  const again = await Client.open("/narrow?user=ada");
  await expect(Client.open("/narrow/a?user=ada")).rejects.toThrow("429");
  expect(await again.request("REPORT")).toMatchObject({ others: ["ada", "ada", "bob"] });
  bob.close();
}, 60_000);

describe("tokens that end while the object sleeps", { timeout: 60_000 }, () => {
  const leased = (user: string, ms: number, path = "/leased/a") =>
    Client.open(`${path}?token=${user}:${Date.now() + ms}`);

  test("the alarm ends their connections, and nobody else's; a new token is taken after a sleep", async () => {
    const ada = await leased("ada", 14_000);
    const bob = await leased("bob", 3_600_000);
    expect((await ada.next()).payload["expiresInMs"]).toBeGreaterThan(10_000);
    expect((await bob.next()).payload["expiresInMs"]).toBeGreaterThan(3_000_000);
    const before = await bob.request("REPORT");
    await idle();
    // Nobody says anything: the object is woken by its alarm.
    expect(await ada.next()).toEqual({ type: "$ws:auth", payload: { expiresInMs: 0 } });
    expect(await ada.closed).toEqual([4401, "The token has expired"]);
    await idle();
    bob.send("$ws:auth", { token: `bob:${Date.now() + 7_200_000}` });
    expect((await bob.next()).payload["expiresInMs"]).toBeGreaterThan(7_000_000);
    const after = await bob.request("REPORT");
    expect(after["instance"]).not.toBe(before["instance"]);
    expect(after).toMatchObject({ user: "bob", others: ["bob"], clientId: before["clientId"] });
  });

  test.for(["-5", "-Infinity"])("one that ended at %s leaves the alarm to the others", async (until) => {
    await Client.open(`/leased/${until}?token=eve:${until}`);
    const ada = await leased("ada", 1_000, `/leased/${until}`);
    await ada.next();
    expect(await ada.next()).toEqual({ type: "$ws:auth", payload: { expiresInMs: 0 } });
  });

  test("an object with an alarm of its own keeps it, and handles nothing for them any more", async () => {
    const ada = await leased("ada", 2_000, "/alarmed");
    const bob = await leased("bob", 3_600_000, "/alarmed");
    await ada.next();
    await bob.next();
    ada.send("JOIN", { topic: "room" });
    await ada.request("REPORT");
    expect(await (await server.http("/alarmed/alarm")).json()).toEqual({ alarm: null });
    await idle();
    expect(ada.frames).toEqual([]);
    // The first event since then is somebody else's: it does not reach who should be gone.
    bob.send("SAY", { topic: "room", text: "secret" });
    expect(await ada.closed).toEqual([4401, "The token has expired"]);
    expect(ada.frames).toEqual([]);
    expect(await bob.request("REPORT")).toMatchObject({ others: ["bob"] });
  });

  test("what one that should be gone sends is not handled", async () => {
    const ada = await leased("ada", 2_000, "/alarmed");
    await ada.next();
    await idle();
    ada.send("REPORT", undefined, { correlationId: "1" });
    expect(await ada.closed).toEqual([4401, "The token has expired"]);
    expect(ada.frames).toEqual([]);
  });
});

test("an option that the runtime cannot honour throws", async () => {
  const response = await server.http("/demanding");
  expect(response.status).toBe(500);
  expect(await response.text()).toContain("idleTimeoutSeconds cannot be set: a Durable Object has no such setting");
});

describe("an object that decides by itself", () => {
  const upgrade = (headers: Record<string, string>, path = "/direct?user=eve") =>
    new Promise<number>((resolve) => {
      const ws = new WebSocket(`ws://${server.host}${path}`, { headers });
      ws.on("open", () => (ws.terminate(), resolve(101)));
      ws.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
      ws.on("error", () => {});
    });

  test.for([
    { wsKit: { data: { user: "root", clientId: "x" }, clientId: "x" } },
    { wsKit: "a ticket that nobody was told of" },
    { wsKit: true },
  ])("believes nothing that a client puts into cf: %j", async (cf) => {
    const headers = { "MF-CF-Blob": JSON.stringify(cf), origin: "https://evil.example" };
    expect(await upgrade(headers)).toBe(503);
  });
});

test("Hono's middleware adds to the answer, and its cookie helper tells who it is", async () => {
  const connect = (headers: Record<string, string>) =>
    new Promise<{ status: number; headers: IncomingHttpHeaders }>((resolve) => {
      const ws = new WebSocket(`ws://${server.host}/hono/h`, { headers });
      ws.on("upgrade", (response) => resolve({ headers: response.headers, status: 101 }));
      ws.on("open", () => ws.terminate());
      ws.on("unexpected-response", (_request, response) =>
        resolve({ headers: response.headers, status: response.statusCode ?? 0 }),
      );
      ws.on("error", () => {});
    });
  const headers = { "x-content-type-options": "nosniff", "set-cookie": ["room=h"] };
  expect(await connect({ cookie: "name=ada" })).toMatchObject({ status: 101, headers });
  expect(await connect({})).toMatchObject({ status: 401, headers });
});

test("a contract that the router provides in part throws", async () => {
  const response = await server.http("/partly");
  expect(response.status).toBe(500);
  expect(await response.text()).toContain("contract Rooms: nothing handles JOIN");
});

describe("a router's own authenticate", () => {
  test.each(["/own", "/own/a"])("decides on who comes to %s, where no Worker has", async (path) => {
    const ws = new WebSocket(`ws://${server.host}${path}?user=ada`);
    const headers = await new Promise((resolve) => ws.on("upgrade", (response) => resolve(response.headers)));
    ws.terminate();
    expect(headers).toMatchObject({ "set-cookie": ["by=router"] });
    expect(await (await Client.open(`${path}?user=ada`)).request("REPORT")).toMatchObject({ user: "ada" });
    await expect(Client.open(path)).rejects.toThrow("Unexpected server response: 401");
  });

  test("is not asked about whom the Worker's has let in", async () => {
    expect(await (await Client.open("/known/a")).request("REPORT")).toMatchObject({ user: "of the worker" });
  });
});

describe("the Worker", () => {
  test("refuses what would be lost on the way to the object, by name", async () => {
    await expect(Client.open("/rooms/e?user=saved")).rejects.toThrow("Unexpected server response: 500");
    await expect.poll(() => server.logs()).toContain("data.save is a function");
  });

  test("answers 404 for a room without an object, and for every other path", async () => {
    await expect(Client.open("/rooms/closed?user=ada")).rejects.toThrow("Unexpected server response: 404");
    await expect.poll(() => server.logs()).toContain('object gave nothing for "closed"');
    await expect(Client.open("/nowhere")).rejects.toThrow("Unexpected server response: 404");
  });

  test("may be passed by: then the object decides by its own options", async () => {
    const direct = await Client.open("/direct?user=dora");
    expect(await direct.request("REPORT")).toMatchObject({ opened: 1, user: "dora" });
    const ws = new WebSocket(`ws://${server.host}/direct`, { origin: "https://evil.example" });
    await expect(new Promise((_, reject) => ws.on("error", reject))).rejects.toThrow("403");
  });
});
