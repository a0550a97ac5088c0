import { tokenFromProtocols } from "@ws-kit/core/protocol";
import { expect, test } from "vitest";
import { Ask, News, Note } from "../../test/definitions.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";
import { type Codec, type Observation, wsClient as fullClient } from "../index.ts";
import { wsClient as liteClient } from "../lite.ts";

useWorld();

/** JSON in bytes, which takes nothing but the plainest bytes. */
const utf8: Codec = {
  name: "utf8",
  encode: (frame) => new TextEncoder().encode(JSON.stringify(frame)),
  decode(packet: Uint8Array) {
    if (Object.getPrototypeOf(packet) !== Uint8Array.prototype) throw new TypeError("Not bytes");
    return JSON.parse(new TextDecoder().decode(packet)) as unknown;
  },
};

const bufferOf = (frame: object): ArrayBuffer => Uint8Array.from(utf8.encode(frame as never) as Uint8Array).buffer;

/** What left, and has not been read by the server. */
const sentBy = ({ wire }: { wire: unknown[] }): unknown[] =>
  wire.splice(0).map((packet) => (typeof packet === "string" ? packet : utf8.decode(packet as Uint8Array)));

test("a codec of bytes is asked for, given array buffers, and sends bytes", async () => {
  const rig = createRig({ codec: utf8, protocols: "chat" });
  const heard: unknown[] = [];
  rig.client.on(News, ({ payload }) => heard.push(payload));
  const socket = await rig.open();
  expect(socket.protocols).toEqual(["chat", "ws-kit.utf8"]);
  expect((socket as { binaryType?: string }).binaryType).toBe("arraybuffer");
  rig.client.send(Note, { n: 1 });
  const answer = rig.client.request(Ask, { n: 2 });
  const [note, ask] = sentBy(socket) as { type: string; meta?: { correlationId: string } }[];
  expect(note).toEqual({ type: "NOTE", payload: { n: 1 } });
  socket.deliver(bufferOf({ type: "NEWS", payload: { n: 3 } }));
  socket.deliver(bufferOf({ type: "ANSWER", meta: { correlationId: ask?.meta?.correlationId }, payload: { n: 4 } }));
  expect((await answer).payload).toEqual({ n: 4 });
  expect(heard).toEqual([{ n: 3 }]);
});

test("ping, pong and the answer to goaway stay text", async () => {
  const rig = createRig({ codec: utf8 });
  const socket = await rig.open();
  socket.deliver('{"type":"$ws:ping"}');
  expect(sentBy(socket)).toEqual(['{"type":"$ws:pong"}']);
  socket.deliver(bufferOf({ type: "$ws:goaway", payload: { reconnectAfterMs: 5 } }));
  expect(sentBy(socket)).toEqual(['{"type":"$ws:goaway"}', '{"type":"$ws:ping"}']);
  socket.deliver('{"type":"$ws:pong"}');
  expect(rig.errors).toEqual([]);
});

test("text that is no ping is for the codec to refuse, and so are bytes for JSON", async () => {
  for (const [codec, packet] of [
    [utf8, '{"type":"NEWS","payload":{"n":1}}'],
    [undefined, bufferOf({ type: "NEWS", payload: { n: 1 } })],
  ] as const) {
    const rig = createRig({ codec });
    (await rig.open()).deliver(packet);
    expect(rig.errors).toMatchObject([{ type: "parse" }]);
    expect(rig.client.state).toBe("open");
  }
});

test("queueBytes counts bytes", () => {
  const size = (utf8.encode({ type: "NOTE", payload: { n: 1 } }) as Uint8Array).length;
  const rig = createRig({ codec: utf8, queueBytes: size * 2, autoConnect: false });
  expect([1, 2, 3].map((n) => rig.client.send(Note, { n }))).toEqual([true, true, false]);
});

test("an observer sees the packets", async () => {
  const rig = createRig({ codec: utf8 });
  const seen: Observation[] = [];
  rig.client.observe((observation) => seen.push(observation));
  const socket = await rig.open();
  rig.client.send(Note, { n: 1 });
  socket.deliver(bufferOf({ type: "NEWS", payload: { n: 3 } }));
  const packets = seen.filter(({ kind }) => kind === "sent" || kind === "received").map(({ detail }) => detail);
  expect(packets.map((packet) => packet instanceof Uint8Array && utf8.decode(packet))).toMatchObject([
    { type: "NOTE" },
    { type: "NEWS" },
  ]);
});

test("a token goes beside the codec's own subprotocol, and never beside JSON's", async () => {
  const auth = { getToken: () => "a b", attach: "protocol" } as const;
  const rig = createRig({ codec: utf8, auth });
  void rig.client.connect();
  await settled();
  const { protocols } = rig.network.socket;
  expect(protocols.slice(0, 1)).toEqual(["ws-kit.utf8"]);
  expect(protocols).toHaveLength(2);
  expect(tokenFromProtocols(protocols.join())).toBe("a b");
});

test("clients share a socket only with those of their codec", async () => {
  for (const share of [true, "ada"]) {
    const first = createRig({ share, url: `ws://${String(share)}/` });
    const { network } = first;
    const others = [undefined, utf8, utf8].map((codec) =>
      createRig({ share, url: `ws://${String(share)}/`, codec }, network),
    );
    for (const { client } of [first, ...others]) void client.connect();
    await settled();
    expect(network.sockets.map(({ protocols }) => protocols)).toEqual([[], ["ws-kit.utf8"]]);
  }
});

test.each([fullClient, liteClient])("JSON offers nothing, whether it was named or not", async (wsClient) => {
  const { network } = createRig();
  const plain = wsClient({ url: "ws://test/", WebSocket: network.WebSocket });
  void plain.connect().catch(() => {});
  await settled();
  expect(network.socket.protocols).toEqual([]);
  const bytes = wsClient({ url: "ws://test/", WebSocket: network.WebSocket, codec: utf8 });
  void bytes.connect().catch(() => {});
  await settled();
  expect(network.socket.protocols).toEqual(["ws-kit.utf8"]);
  await Promise.all([plain.close(), bytes.close()]);
});
