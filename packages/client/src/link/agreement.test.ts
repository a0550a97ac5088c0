import { contract } from "@ws-kit/core";
import type { ClientOptions } from "@ws-kit/client";
import { describe, expect, test } from "vitest";
import { Ask, Note } from "../../test/definitions.ts";
import { FakeNetwork } from "../../test/fake-network.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";

const world = useWorld();
const Chat = contract({ Note }, { name: "Chat", fingerprint: "v1__note" });
const Strict = contract({ Note }, { name: "Chat", fingerprint: "v1__note", strict: true });
const OFFER = "ws-kit.contract.v1__note";
const auth = { getToken: () => "t", attach: "protocol" } as const;
const codec = {
  ...JSON,
  name: "msgpack",
  encode: JSON.stringify,
  decode: (text: unknown) => JSON.parse(text as string),
};

test.each<[Partial<ClientOptions>, string[]]>([
  [{}, ["ws-kit", OFFER]],
  [{ protocols: "chat" }, ["chat", "ws-kit", OFFER]],
  // No name twice, which a socket does not take.
  [{ protocols: ["ws-kit", "chat"] }, ["ws-kit", "chat", OFFER]],
  [{ protocols: ["ws-kit", OFFER] }, ["ws-kit", OFFER]],
  [{ auth }, ["ws-kit", OFFER, "ws-kit.token.t"]],
  [{ auth, protocols: "ws-kit" }, ["ws-kit", OFFER, "ws-kit.token.t"]],
  [{ auth: { getToken: () => "t" } }, ["ws-kit", OFFER]],
  // It speaks that codec alone.
  [{ codec }, ["ws-kit.msgpack", OFFER]],
  [{ codec, auth }, ["ws-kit.msgpack", OFFER, "ws-kit.token.t"]],
])("with %o a contract is offered beside what the server selects", async (options, offered) => {
  const rig = createRig({ ...options, contract: Chat });
  await rig.open();
  expect(rig.network.socket.protocols).toEqual(offered);
});

test.each([undefined, "chat"])("without a contract none is, beside %o", async (protocols) => {
  const rig = createRig({ protocols });
  await rig.open();
  expect(rig.network.socket.protocols).toEqual([protocols ?? []].flat());
});

describe("a server that has another contract", () => {
  const payload = { message: "not the same are Note", differing: ["Note"], strict: false };
  const told = { type: "contract", error: { message: payload.message }, payload };

  test.each([Chat, undefined])("is told of, and the client goes on", async (agreed) => {
    const lines: unknown[] = [];
    const logger = { debug: () => {}, error: (text: string, details: unknown) => lines.push(text, details) };
    const rig = createRig({ contract: agreed, logger });
    const socket = await rig.open();
    socket.deliver({ type: "$ws:contract", payload });
    expect(rig.errors).toMatchObject([told]);
    expect(lines).toMatchObject([payload.message, { type: "contract", payload }]);
    expect(rig.client.send(Note, { n: 1 })).toBe(true);
    expect(rig.read()).toEqual(["NOTE 1"]);
  });

  test("and is not strict is left where ours is", async () => {
    const rig = createRig({ contract: Strict, reconnect: { jitter: "none" } });
    const socket = await rig.open();
    const asked = rig.client.request(Ask, { n: 1 });
    socket.deliver({ type: "$ws:contract", payload });
    expect(rig.errors).toMatchObject([told]);
    await expect(asked).rejects.toMatchObject({ name: "ConnectionClosedError" });
    socket.read();
    expect([socket.closed, rig.client.state]).toEqual([4400, "closed"]);
    expect(rig.client.send(Note, { n: 1 })).toBe(false);
    await world.time.advance(60_000);
    expect(rig.network.sockets).toHaveLength(1);
  });

  test("and is strict hangs up, which is final", async () => {
    const rig = createRig({ contract: Chat, reconnect: { jitter: "none" } });
    const socket = await rig.open();
    socket.deliver({ type: "$ws:contract", payload: { ...payload, strict: true } });
    socket.end(4400, "The client has another contract");
    await world.time.advance(60_000);
    expect(rig.errors.map(({ type }) => type)).toEqual(["contract", "connect"]);
    expect([rig.client.state, rig.network.sockets.length]).toEqual(["closed", 1]);
  });

  test("and says nothing of it leaves the client as it is", async () => {
    const rig = createRig({ contract: Chat });
    (await rig.open()).deliver({ type: "$ws:contract" });
    expect(rig.errors).toMatchObject([{ type: "contract" }]);
    expect(rig.client.state).toBe("open");
  });
});

test.each([true, "ada"])("clients that share (%o) a socket have one contract", async (share) => {
  const network = new FakeNetwork();
  const other = contract({ Note }, { fingerprint: "v2__note" });
  for (const agreed of [Chat, Chat, other, undefined])
    void createRig({ share, contract: agreed }, network).client.connect();
  await settled();
  expect(network.sockets.map(({ protocols }) => protocols.at(-1))).toEqual([
    OFFER,
    "ws-kit.contract.v2__note",
    undefined,
  ]);
});

test.each([
  [undefined, "contract Chat has no fingerprint"],
  ["v1__", "The fingerprint of contract Chat is out of date"],
])("a contract with the fingerprint %j is refused", (fingerprint, error) => {
  const refused = contract({ Note }, { name: "Chat", fingerprint });
  expect(() => createRig({ contract: refused })).toThrow(error);
});
