import { expect, test, vi } from "vitest";
import { Ask, News, Note } from "../../test/definitions.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";

const world = useWorld();
const reconnect = { jitter: "none", initialDelayMs: 100 } as const;

test("the first failed dial says where and why it may be, without what is secret, and each cause once", async () => {
  const rig = createRig({
    reconnect,
    url: "ws://me:SECRET@test/ws?ticket=SECRET@x#top",
    auth: { getToken: () => "SECRET" },
  });
  void rig.client.connect();
  await settled();
  rig.network.socket.end(1006);
  expect(rig.errors).toMatchObject([{ type: "connect" }]);
  expect(rig.errors[0]?.error.message).toMatch(
    /^Cannot connect to ws:\/\/…test\/ws\?… \(1006.*port, path, Origin, .*401/,
  );
  await world.time.advance(100);
  rig.network.socket.end(1006);
  await world.time.advance(200);
  rig.network.socket.end(1013, "full");
  await world.time.advance(400);
  expect(rig.errors.map(({ error }) => /\((.*?)\)/.exec(error.message)?.[1])).toEqual(["1006", "1013 full"]);
  expect(JSON.stringify(rig.errors.map(({ error }) => error.message))).not.toContain("SECRET");

  // Once it was open it may be told again.
  rig.network.socket.accept();
  await settled();
  rig.network.socket.end(1006);
  await world.time.advance(800);
  rig.network.socket.end(1006);
  expect(rig.errors).toHaveLength(3);
});

test("it is the cause of the TimeoutError of a request that waited for the connection", async () => {
  const rig = createRig({ reconnect });
  const late = rig.client.request(Ask, { n: 1 }, { timeoutMs: 1_000 }).catch((error: unknown) => error);
  await settled();
  rig.network.socket.end(1006);
  await world.time.advance(1_000);
  expect(await late).toMatchObject({ name: "TimeoutError", cause: rig.errors[0]?.error });

  await world.time.advance(2_000);
  rig.network.socket.accept();
  await settled();
  const later = rig.client.request(Ask, { n: 1 }, { timeoutMs: 100 }).catch((error: unknown) => error);
  await world.time.advance(100);
  expect((await later) as Error).toMatchObject({ name: "TimeoutError" });
  expect(((await later) as Error).cause).toBeUndefined();
});

test("an error of a dial that no close follows ends it, and a close that follows tells of it", async () => {
  const rig = createRig({ reconnect });
  void rig.client.connect();
  await settled();
  const { socket } = rig.network;
  vi.spyOn(socket, "end").mockImplementation(() => {});
  socket.fail("forbidden");
  await world.time.advance(1);
  expect(rig.infos.slice(1)).toEqual([
    { code: 1006, reason: "forbidden" },
    { delayMs: 100, attempt: 1 },
  ]);
  await world.time.advance(100);
  rig.network.socket.fail("refused");
  await world.time.advance(1);
  expect(rig.errors.map(({ error }) => /\((.*?)\)/.exec(error.message)?.[1])).toEqual([
    "1006 forbidden",
    "1006 refused",
  ]);
  expect(rig.states).toEqual(["connecting", "closed", "reconnecting", "connecting", "closed", "reconnecting"]);
});

test("hanging up during a dial is no failure", async () => {
  const rig = createRig({ reconnect });
  void rig.client.connect();
  await settled();
  await rig.client.close();
  expect(rig.errors).toEqual([]);
});

test("a failed dial may have been a 401: the next token is another one, once until a connection opens", async () => {
  const refreshes: boolean[] = [];
  const getToken = ({ refresh }: { refresh: boolean }): string => {
    refreshes.push(refresh);
    return "t";
  };
  const rig = createRig({ reconnect: { ...reconnect, maxDelayMs: 100, stableAfterMs: 0 }, auth: { getToken } });
  void rig.client.connect();
  await settled();
  for (let dial = 0; dial < 3; dial++) {
    rig.network.socket.end(1006);
    await world.time.advance(100);
  }
  expect(refreshes).toEqual([false, true, false, false]);
  rig.network.socket.accept();
  await settled();
  rig.network.socket.end(1006);
  await world.time.advance(100);
  rig.network.socket.end(1006);
  await world.time.advance(100);
  expect(refreshes.slice(4)).toEqual([false, true]);
});

test("getToken never overlaps itself", async () => {
  let running = 0;
  let most = 0;
  let calls = 0;
  const rig = createRig({
    reconnect,
    connectTimeoutMs: 500,
    auth: {
      async getToken() {
        calls++;
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 900));
        running--;
        return `t${calls}`;
      },
    },
  });
  void rig.client.connect();
  await world.time.advance(900);
  expect([calls, most]).toEqual([1, 1]);
  expect(rig.network.sockets.map(({ url }) => url)).toEqual(["ws://test/?token=t1"]);
  await rig.client.close();
});

