import { afterEach, describe, expect, it } from "vitest";
import { bench, type Bench, errorOf, FakeSocket, fields, gate, memoryLogger, settle } from "../../test/harness.ts";
import { WsKitError } from "../message/errors.ts";
import { rpc } from "../message/standard.ts";
import { createRouter } from "../router/create-router.ts";

const id = { correlationId: "a" };
const N = fields({ n: "number" });
const Flow = rpc("FLOW", undefined, "FLOWED", N, { stream: { fromClient: N, fromServer: N } });
const Down = rpc("DOWN", undefined, "DOWNED", N, { stream: { fromServer: N } });

type Handler = (ctx: {
  incoming: AsyncIterableIterator<{ n: number }>;
  write(item: { n: number }): Promise<void>;
  reply(answer: { n: number }): void;
  signal: AbortSignal;
  deadline: number;
}) => unknown;

let rig: Bench;

afterEach(() => {
  // oxlint-disable-next-line vitest/no-standalone-expect -- whatever the test was about, nothing is left
  expect(rig.hub.streams).toBe(undefined);
});

function asked(handler: Handler, options: Parameters<typeof createRouter>[0] = {}, of = Flow) {
  const logger = memoryLogger();
  const socket = new FakeSocket();
  rig = bench(createRouter({ logger, ...options }).rpc(of, handler as never));
  const peer = rig.connect({}, socket);
  const ask = async (streamWindow = 1_000) => {
    peer.message(of.type, undefined, { ...id, streamWindow, timeoutMs: 1_000 });
    await settle();
    return peer.socket.take().map(({ type }) => type);
  };
  const say = async (type: string, payload?: unknown) => {
    peer.message(type, payload, id);
    await settle();
    return peer.socket.take();
  };
  return { ...rig, peer, socket, logger, ask, say };
}

describe("ctx.write", () => {
  it("waits its turn behind the window, and lets 64 wait at most", async () => {
    const outcomes: unknown[] = [];
    const { ask, say } = asked(async (ctx) => {
      const writes = Array.from({ length: 67 }, (_, n) => ctx.write({ n }));
      for (const [n, write] of writes.entries()) {
        await write.then(
          () => outcomes.push(n),
          (error: WsKitError) => outcomes.push(`${n} ${error.code}`),
        );
      }
      return { n: 1 };
    });
    expect(await ask(1)).toEqual(["$ws:chunk"]);
    expect(await say("$ws:credit", { taken: 1, window: 1 })).toMatchObject([{ payload: { n: 1 } }]);
    const frames = [];
    for (let taken = 2; taken <= 65; taken++) frames.push(...(await say("$ws:credit", { taken, window: 1 })));
    expect(frames.map(({ payload }) => (payload as { n: number }).n).slice(0, -1)).toEqual(
      Array.from({ length: 63 }, (_, n) => n + 2),
    );
    expect(frames.at(-1)).toMatchObject({ type: "FLOWED" });
    expect(outcomes).toEqual([
      ...Array.from({ length: 65 }, (_, n) => n),
      "65 RESOURCE_EXHAUSTED",
      "66 RESOURCE_EXHAUSTED",
    ]);
  });

  it.each([
    ["returns", () => ({ n: 1 })],
    ["replies", (ctx: { reply(answer: object): void }) => ctx.reply({ n: 1 })],
  ])("that nobody waits for is the fault of a handler that %s", async (_, end) => {
    const { ask, say, logger } = asked((ctx) => {
      for (const n of [1, 2]) void ctx.write({ n });
      return end(ctx);
    });
    expect(await ask(1)).toEqual(["$ws:chunk", "ERROR"]);
    expect(logger.lines.join()).toContain('"FLOW" was answered while ctx.write() waits: await it first');
    expect(await say("$ws:credit", { taken: 1, window: 1 })).toEqual([]);
  });

  it("of an item that does not fit rejects, and sends nothing", async () => {
    const { ask, logger } = asked((ctx) => ctx.write({ n: "1" } as never).then(() => ({ n: 1 })));
    expect(await ask()).toEqual(["ERROR"]);
    expect(logger.lines.join()).toContain('Invalid payload of "stream of FLOW"');
  });

  it("waits while the socket has much that is unread", async () => {
    const { ask, socket, clock, peer } = asked(async (ctx) => {
      await ctx.write({ n: 1 });
      return { n: 2 };
    });
    socket.buffered = 262_144;
    expect(await ask()).toEqual([]);
    await clock.advance(100);
    expect(peer.socket.take()).toEqual([]);
    socket.buffered = 0;
    await clock.advance(25);
    expect(peer.socket.take().map(({ type }) => type)).toEqual(["$ws:chunk", "FLOWED"]);
  });

  it("keeps the order where schemas have to be waited for", async () => {
    const waits = [gate(), gate(), gate()];
    let next = 0;
    const slow = fields({ n: "number" }, () => (waits[next++] as ReturnType<typeof gate>).opened);
    const Slow = rpc("SLOW", undefined, "SLOWED", N, { stream: { fromServer: slow } });
    const { ask, peer } = asked(
      async (ctx) => {
        await Promise.all([1, 2, 3].map((n) => ctx.write({ n })));
        return { n: 0 };
      },
      {},
      Slow as never,
    );
    await ask();
    for (const at of [2, 1, 0]) {
      expect(peer.socket.take()).toEqual([]);
      waits[at]?.open();
      await settle();
    }
    expect(peer.socket.take().map(({ payload }) => (payload as { n: number }).n)).toEqual([1, 2, 3, 0]);
  });

  it("of an rpc without one is refused", async () => {
    const Up = rpc("UP", undefined, "UPPED", N, { stream: { fromClient: N } });
    const { ask, logger } = asked((ctx) => ctx.write({ n: 1 }), {}, Up as never);
    expect(await ask()).toEqual(["ERROR"]);
    expect(logger.lines.join()).toContain("UP has no stream.fromServer");
  });
});

