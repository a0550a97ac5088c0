import { inspect } from "node:util";
import { tokenFromProtocols } from "@ws-kit/core/protocol";
import { afterEach, expect, test, vi } from "vitest";
import { NativeUrl } from "../../../../test/native-url.ts";
import { FakeNetwork } from "../../test/fake-network.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";
import { wsClient } from "../index.ts";

const world = useWorld();
afterEach(() => void vi.unstubAllGlobals());
const reconnect = { jitter: "none", initialDelayMs: 100 } as const;

test.each([
  ["ws://test/ws", "ws://test/ws?token=a+%26%2Fb"],
  ["ws://test/ws?room=1", "ws://test/ws?room=1&token=a+%26%2Fb"],
  ["ws://test/ws?token=stale&room=1&token=older", "ws://test/ws?room=1&token=a+%26%2Fb"],
  ["ws://test/ws?#/rooms/7?of=9", "ws://test/ws?token=a+%26%2Fb"],
  [" ws://test/a b?room=x y#z ", "ws://test/a%20b?room=x+y&token=a+%26%2Fb"],
])("adds the token to %s", async (url, dialed) => {
  const rig = createRig({ url, auth: { getToken: () => "a &/b", attach: "query" } });
  void rig.client.connect();
  await settled();
  expect(rig.network.socket.url).toBe(dialed);
  expect(new URL(dialed).searchParams.get("token")).toBe("a &/b");
});

test.each([
  ["ws://test/ws", undefined, "ws://test/ws"],
  ["ws://test/ws?room=1#here", undefined, "ws://test/ws?room=1"],
  ["ws://test/ws?token=stale&room=1", { getToken: () => "a &/b" }, "ws://test/ws?room=1&token=a+%26%2Fb"],
])("dials %s in React Native, whose own URL is not the standard's", async (url, auth, dialed) => {
  Object.assign(world.page, { product: "ReactNative" });
  vi.stubGlobal("URL", NativeUrl);
  const rig = createRig({ url, auth });
  void rig.client.connect();
  await settled();
  expect(rig.errors).toEqual([]);
  expect(rig.network.socket.url).toBe(dialed);
});

test("names the parameter as told, and dials without one where there is no token", async () => {
  const tokens = ["x", null, undefined, ""];
  const rig = createRig({ reconnect, auth: { getToken: () => tokens.shift(), queryParam: "access_token" } });
  void rig.client.connect();
  for (let dial = 0; dial < 4; dial++) {
    await world.time.advance(10_000);
    rig.network.socket.end(1006);
  }
  expect(rig.network.sockets.map(({ url }) => url)).toEqual([
    "ws://test/?access_token=x",
    "ws://test/",
    "ws://test/",
    "ws://test/",
  ]);
});

test("a token that is gone is not sent from an old URL, and nobody else's parameter is touched", async () => {
  const url = "ws://test/?token=stale&q=a%20b#x";
  for (const [auth, dialed] of [
    [{ getToken: () => null }, "ws://test/?q=a+b"],
    [{ getToken: () => null, attach: "protocol" as const }, "ws://test/?token=stale&q=a%20b"],
    [undefined, "ws://test/?token=stale&q=a%20b"],
  ] as const) {
    const rig = createRig({ url, auth });
    void rig.client.connect();
    await settled();
    expect(rig.network.socket.url).toBe(dialed);
  }
});

test.each(["http//x", "/relative", "ws://127.0.0.1:99999/", "ws://a b/"])(
  "the URL %j cannot be dialed, and no token is asked for it",
  async (url) => {
    const getToken = vi.fn<() => string>();
    const rig = createRig({ url, auth: { getToken }, reconnect: { enabled: false } });
    await expect(rig.client.connect()).rejects.toMatchObject({ name: "ConnectionClosedError" });
    expect(getToken).not.toHaveBeenCalled();
    expect(rig.errors[0]?.type).toBe("connect");
  },
);