test("listening alone dials, in the next turn; not after close(), and not with autoConnect: false", async () => {
  const rig = createRig();
  const off = rig.client.on(News, () => {});
  expect(rig.client.state).toBe("closed");
  await settled();
  expect(rig.client.state).toBe("connecting");
  await rig.client.close();
  off();
  rig.client.once(News, () => {});
  await settled();
  expect(rig.client.state).toBe("closed");

  for (const autoConnect of [true, undefined]) {
    const closed = createRig({ autoConnect });
    closed.client.onUnhandled(() => {});
    await closed.client.close();
    closed.client.on(News, () => {});
    await settled();
    expect(closed.states).toEqual([]);
  }
  const patient = createRig({ autoConnect: false });
  patient.client.on(News, () => {});
  await settled();
  expect(patient.states).toEqual([]);
});

test("after maxAttempts a message, a request or connect() starts anew; after a final close only connect()", async () => {
  for (const again of ["send", "request", "connect"] as const) {
    const rig = createRig({ reconnect: { ...reconnect, maxAttempts: 1 } });
    rig.client.send(Note, { n: 1 });
    await settled();
    rig.network.socket.end(1006);
    await world.time.advance(100);
    rig.network.socket.end(1006);
    expect(rig.client.state).toBe("closed");
    if (again === "send") rig.client.send(Note, { n: 2 });
    else if (again === "request") void rig.client.request(Ask, { n: 2 }).catch(() => {});
    else void rig.client.connect();
    await settled();
    expect(rig.network.sockets).toHaveLength(3);
    rig.network.socket.end(1006);
    await world.time.advance(100);
    expect(rig.network.sockets).toHaveLength(4);
  }
  const refused = createRig({ reconnect });
  (await refused.open()).end(4403);
  expect(refused.client.send(Note, { n: 1 })).toBe(false);
});

test.each([
  ["auth", { auth: { getToken: () => new Promise<string>(() => {}) } }, "getToken()"],
  ["connect", { url: () => new Promise<string>(() => {}) }, "url()"],
] as const)("what never comes of the application is told of once, as %s", async (type, options, named) => {
  const rig = createRig({ reconnect, connectTimeoutMs: 100, ...options });
  const late = rig.client.request(Ask, { n: 1 }, { timeoutMs: 1_000 }).catch((error: unknown) => error);
  await world.time.advance(1_000);
  expect(rig.errors).toMatchObject([{ type, error: { message: expect.stringContaining(named) } }]);
  expect(await late).toMatchObject({ name: "TimeoutError", cause: rig.errors[0]?.error });
});

test.each([
  ["connect", { url: () => Promise.reject(new Error("No ticket")) }],
  [
    "auth",
    {
      auth: {
        getToken(): string {
          throw new Error("No token");
        },
      },
    },
  ],
] as const)("what fails of the application at each dial is told of once, as %s", async (type, options) => {
  const rig = createRig({ reconnect, ...options });
  const late = rig.client.request(Ask, { n: 1 }, { timeoutMs: 1_000 }).catch((error: unknown) => error);
  await world.time.advance(1_000);
  expect(rig.errors).toMatchObject([{ type }]);
  expect(await late).toMatchObject({ name: "TimeoutError", cause: rig.errors[0]?.error });
});

test("a class of sockets may throw anything", async () => {
  const Thrower = function (): never {
    // oxlint-disable-next-line typescript/only-throw-error -- as some do
    throw "ws://test/?token=SECRET is no good";
  };
  const rig = createRig({ WebSocket: Thrower as never });
  await expect(rig.client.connect()).rejects.toThrow("is no good");
  expect(rig.errors[0]).toMatchObject({ type: "connect", error: { message: "ws://test/?… is no good" } });
});

test.each([
  [
    "whose message throws",
    () => Object.defineProperty(new Error(), "message", { get: () => JSON.parse("{") as never }),
  ],
  ["whose message is no text", () => Object.assign(new Error(), { message: { code: 7 } })],
  ["that makes no text", () => Object.assign(new Error("x"), { toString: () => JSON.parse("{") as never })],
  ["with nothing at all", () => Object.create(null) as Error],
])("an error %s is a failed dial like any other, and a failed handler", async (_, make) => {
  let dials = 0;
  const failing = (): string => {
    if (dials++ === 0) throw make();
    return "ws://test/";
  };
  for (const options of [{ url: failing }, { auth: { getToken: failing } }]) {
    dials = 0;
    const rig = createRig({ ...options, reconnect });
    rig.client.onState(() => {
      throw make();
    });
    void rig.client.connect();
    await world.time.advance(10_000);
    expect(dials).toBe(2);
    rig.network.socket.accept();
    await settled();
    expect(rig.client.state).toBe("open");
    expect(rig.errors.filter(({ type }) => type !== "handler")).toEqual([
      expect.objectContaining({ type: "url" in options ? "connect" : "auth" }),
    ]);
  }
  const refused = createRig({
    reconnect,
    WebSocket: function refuse() {
      throw make();
    } as never,
  });
  await expect(refused.client.connect()).rejects.toThrow("Connection closed");
  expect(refused.errors.map(({ type }) => type)).toEqual(["connect", "connect"]);
});
