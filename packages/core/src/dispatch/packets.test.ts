import { describe, expect, it } from "vitest";
import { ByteSocket, byteBench, packetOf, tell, turned } from "../../test/bytes.ts";
import { bench, FakeSocket, fields, gate, settle, VirtualClock } from "../../test/harness.ts";
import { ListenerHub } from "../adapter/hub.ts";
import { message, rpc } from "../message/standard.ts";
import { pack, unpack } from "../cluster/bundle.ts";
import type { Engine, NodeSide } from "../ports/engine.ts";
import type { Codec, Packet } from "../protocol/codec.ts";
import { createRouter } from "../router/create-router.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";

/** What Node and Bun hand over. */
const { Buffer: NodeBuffer } = globalThis as unknown as { Buffer: { concat(parts: Uint8Array[]): Uint8Array } };

const anything: StandardSchema = { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } };
const Echo = message("ECHO", fields({ text: "string" }));
const Any = message("ANY", anything);
const Cursor = message("CURSOR", fields({ n: "number" }), { overflow: "conflate", by: () => "" });
const Ask = rpc("ASK", fields({ n: "number" }), "ANSWER", fields({ n: "number" }), { idempotent: true });

describe("a router whose codec gives bytes", () => {
  it("answers in bytes, at once or at the end of the tick", async () => {
    const held = gate();
    const { router, connect, ...made } = byteBench();
    router.on(Echo, async (ctx) => {
      if (ctx.payload.text === "late") await held.opened;
      ctx.send(Echo, ctx.payload);
      ctx.send(Echo, { text: "again" });
    });
    const corked: number[] = [];
    class Corked extends ByteSocket {
      cork(write: () => void): void {
        write();
        corked.push(this.packets.length);
      }
    }
    const peer = connect(new Corked());
    tell(made, peer, { type: "ECHO", payload: { text: "now" } });
    expect(peer.socket.take().map(({ payload }) => payload)).toEqual([{ text: "now" }, { text: "again" }]);
    await settle();
    tell(made, peer, { type: "ECHO", payload: { text: "late" } });
    held.open();
    await settle();
    expect(peer.socket.take().map(({ payload }) => payload)).toEqual([{ text: "late" }, { text: "again" }]);
    expect(corked).toEqual([2]);
  });

  it.each([
    ["an ArrayBuffer", (packet: Uint8Array) => packet.slice().buffer],
    [
      "a Buffer that is part of a larger one",
      (packet: Uint8Array) => NodeBuffer.concat([new Uint8Array(2), packet]).subarray(2),
    ],
    ["a DataView", (packet: Uint8Array) => new DataView(packet.slice().buffer)],
  ])("reads %s as a Uint8Array", (_, as) => {
    const { router, connect, hub } = byteBench();
    router.on(Echo, (ctx) => void ctx.send(Echo, ctx.payload));
    const peer = connect();
    hub.receive(peer.conn, as(packetOf({ type: "ECHO", payload: { text: "x" } })));
    expect(peer.socket.take()).toEqual([{ type: "ECHO", payload: { text: "x" } }]);
  });

  it("leaves ping, pong and the answer to goaway in text, and answers one in bytes as well", async () => {
    const { connect, clock, hub } = byteBench();
    const peer = connect();
    for (const frame of ['{"type":"$ws:ping"}', { type: "$ws:ping" }, '{"type":"$ws:pong"}']) {
      tell({ hub }, peer, frame);
    }
    expect(peer.socket.take()).toEqual([{ text: '{"type":"$ws:pong"}' }, { text: '{"type":"$ws:pong"}' }]);
    const drained = hub.drain({ reconnectAfterMs: 1_000 });
    expect(peer.socket.take()).toEqual([{ type: "$ws:goaway", payload: { reconnectAfterMs: 1_000 } }]);
    expect(hub.untold?.size).toBe(1);
    tell({ hub }, peer, '{"type":"$ws:goaway"}');
    expect(hub.untold?.size).toBe(0);
    await clock.advance(20_000);
    await drained;
  });

  it.each(["", "{}", '{"type":"$ws:ping" }', '{"type":"ECHO"}'])("closes 1003 for the text %j", (text) => {
    const { connect, ...made } = byteBench();
    const peer = connect();
    tell(made, peer, text);
    expect(peer.socket.ended).toEqual({ code: 1003, reason: "Text frames are not understood" });
  });

  it("counts bytes, looks into what was decoded, and says what it could not read", () => {
    const seen: unknown[] = [];
    const { router, connect, ...made } = byteBench({ limits: { maxMessageBytes: 200, maxDepth: 4 } });
    router.on(Any, (ctx) => void seen.push(ctx.payload));
    const peer = connect();
    const packet = (bytes: number) => {
      const empty = packetOf({ type: "ANY", payload: "" }).length;
      return { type: "ANY", payload: "x".repeat(bytes - empty) };
    };
    tell(made, peer, packet(200));
    tell(made, peer, packet(201));
    tell(made, peer, { type: "ANY", payload: [[[]]] });
    tell(made, peer, { type: "ANY", payload: [[[[]]]] });
    made.hub.receive(peer.conn, new Uint8Array([1, 2, 3]));
    tell(made, peer, { kind: "ANY" });
    expect(seen.length).toBe(2);
    const messages = peer.socket.take().map(({ payload }) => (payload as { message: string }).message);
    expect(messages).toEqual([
      "A frame of 201 bytes is over limits.maxMessageBytes, 200",
      "The frame nests deeper than limits.maxDepth, 4",
      "The frame is not valid turned",
      "A frame is an object with a type that is not empty and, at will, meta and payload",
    ]);
  });

  it("names the request that it refuses for its size where the codec can peek", () => {
    const limits = { maxMessageBytes: 100 };
    const frame = { type: "ASK", meta: { correlationId: "a" }, payload: "x".repeat(100) };
    for (const [peek, meta] of [
      [undefined, {}],
      [() => ({ type: "ASK", correlationId: "a" }), { correlationId: "a", inReplyTo: "ASK" }],
      [() => ({ type: 7, correlationId: {} }) as never, {}],
    ] as const) {
      const { connect, hub } = byteBench({ limits, codec: { ...turned, ...(peek && { peek }) } });
      const peer = connect();
      tell({ hub }, peer, frame);
      expect(peer.socket.take()).toMatchObject([{ type: "ERROR", meta }]);
    }
  });

  it("publishes bytes: natively, to followers, through an engine and from it", async () => {
    const native: Packet[] = [];
    const abroad: Packet[] = [];
    let node: NodeSide | undefined;
    const done = (): Promise<void> => Promise.resolve();
    const engine: Engine = {
      name: "wire",
      connect(side) {
        node = side;
        side.link("up");
        const publish = (_: string, packet: Packet): Promise<void> => {
          for (const frame of unpack(packet)?.frames ?? []) abroad.push(frame);
          return done();
        };
        return { follow: done, unfollow() {}, publish, probe: done, reconnect() {}, close() {} };
      },
    };
    let number = 0;
    for (const runtime of [{}, { publish: (_: string, packet: Packet) => native.push(packet) }]) {
      const { router, connect, logger } = byteBench({ engine }, runtime);
      router.onOpen((ctx) => void ctx.topics.subscribe("room"));
      const peer = connect();
      await settle();
      const result = await router.publish("room", Echo, { text: "x" });
      expect(result).toEqual({ ok: true, matched: 1, remote: "sent" });
      const frame = { type: "ECHO", payload: { text: "x" } };
      const got =
        runtime.publish === undefined ? peer.socket.take() : native.splice(0).map((one) => turned.decode(one));
      expect(got).toEqual([frame]);
      await settle();
      expect(node?.bytes).toBe(true);
      expect(abroad.splice(0).map((one) => turned.decode(one))).toEqual([frame]);
      node?.deliver("room", pack("another", ++number, 0, [packetOf(frame)]));
      expect(runtime.publish === undefined ? peer.socket.take() : native.splice(0)).toHaveLength(1);
      node?.deliver("room", pack("another", ++number, 0, [JSON.stringify(frame)]));
      expect([...peer.socket.take(), ...native]).toEqual([]);
      expect(logger.lines.at(-1)).toBe(
        "error: The engine brought a frame of text from a node whose codec is not turned",
      );
    }
  });

  it("counts what is unread in bytes, and holds the last of what may be skipped", () => {
    const { router, connect, hub } = byteBench({ limits: { maxBufferedBytes: 1_000 } });
    const peer = connect();
    peer.socket.buffered = 10;
    expect(router.connections.send(peer.conn.clientId, Echo, { text: "x" })).toBe(true);
    for (const n of [1, 2, 3]) router.connections.send(peer.conn.clientId, Cursor, { n });
    const { heldUnits, held } = hub.congested.get(peer.conn) ?? {};
    expect(heldUnits).toBe(packetOf({ type: "CURSOR", payload: { n: 3 } }).length);
    expect(held?.size).toBe(1);
    peer.socket.buffered = 0;
    hub.drained(peer.conn);
    expect(peer.socket.take().map(({ payload }) => payload)).toEqual([{ text: "x" }, { n: 3 }]);
  });

  it("gives a repeat its answer under its own id, and counts the bytes that it keeps", () => {
    let runs = 0;
    const { router, connect, hub } = byteBench();
    router.rpc(Ask, () => ({ n: ++runs }));
    const peer = connect();
    const ask = (correlationId: string, n = 1) => {
      const meta = { correlationId, idempotencyKey: "abcdefghijklmnopqrst-_.1" };
      tell({ hub }, peer, { type: "ASK", meta, payload: { n } });
      return peer.socket.take()[0];
    };
    const answer = { type: "ANSWER", meta: { correlationId: "a" }, payload: { n: 1 } };
    expect(ask("a")).toEqual(answer);
    expect(hub.answers.bytes).toBe(packetOf(answer).length);
    expect(ask("b")).toEqual({ ...answer, meta: { correlationId: "b" } });
    expect(ask("c", 2)).toMatchObject({ type: "ERROR", payload: { code: "INVALID_ARGUMENT" } });
  });
});