test.each([
  "Failed to construct 'WebSocket': The URL 'ws://test/?token=SECRET' is invalid.",
  'WebSocket connection to "ws://test/?room=1&token=SECRET" failed',
  "The subprotocol 'ws-kit.token.SECRET' is duplicated.",
])("no token is in what is told of a failure: %s", async (message) => {
  const told: unknown[] = [];
  const logger = {
    debug: (...args: unknown[]) => told.push(...args),
    error: (...args: unknown[]) => told.push(...args),
  };
  for (const how of ["thrown", "told"]) {
    const network = new FakeNetwork();
    function Refusing() {
      throw new SyntaxError(message);
    }
    const client = wsClient({
      url: "ws://test/",
      WebSocket: how === "thrown" ? (Refusing as never) : network.WebSocket,
      auth: { getToken: () => "SECRET" },
      reconnect: { enabled: false },
      logger,
    });
    client.onError((error, context) => told.push(error, context));
    client.onState((_, info) => told.push(info));
    const connecting = client.connect().catch((error: unknown) => told.push(error));
    await settled();
    if (how === "told") network.socket.fail(message);
    await connecting;
  }
  expect(inspect(told, { depth: 9 })).toContain("…");
  expect(inspect(told, { depth: 9, showHidden: true })).not.toContain("SECRET");
});

test("a token in the application's own URL is not told either", async () => {
  const rig = createRig({ url: "ws://127.0.0.1:99999/?token=SECRET" });
  const failed = await rig.client.connect().catch((error: unknown) => error);
  expect(inspect([failed, rig.errors, rig.infos], { depth: 9, showHidden: true })).not.toContain("SECRET");
});

test("says why a dial failed, where the socket's class does", async () => {
  const rig = createRig({ reconnect: { enabled: false } });
  const connecting = rig.client.connect();
  await settled();
  rig.network.socket.fail("Unexpected server response: 401");
  await expect(connecting).rejects.toThrow("1006 Unexpected server response: 401");
  expect(rig.infos.at(-1)).toEqual({ code: 1006, reason: "Unexpected server response: 401" });
  expect(rig.errors[0]?.error.message).toContain("Unexpected server response: 401");
  // The next dial has reasons of its own.
  const again = rig.client.connect();
  await settled();
  rig.network.socket.end(1006);
  await expect(again).rejects.toThrow("1006");
  expect(rig.infos.at(-1)).toEqual({ code: 1006, reason: "" });
});

test("offers the token as a subprotocol besides the others", async () => {
  const rig = createRig({ protocols: "chat", auth: { getToken: () => Promise.resolve("a b"), attach: "protocol" } });
  void rig.client.connect();
  await settled();
  const { url, protocols } = rig.network.socket;
  expect(url).toBe("ws://test/");
  expect(protocols.slice(0, 2)).toEqual(["chat", "ws-kit"]);
  expect(tokenFromProtocols(protocols.join())).toBe("a b");
});

test("asks for URL and token anew before every dial; a failure of either is retried", async () => {
  let asked = 0;
  const rig = createRig({
    reconnect,
    url: async () => {
      if (asked === 1) throw new Error("no ticket");
      return `ws://test/${asked}`;
    },
    auth: {
      getToken() {
        if (asked++ === 0) throw new Error("no token");
        return `t${asked}`;
      },
    },
  });
  void rig.client.connect();
  await world.time.advance(99);
  expect(rig.errors).toMatchObject([{ type: "auth", error: { message: "no token" } }]);
  await world.time.advance(1);
  expect(rig.errors[1]).toMatchObject({ type: "connect", error: { message: "no ticket" } });
  asked = 2;
  await world.time.advance(200);
  expect(rig.network.socket.url).toBe("ws://test/2?token=t3");
});

test("a 4401 refreshes the token once, and once more after a connection that lasted", async () => {
  const refreshes: boolean[] = [];
  const rig = createRig({
    reconnect: { ...reconnect, stableAfterMs: 1_000 },
    auth: {
      getToken({ refresh }) {
        refreshes.push(refresh);
        return "t";
      },
    },
  });
  (await rig.open()).end(4401);
  await world.time.advance(100);
  expect(refreshes).toEqual([false, true]);
  rig.network.socket.accept();
  await world.time.advance(1_000);
  rig.network.socket.end(4401);
  await world.time.advance(100);
  rig.network.socket.accept();
  rig.network.socket.end(4401);
  expect(rig.client.state).toBe("closed");
  expect(refreshes).toEqual([false, true, true]);
});
