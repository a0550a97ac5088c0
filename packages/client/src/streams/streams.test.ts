import { CHUNK_TYPE, CREDIT_TYPE, ERROR_TYPE, rpc, STOP_TYPE } from "@ws-kit/core/protocol";
import { describe, expect, test } from "vitest";
import { Ask, numberSchema } from "../../test/definitions.ts";
import { FakeNetwork, type FakeSocket, type ReceivedFrame } from "../../test/fake-network.ts";
import { useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";
import { type ClientOptions, wsClient as fullClient } from "../index.ts";
import { wsClient as liteClient } from "../lite.ts";
import { requests } from "../parts.ts";
import { streams } from "../streams.ts";

const world = useWorld();
const schema = numberSchema();
const Flow = rpc("FLOW", schema, "FLOWED", schema, { stream: { fromClient: schema, fromServer: schema } });
const Down = rpc("DOWN", schema, "DOWNED", schema, { stream: { fromServer: schema } });
const Texts = rpc("TEXTS", undefined, "TEXTED", schema, {
  stream: {
    fromServer: {
      "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value: value as string }) },
    },
  },
});

interface Told extends ReceivedFrame {
  meta?: NonNullable<ReceivedFrame["meta"]> & { streamWindow?: number };
}

function rigOf(options: Partial<ClientOptions> = {}) {
  const network = new FakeNetwork();
  const client = fullClient({ url: "ws://test/", WebSocket: network.WebSocket, use: [streams()], ...options });
  let id: string | undefined;
  /** What the server has read of the stream. */
  const read = (): Told[] => {
    network.socket.read();
    const frames = network.received.splice(0);
    id ??= frames[0]?.meta?.correlationId;
    return frames;
  };
  const say = async (type: string, payload?: unknown): Promise<void> => {
    network.socket.deliver({ type, meta: { correlationId: id }, payload });
    await settled();
  };
  const open = async (): Promise<FakeSocket> => {
    void client.connect();
    await settled();
    network.socket.accept();
    await settled();
    return network.socket;
  };
  return { client, network, read, say, open, items: () => read().map(({ type, payload }) => [type, payload]) };
}

/** A source that says how far it was asked. */
function counting(most = Infinity) {
  const seen = { asked: 0, left: false };
  async function* from() {
    try {
      for (let n = 1; n <= most; n++) {
        seen.asked = n;
        yield { n };
      }
    } finally {
      seen.left = true;
    }
  }
  return { seen, source: from() };
}

const FRAME = 90;

describe("what goes to the server", () => {
  test("is asked for only where the server has room for it", async () => {
    const rig = rigOf();
    await rig.open();
    const { seen, source } = counting();
    const call = rig.client.stream(Flow, { n: 0 }, { send: source });
    await settled();
    expect(rig.read()).toMatchObject([{ type: "FLOW", meta: { streamWindow: 262_144, timeoutMs: 30_000 } }]);
    expect(seen.asked).toBe(0);
    await rig.say(CREDIT_TYPE, { taken: 0, window: 2 * FRAME });
    const sent = rig.items();
    expect(sent).toEqual(sent.map((_, index) => [CHUNK_TYPE, { n: index + 1 }]));
    expect(sent).toHaveLength(2);
    expect(seen.asked).toBe(2);
    await rig.say(CREDIT_TYPE, { taken: 1, window: 2 * FRAME });
    expect(rig.items()).toEqual([[CHUNK_TYPE, { n: 3 }]]);
    await rig.say("FLOWED", { n: 9 });
    expect((await call.result).payload).toEqual({ n: 9 });
    expect(seen).toEqual({ asked: 3, left: true });
    await rig.say(CREDIT_TYPE, { taken: 3, window: 2 * FRAME });
    expect(rig.read()).toEqual([]);
  });

  test("ends with the source", async () => {
    for (const send of [
      [{ n: 1 }, Promise.resolve({ n: 2 })],
      counting(2).source,
      new ReadableStream<{ n: number }>({
        start(controller) {
          for (const n of [1, 2]) controller.enqueue({ n });
          controller.close();
        },
      }),
    ]) {
      const rig = rigOf();
      await rig.open();
      const call = rig.client.stream(Flow, { n: 0 }, { send });
      await settled();
      rig.read();
      await rig.say(CREDIT_TYPE, { taken: 0, window: 1_000 });
      expect(rig.items()).toEqual([
        [CHUNK_TYPE, { n: 1 }],
        [CHUNK_TYPE, { n: 2 }],
        ["$ws:end", undefined],
      ]);
      await rig.say("FLOWED", { n: 2 });
      await call.result;
    }
  });

  test("stops where the server wants no more, which is not the end of the request", async () => {
    const rig = rigOf();
    await rig.open();
    const { seen, source } = counting();
    const call = rig.client.stream(Flow, { n: 0 }, { send: source });
    await settled();
    rig.read();
    await rig.say(CREDIT_TYPE, { taken: 0, window: 1 });
    await rig.say(STOP_TYPE);
    expect(seen).toEqual({ asked: 1, left: true });
    rig.read();
    await rig.say(CREDIT_TYPE, { taken: 1, window: 1_000 });
    expect(rig.read()).toEqual([]);
    await rig.say("FLOWED", { n: 1 });
    expect((await call.result).payload).toEqual({ n: 1 });
  });

  test.each([
    ["a source that throws", () => Promise.reject(new Error("the disk is gone")), "the disk is gone"],
    ["an item that does not fit", () => Promise.resolve({ n: -1 }), 'Invalid fromClient of "FLOW" at n'],
  ])("%s calls the request off, which says so", async (_, next, message) => {
    const rig = rigOf();
    await rig.open();
    async function* from() {
      yield { n: 1 };
      yield await next();
    }
    const call = rig.client.stream(Flow, { n: 0 }, { send: from() });
    await settled();
    rig.read();
    await rig.say(CREDIT_TYPE, { taken: 0, window: 1_000 });
    await expect(call.result).rejects.toThrow(message);
    expect(rig.items()).toEqual([
      [CHUNK_TYPE, { n: 1 }],
      ["$ws:abort", undefined],
    ]);
  });

  test("nothing that can be iterated rejects", async () => {
    const rig = rigOf();
    await rig.open();
    const call = rig.client.stream(Flow, { n: 0 }, { send: 5 as never });
    await expect(call.result).rejects.toThrow("send takes an iterable or a ReadableStream");
    expect(rig.read()).toEqual([]);
  });
});

describe("what comes from the server", () => {
  test("waits until it is asked for, and comes before the end", async () => {
    const rig = rigOf();
    await rig.open();
    const call = rig.client.stream(Down, { n: 0 });
    await settled();
    rig.read();
    for (const n of [1, 2]) await rig.say(CHUNK_TYPE, { n });
    await rig.say("DOWNED", { n: 2 });
    expect((await call.result).payload).toEqual({ n: 2 });
    const seen: number[] = [];
    for await (const { n } of call) seen.push(n);
    expect(seen).toEqual([1, 2]);
  });

  test("is confirmed by what was asked for of it, and not before", async () => {
    const rig = rigOf();
    await rig.open();
    const call = rig.client.stream(Texts);
    await settled();
    rig.read();
    for (let i = 0; i < 4; i++) await rig.say(CHUNK_TYPE, "x".repeat(30_000));
    expect(rig.read()).toEqual([]);
    const items = call[Symbol.asyncIterator]();
    await items.next();
    expect(rig.read()).toEqual([]);
    await items.next();
    expect(rig.items()).toEqual([[CREDIT_TYPE, { taken: 2, window: 262_144 }]]);
    await items.next();
    await items.next();
    expect(rig.items()).toEqual([[CREDIT_TYPE, { taken: 4, window: 262_144 }]]);
  });

  test("is confirmed where there is nothing more to give, at once or when no more has come for a while", async () => {
    const rig = rigOf();
    await rig.open();
    const call = rig.client.stream(Texts);
    await settled();
    rig.read();
    const items = call[Symbol.asyncIterator]();
    await rig.say(CHUNK_TYPE, "x".repeat(1_000));
    await items.next();
    expect(rig.read()).toEqual([]);
    let next = items.next();
    await settled();
    expect(rig.items()).toEqual([[CREDIT_TYPE, { taken: 1, window: 262_144 }]]);
    for (let n = 0; n < 3; n++) {
      await rig.say(CHUNK_TYPE, "a");
      await next;
      next = items.next();
      await world.time.advance(99);
    }
    expect(rig.read()).toEqual([]);
    await world.time.advance(1);
    expect(rig.items()).toEqual([[CREDIT_TYPE, { taken: 4, window: 262_144 }]]);
    await world.time.advance(1_000);
    expect(rig.read()).toEqual([]);
    void next;
  });

  test("is confirmed at once where nobody can say how large an item was", async () => {
    const mapped = {
      encode: JSON.stringify,
      decode: (packet: string | Uint8Array): unknown =>
        JSON.parse(String(packet), (key, value: unknown) =>
          key === "map" ? new Map(Object.entries(value as object)) : value,
        ),
    };
    const rig = rigOf({ codec: mapped });
    await rig.open();
    const call = rig.client.stream(Texts);
    await settled();
    rig.read();
    const items = call[Symbol.asyncIterator]();
    await rig.say(CHUNK_TYPE, { map: { text: "x".repeat(30_000) } });
    expect((await items.next()).value).toEqual({ map: new Map([["text", "x".repeat(30_000)]]) });
    expect(rig.items()).toEqual([[CREDIT_TYPE, { taken: 1, window: 262_144 }]]);
  });

  test("leaving the loop calls the request off", async () => {
    const rig = rigOf();
    await rig.open();
    const { seen, source } = counting();
    const call = rig.client.stream(Flow, { n: 0 }, { send: source });
    await settled();
    rig.read();
    await rig.say(CREDIT_TYPE, { taken: 0, window: 1 });
    rig.read();
    await rig.say(CHUNK_TYPE, { n: 1 });
    for await (const { n } of call) if (n === 1) break;
    expect(rig.items()).toEqual([["$ws:abort", undefined]]);
    await expect(call.result).rejects.toMatchObject({ name: "StateError", message: "Request aborted" });
    await settled();
    expect(seen.left).toBe(true);
    await rig.say(CHUNK_TYPE, { n: 2 });
    await rig.say("FLOWED", { n: 2 });
    expect(rig.read()).toEqual([]);
  });

  test("who reads beside one that leaves, or after it, does not take what is left for the end", async () => {
    const rig = rigOf();
    await rig.open();
    const call = rig.client.stream(Down, { n: 0 });
    await settled();
    rig.read();
    const read = async (most: number): Promise<(number | string)[]> => {
      const seen: (number | string)[] = [];
      try {
        for await (const { n } of call) if (seen.push(n) === most) break;
      } catch (error) {
        seen.push((error as Error).message);
      }
      return seen;
    };
    const [leaves, stays] = [read(1), read(9)];
    await rig.say(CHUNK_TYPE, { n: 1 });
    expect(await leaves).toEqual([1]);
    expect(await stays).toEqual(["Request aborted"]);
    expect(await read(9)).toEqual(["Request aborted"]);
  });

  test("what had come before the end is there for who reads on", async () => {
    const rig = rigOf();
    await rig.open();
    const call = rig.client.stream(Down, { n: 0 });
    await settled();
    rig.read();
    for (const n of [1, 2, 3]) await rig.say(CHUNK_TYPE, { n });
    await rig.say("DOWNED", { n: 0 });
    for await (const { n } of call) if (n === 1) break;
    const rest: number[] = [];
    for await (const { n } of call) rest.push(n);
    expect(rest).toEqual([2, 3]);
  });

  test("an item that does not fit calls it off", async () => {
    const rig = rigOf();
    await rig.open();
    const call = rig.client.stream(Down, { n: 0 });
    await settled();
    rig.read();
    await rig.say(CHUNK_TYPE, { n: "1" });
    await expect(call[Symbol.asyncIterator]().next()).rejects.toThrow('Invalid fromServer of "DOWN" at n');
    await expect(call.result).rejects.toThrow("Invalid fromServer");
    expect(rig.items()).toEqual([["$ws:abort", undefined]]);
  });

  test("the server's error comes after what it sent before", async () => {
    const rig = rigOf();
    await rig.open();
    const call = rig.client.stream(Down, { n: 0 });
    await settled();
    rig.read();
    await rig.say(CHUNK_TYPE, { n: 1 });
    await rig.say(ERROR_TYPE, { code: "ABORTED", message: "no more", retryable: true });
    const items = call[Symbol.asyncIterator]();
    expect(await items.next()).toEqual({ value: { n: 1 }, done: false });
    await expect(items.next()).rejects.toMatchObject({ code: "ABORTED" });
    await expect(call.result).rejects.toMatchObject({ code: "ABORTED" });
    expect(rig.read()).toEqual([]);
  });
});

describe("every end is one", () => {
  test("time passes where nothing moves, and begins anew where something does", async () => {
    const rig = rigOf();
    await rig.open();
    const call = rig.client.stream(Down, { n: 0 }, { timeoutMs: 1_000 });
    await settled();
    rig.read();
    for (let i = 0; i < 3; i++) {
      await world.time.advance(900);
      await rig.say(CHUNK_TYPE, { n: 1 });
    }
    await world.time.advance(999);
    expect(rig.read()).toEqual([]);
    await world.time.advance(1);
    await expect(call.result).rejects.toMatchObject({ name: "TimeoutError", timeoutMs: 1_000 });
    expect(rig.items()).toEqual([["$ws:abort", undefined]]);
  });

  test("a signal, also one that has aborted before", async () => {
    const rig = rigOf();
    await rig.open();
    const controller = new AbortController();
    const call = rig.client.stream(Down, { n: 0 }, { signal: controller.signal });
    await settled();
    rig.read();
    controller.abort(new Error("enough"));
    await expect(call.result).rejects.toMatchObject({ name: "StateError", cause: { message: "enough" } });
    expect(rig.items()).toEqual([["$ws:abort", undefined]]);
    await expect(rig.client.stream(Down, { n: 0 }, { signal: controller.signal }).result).rejects.toThrow("aborted");
    expect(rig.read()).toEqual([]);
  });

  test("a connection that is lost", async () => {
    const rig = rigOf();
    const socket = await rig.open();
    const { seen, source } = counting();
    const call = rig.client.stream(Flow, { n: 0 }, { send: source });
    await settled();
    rig.read();
    await rig.say(CREDIT_TYPE, { taken: 0, window: 1 });
    socket.end(1006);
    await expect(call.result).rejects.toMatchObject({ name: "ConnectionClosedError", mayHaveExecuted: true });
    await expect(call[Symbol.asyncIterator]().next()).rejects.toMatchObject({ name: "ConnectionClosedError" });
    expect(seen.left).toBe(true);
  });

  test("an answer of another type, and one that does not fit", async () => {
    for (const [type, payload, message] of [
      ["OTHER", { n: 1 }, "Got OTHER for an answer"],
      ["DOWNED", { n: "1" }, 'Invalid payload of "DOWNED"'],
    ] as const) {
      const rig = rigOf();
      await rig.open();
      const call = rig.client.stream(Down, { n: 0 });
      await settled();
      rig.read();
      await rig.say(type, payload);
      await expect(call.result).rejects.toThrow(message);
      expect(rig.read()).toEqual([]);
    }
  });

  test("nothing of it is left, and observers are told", async () => {
    const rig = rigOf({ maxPendingRequests: 1 });
    const told: unknown[] = [];
    rig.client.observe(({ kind, detail }) => kind === "settled" && told.push((detail as { type: string }).type));
    await rig.open();
    const call = rig.client.stream(Down, { n: 0 });
    await settled();
    rig.read();
    await expect(rig.client.stream(Down, { n: 0 }).result).rejects.toThrow("1 requests are pending");
    const timers = world.time.pending();
    await rig.say("DOWNED", { n: 0 });
    await call.result;
    expect(world.time.pending()).toBe(timers - 1);
    expect(told).toEqual(["DOWN"]);
    void rig.client.stream(Down, { n: 0 });
    await settled();
    expect(rig.read()).toHaveLength(1);
  });
});

test("what waits for a connection leaves with it, and a closed client takes none", async () => {
  const rig = rigOf();
  const call = rig.client.stream(Down, { n: 3 });
  await settled();
  rig.network.socket.accept();
  await settled();
  expect(rig.read()).toMatchObject([{ type: "DOWN", payload: { n: 3 } }]);
  void rig.client.close();
  await expect(call.result).rejects.toMatchObject({ name: "ConnectionClosedError" });
  await expect(rig.client.stream(Down, { n: 3 }).result).rejects.toThrow("Client closed");
});

test("rpcs that report are iterated as before", async () => {
  const rig = rigOf();
  await rig.open();
  const call = rig.client.stream(Ask, { n: 1 });
  await settled();
  rig.read();
  await rig.say("$ws:progress", { n: 7 });
  await rig.say("ANSWER", { n: 2 });
  const seen: number[] = [];
  for await (const { n } of call) seen.push(n);
  expect(seen).toEqual([7]);
});

test("it is a part, which needs requests() before it", async () => {
  const network = new FakeNetwork();
  const client = liteClient({ url: "ws://test/", WebSocket: network.WebSocket, use: [requests(), streams()] });
  void client.stream(Down, { n: 1 });
  await settled();
  network.socket.accept();
  await settled();
  network.socket.read();
  expect(network.received).toMatchObject([{ type: "DOWN" }]);
  expect(() => liteClient({ url: "ws://test/", use: [streams()] })).toThrow("streams() needs requests() before it");
});
