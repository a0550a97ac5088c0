import { tokenFromProtocols } from "@ws-kit/core/protocol";
import { expect, test } from "vitest";
import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";

const world = useWorld();
const reconnect = { jitter: "none", initialDelayMs: 100 } as const;

test.each([
  ["ws://test/ws", "ws://test/ws?token=a+%26%2Fb"],
  ["ws://test/ws?room=1", "ws://test/ws?room=1&token=a+%26%2Fb"],
])("adds the token to %s", async (url, dialed) => {
  const rig = createRig({ url, auth: { getToken: () => "a &/b", attach: "query" } });
  void rig.client.connect();
  await settled();
  expect(rig.network.socket.url).toBe(dialed);
  expect(new URL(dialed).searchParams.get("token")).toBe("a &/b");
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