describe("ctx.incoming", () => {
  it("gives what was asked for in advance, in order, where schemas have to be waited for", async () => {
    const waits = [gate(), gate()];
    let next = 0;
    const slow = fields({ n: "number" }, () => (waits[next++] as ReturnType<typeof gate>).opened);
    const Slow = rpc("SLOW", undefined, "SLOWED", N, { stream: { fromClient: slow } });
    const { ask, say } = asked(
      async ({ incoming }) => {
        const pulls = [incoming.next(), incoming.next(), incoming.next()];
        waits[1]?.open();
        waits[0]?.open();
        const got = await Promise.all(pulls);
        return { n: Number(got.map(({ value, done }) => (done === true ? 9 : value.n)).join("")) };
      },
      {},
      Slow as never,
    );
    expect(await ask()).toEqual(["$ws:credit"]);
    await say("$ws:chunk", { n: 1 });
    await say("$ws:chunk", { n: 2 });
    expect(await say("$ws:end")).toMatchObject([{ type: "SLOWED", payload: { n: 129 } }]);
  });

  it("is read item by item, and given up by leaving", async () => {
    const { ask, say } = asked(async ({ incoming }) => {
      const first = await incoming.next();
      for await (const { n } of incoming) if (n > 2) break;
      expect(await incoming.next()).toEqual({ value: undefined, done: true });
      return first.value as { n: number };
    });
    await ask();
    await say("$ws:chunk", { n: 1 });
    await say("$ws:chunk", { n: 2 });
    expect(await say("$ws:chunk", { n: 3 })).toMatchObject([
      { type: "$ws:stop" },
      { type: "FLOWED", payload: { n: 1 } },
    ]);
  });

  it("an item behind the end breaks the protocol", async () => {
    const { ask, say } = asked(async ({ incoming, signal }) => {
      await incoming.next();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    await ask();
    await say("$ws:end");
    const errors = await say("$ws:chunk", { n: 1 });
    expect(errors.map((frame) => errorOf(frame).message)).toEqual(Array(2).fill("A chunk came after the stream's end"));
  });
});

describe("the end", () => {
  const reading: Handler = async ({ incoming }) => {
    for await (const _ of incoming);
    return { n: 1 };
  };

  it.each<[string, (world: ReturnType<typeof asked>) => unknown]>([
    ["the caller's", ({ say }) => say("$ws:abort")],
    ["time's", ({ clock }) => clock.advance(1_000)],
    ["the connection's", ({ socket }) => socket.close(1006)],
    ["a drain's", ({ hub, clock }) => (void hub.drain({ timeoutMs: 100 }), clock.advance(200))],
  ])("is nobody's failure where it is %s", async (_, end) => {
    let thrown: unknown;
    const world = asked(async (ctx) => {
      try {
        return await reading(ctx);
      } catch (error) {
        thrown = error;
        throw error;
      }
    });
    await world.ask();
    await end(world);
    await settle();
    expect(thrown).toBeInstanceOf(WsKitError);
    expect(world.logger.lines.filter((line) => line.startsWith("error"))).toEqual([]);
    for (const { calls } of world.hub.connections) expect([calls?.size, calls?.running]).toEqual([0, 0]);
  });

  it("is that of what waits to be written, and nothing is sent later", async () => {
    const codes: unknown[] = [];
    const world = asked(async (ctx) => {
      await ctx.write({ n: 1 }).catch((error: WsKitError) => codes.push(error.code));
      await ctx.write({ n: 2 }).catch((error: WsKitError) => codes.push(error.code));
      return { n: 1 };
    });
    world.socket.buffered = 262_144;
    await world.ask();
    expect(await world.say("$ws:abort")).toMatchObject([{ type: "ERROR" }]);
    expect(codes).toEqual(["CANCELLED", "CANCELLED"]);
    world.socket.buffered = 0;
    await world.clock.advance(100);
    expect(world.socket.take()).toEqual([]);
  });

  it("moves on with each item, as ctx.deadline says", async () => {
    const deadlines: number[] = [];
    const { ask, say, clock } = asked(async (ctx) => {
      for await (const _ of ctx.incoming) deadlines.push(ctx.deadline - clock.now());
      return { n: 1 };
    });
    await ask();
    for (let i = 0; i < 3; i++) {
      await clock.advance(900);
      await say("$ws:chunk", { n: 1 });
    }
    expect(deadlines).toEqual([1_000, 1_000, 1_000]);
    expect(await say("$ws:end")).toMatchObject([{ type: "FLOWED" }]);
  });

  it("of a connection that has closed before its handler looks is the same", async () => {
    const world = asked(
      async (ctx) => {
        world.socket.close(1006);
        await expect(ctx.write({ n: 1 })).rejects.toMatchObject({ code: "UNAVAILABLE" });
        return { n: 1 };
      },
      {},
      Down as never,
    );
    expect(await world.ask()).toEqual([]);
  });

  it("comes with a frame that a gate drops", async () => {
    const router = createRouter()
      .rpc(Flow, reading as never)
      .extend({
        name: "gate",
        setup: () => ({ gate: (_: unknown, frame: string) => (frame.includes('"n":2') ? "drop" : undefined) }),
      });
    rig = bench(router);
    const peer = rig.connect();
    peer.message("FLOW", undefined, { ...id, streamWindow: 0 });
    await settle();
    peer.socket.take();
    for (const n of [1, 2, 3]) peer.message("$ws:chunk", { n }, id);
    await settle();
    expect(peer.socket.take().map((frame) => errorOf(frame).code)).toEqual(["ABORTED"]);
  });
});

it("a definition says what does not go with a stream", () => {
  for (const options of [{ idempotent: true }, { progress: N }]) {
    expect(() => rpc("X", undefined, "Y", N, { stream: { fromClient: N }, ...options } as never)).toThrow(
      "The stream of X",
    );
  }
  for (const stream of [{}, { fromclient: N }]) {
    expect(() => rpc("X", undefined, "Y", N, { stream } as never)).toThrow("is fromClient, fromServer or both");
  }
  expect(() => rpc.fromServer("X", undefined, "Y", N, { stream: { fromClient: N } } as never)).toThrow(
    "The stream of X",
  );
  rig = bench(createRouter());
});