describe("a codec of text that is not JSON", () => {
  const lines: Codec = {
    name: "lines",
    encode: ({ type, payload }) => `${type}\n${JSON.stringify(payload ?? null)}`,
    decode(text) {
      const [type = "", payload = "null"] = (text as string).split("\n");
      return { type, payload: JSON.parse(payload) as unknown };
    },
  };

  it("is not judged by the brackets in its text, but by what is decoded", () => {
    const seen: unknown[] = [];
    const router = createRouter({ codec: lines }).on(Any, (ctx) => void seen.push(ctx.payload));
    const peer = bench(router).connect();
    peer.receive(`ANY\n${JSON.stringify("[".repeat(5_000))}`);
    peer.receive(`ANY\n${"[".repeat(32)}${"]".repeat(32)}${" ".repeat(5_000)}`);
    expect(seen).toEqual(["[".repeat(5_000)]);
    expect(peer.socket.frames).toHaveLength(1);
    expect(peer.socket.frames[0]).toContain("limits.maxDepth");
  });

  it("is not asked about the frames that are the same text under every codec", () => {
    const { connect, hub } = bench(createRouter({ codec: lines }));
    const peer = connect();
    peer.receive('{"type":"$ws:ping"}');
    peer.receive('{"type":"$ws:pong"}');
    expect(peer.socket.frames).toEqual(['{"type":"$ws:pong"}']);
    void hub.drain({ timeoutMs: 0 });
    peer.receive('{"type":"$ws:goaway"}');
    expect(hub.untold?.size).toBe(0);
  });

  it("takes no bytes", () => {
    const { connect, hub } = bench(createRouter({ codec: lines }));
    const peer = connect();
    hub.receive(peer.conn, new Uint8Array(3));
    expect(peer.socket.ended).toEqual({ code: 1003, reason: "Binary frames are not understood" });
  });
});

it("looks for depth in bytes, maps and sets that a codec puts into a payload", () => {
  const values: unknown[] = [
    new Uint8Array(9),
    new Map([[1, [2]]]),
    new Set([[3]]),
    new Map([["a", new Map([["b", []]])]]),
  ];
  const codec: Codec = {
    name: "odd",
    encode: () => new Uint8Array(1),
    decode: (packet) => ({ type: "ANY", payload: values[(packet as Uint8Array)[0] ?? 0] }),
  };
  const seen: unknown[] = [];
  const router = createRouter({ codec, limits: { maxDepth: 3 } }).on(Any, (ctx) => void seen.push(ctx.payload));
  const hub = new ListenerHub(router, { clock: new VirtualClock() });
  const conn = hub.adopt(new FakeSocket(), {}, "a");
  hub.opened(conn);
  for (const index of values.keys()) hub.receive(conn, Uint8Array.of(index));
  expect(seen).toEqual(values.slice(0, 3));
});
