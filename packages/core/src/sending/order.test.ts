import { describe, expect, it } from "vitest";
import { bench, FakeSocket, fields, gate, memoryLogger, Note, type Peer, settle } from "../../test/harness.ts";
import { message, rpc } from "../message/standard.ts";
import { unpack } from "../cluster/bundle.ts";
import type { Engine } from "../ports/engine.ts";
import { createRouter } from "../router/create-router.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";

/** Turns of the microtask queue that the next checks take, in order; then none. */
let waits: number[] = [];

async function wait(): Promise<void> {
  for (let left = waits.shift() ?? 0; left > 0; left--) await Promise.resolve();
}

const slow = <S extends Record<string, "number">>(shape: S) => fields(shape, wait);
const Slow = message("SLOW", slow({ n: "number" }));
const Go = message("GO");
const Ask = rpc("ASK", fields({ n: "number" }), "ANSWER", slow({ n: "number" }), {
  progress: slow({ n: "number" }),
  errors: { NOT_FOUND: slow({ n: "number" }) },
});

/** A socket of a runtime that has topics of its own. */
class TopicSocket extends FakeSocket {
  readonly topics = new Set<string>();
  private readonly all: Set<TopicSocket>;

  constructor(all: Set<TopicSocket>) {
    super();
    this.all = all;
    all.add(this);
  }
  subscribe(topic: string): void {
    this.topics.add(topic);
  }
  unsubscribe(topic: string): void {
    this.topics.delete(topic);
  }
  publish(topic: string, frame: string): void {
    for (const socket of this.all) if (socket !== this && socket.topics.has(topic)) socket.send(frame);
  }
}

function rig({ native = false, forwarded }: { native?: boolean; forwarded?: string[] } = {}) {
  waits = [];
  const errors: Error[] = [];
  const done = (): Promise<void> => Promise.resolve();
  const engine: Engine = {
    name: "wire",
    connect(node) {
      node.link("up");
      const publish = (_: string, packet: string | Uint8Array): Promise<void> => {
        forwarded?.push(...(unpack(packet)?.frames.map(String) ?? []));
        return done();
      };
      return { follow: done, unfollow() {}, publish, probe: done, reconnect() {}, close() {} };
    },
  };
  const router = createRouter({ logger: memoryLogger(), ...(forwarded && { engine }) }).onError(
    (error) => void errors.push(error),
  );
  router.onOpen((ctx) => void ctx.topics.subscribe("room"));
  const sockets = new Set<TopicSocket>();
  const publish = (topic: string, frame: string) => {
    for (const socket of sockets) if (socket.topics.has(topic)) socket.send(frame);
  };
  const { connect, hub, clock } = bench(router, native ? { publish } : {});
  const join = (): Peer => (native ? connect({}, new TopicSocket(sockets)) : connect());
  return { router, errors, hub, clock, join };
}

/** What a socket was sent: the number in each frame's payload, or in an error's details. */
function numbers({ socket }: Peer): unknown[] {
  return socket.take().map(({ payload }) => {
    const { n, details } = payload as { n?: number; details?: { n: number } };
    return n ?? details?.n;
  });
}

describe.each([false, true])("with topics of the runtime: %s", (native) => {
  it("whatever a handler sends arrives in the order in which it was sent", async () => {
    const { router, join, errors } = rig({ native });
    const [peer, other] = [join(), join()];
    router.on(Go, (ctx) => {
      waits = [9, 1, 5, 0, 3];
      ctx.send(Slow, { n: 1 });
      void ctx.publish("room", Note, { n: 2 });
      ctx.send(Note, { n: 3 });
      void ctx.publish("room", Slow, { n: 4 });
      void ctx.publish("room", Note, { n: 5 }, { filter: async () => wait().then(() => true) });
      void ctx.publish("room", Slow, { n: 6 }, { filter: () => true });
      void ctx.publish("room", Note, { n: 7 }, { excludeSelf: true });
      ctx.error("NOT_FOUND", "no", { n: 8 });
      ctx.send(Note, { n: 9 });
    });
    peer.message("GO");
    await settle();
    expect(numbers(peer)).toEqual([1, 2, 3, 4, 5, 6, 8, 9]);
    expect(numbers(other)).toEqual([2, 4, 5, 6, 7]);
    expect(errors).toEqual([]);
  });

  it("so do answers, their progress and the details of errors", async () => {
    const { router, join } = rig({ native });
    const peer = join();
    router.rpc(Ask, (ctx) => {
      const { n } = ctx.payload;
      waits = [12 - n, 20 - n, 1, 1];
      ctx.progress({ n });
      if (n === 1) ctx.reply({ n: n + 1 });
      else ctx.error("NOT_FOUND", "no", { n: n + 1 });
      ctx.send(Note, { n: n + 2 });
      void ctx.publish("room", Note, { n: n + 3 });
    });
    peer.message("ASK", { n: 1 }, { correlationId: "1" });
    peer.message("ASK", { n: 5 }, { correlationId: "2" });
    await settle();
    expect(numbers(peer)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("an answer that does not fit is an error in the same place", async () => {
    const { router, join } = rig({ native });
    const peer = join();
    router.rpc(Ask, (ctx) => {
      waits = [5];
      ctx.reply({ n: "x" } as never);
      ctx.send(Note, { n: 2 });
    });
    peer.message("ASK", { n: 1 }, { correlationId: "1" });
    await settle();
    expect(peer.socket.take().map(({ type }) => type)).toEqual(["ERROR", "NOTE"]);
  });

  it("what others send to a connection, or publish, lines up as well", async () => {
    const { router, join } = rig({ native });
    const [peer, other] = [join(), join()];
    waits = [8, 2];
    router.connections.send("client-1", Slow, { n: 1 });
    void router.publish("room", Note, { n: 2 });
    router.connections.send("client-1", Note, { n: 3 });
    expect(numbers(other)).toEqual([2]);
    await settle();
    expect(numbers(peer)).toEqual([1, 2, 3]);
    waits = [5, 0];
    void router.publish("room", Slow, { n: 4 });
    void router.publish("room", Note, { n: 5 });
    await settle();
    expect(numbers(peer)).toEqual([4, 5]);
    expect(numbers(other)).toEqual([4, 5]);
  });

  it("one that never is checked holds up its own connection alone", async () => {
    const { router, join } = rig({ native });
    const [peer, other] = [join(), join()];
    const Never = message(
      "NEVER",
      fields({ n: "number" }, () => new Promise(() => {})),
    );
    router.connections.send("client-1", Never, { n: 1 });
    for (let n = 2; n < 4; n++) await router.publish("room", Note, { n });
    await settle();
    expect(numbers(peer)).toEqual([]);
    expect(numbers(other)).toEqual([2, 3]);
  });

  it("one that fails costs the others nothing, and says so", async () => {
    const { router, join, errors } = rig({ native });
    const peer = join();
    waits = [3];
    router.connections.send("client-1", Slow, { n: "x" } as never);
    const published = router.publish("room", Slow, { n: "x" } as never);
    router.connections.send("client-1", Note, { n: 2 });
    await settle();
    expect(numbers(peer)).toEqual([2]);
    expect(await published).toMatchObject({ ok: false });
    expect(errors).toHaveLength(2);
  });

  it("random sequences arrive as they were sent", async () => {
    const { router, join } = rig({ native });
    const [peer, other] = [join(), join()];
    let seed = 7;
    const random = (below: number) => (seed = (Math.imul(seed, 48_271) >>> 0) % 2_147_483_647) % below;
    for (let round = 0; round < 60; round++) {
      const own: number[] = [];
      const theirs: number[] = [];
      waits = Array.from({ length: 12 }, () => random(9));
      const conn = peer.conn;
      const ctx = conn.hub.contextOf(conn) as { publish(...args: unknown[]): Promise<unknown> };
      for (let n = 0; n < 12; n++) {
        const M = random(3) === 0 ? Slow : Note;
        const way = random(4);
        if (way === 0) router.connections.send("client-1", M, { n });
        else if (way === 1) void ctx.publish("room", M, { n });
        else if (way === 2) void ctx.publish("room", M, { n }, { excludeSelf: true });
        else
          void ctx.publish("room", M, { n }, { filter: random(2) === 0 ? () => true : () => wait().then(() => true) });
        if (way !== 2) own.push(n);
        if (way !== 0) theirs.push(n);
      }
      await settle();
      expect(numbers(peer)).toEqual(own);
      expect(numbers(other)).toEqual(theirs);
    }
  });
});

describe("a close", () => {
  it("comes after what was sent before it, and nothing after that", async () => {
    const { router, join } = rig();
    const peer = join();
    const said: unknown[] = [];
    router.on(Go, (ctx) => {
      waits = [5];
      said.push(ctx.send(Slow, { n: 1 }), ctx.send(Note, { n: 2 }));
      router.connections.get("client-1")?.close(4000, "done");
      said.push(ctx.send(Note, { n: 3 }), router.connections.send("client-1", Slow, { n: 4 }));
      void ctx.publish("room", Note, { n: 5 });
    });
    peer.message("GO");
    expect(peer.socket.ended).toBeUndefined();
    peer.message("GO");
    await settle();
    expect(said).toEqual([true, true, false, false]);
    expect(numbers(peer)).toEqual([1, 2]);
    expect(peer.socket.ended).toEqual({ code: 4000, reason: "done" });
  });

  it("does not wait longer than closeGraceMs", async () => {
    const { router, join, clock } = rig();
    const peer = join();
    const opening = gate();
    const Never = message(
      "NEVER",
      fields({ n: "number" }, () => opening.opened),
    );
    router.connections.send("client-1", Never, { n: 1 });
    router.connections.get("client-1")?.close(4001, "late");
    await clock.advance(4_999);
    expect(peer.socket.ended).toBeUndefined();
    await clock.advance(1);
    expect(peer.socket.ended).toEqual({ code: 4001, reason: "late" });
    opening.open();
    await settle();
    expect(numbers(peer)).toEqual([]);
  });

  it("of a drain waits for it, too", async () => {
    const { router, join, clock, hub } = rig();
    const peer = join();
    const opening = gate();
    const Held = message(
      "HELD",
      fields({ n: "number" }, () => opening.opened),
    );
    router.connections.send("client-1", Held, { n: 1 });
    const drained = hub.drain();
    await clock.advance(3_000);
    expect(peer.socket.frames).toEqual([]);
    opening.open();
    await clock.advance(3_000);
    await drained;
    expect(peer.socket.take().map(({ type }) => type)).toEqual(["HELD", "$ws:goaway"]);
    expect(peer.socket.ended?.code).toBe(1012);
  });

  it("by the peer loses what was not sent, and not what it published", async () => {
    const { router, join } = rig();
    const [peer, other] = [join(), join()];
    router.on(Go, (ctx) => {
      waits = [5];
      ctx.send(Slow, { n: 1 });
      void ctx.publish("room", Note, { n: 2 });
    });
    peer.message("GO");
    peer.socket.close(1001);
    await settle();
    expect(numbers(peer)).toEqual([]);
    expect(numbers(other)).toEqual([2]);
  });
});

it("other nodes get what one sender publishes in its order", async () => {
  const forwarded: string[] = [];
  const { router, join } = rig({ forwarded });
  join();
  waits = [5, 1];
  void router.publish("room", Slow, { n: 1 });
  void router.publish("room", Slow, { n: 2 });
  void router.publish("room", Note, { n: 3 });
  await settle();
  expect(forwarded.map((frame) => (JSON.parse(frame) as { payload: { n: number } }).payload.n)).toEqual([1, 2, 3]);
});

describe("a concurrent route whose schema has to be waited for", () => {
  it("starts in the order of arrival, and runs beside others", async () => {
    const { router, join } = rig();
    const peer = join();
    const said: string[] = [];
    const held = gate();
    const In = message("IN", slow({ n: "number" }) as StandardSchema<{ n: number }>);
    router.on(
      In,
      async ({ payload }) => {
        said.push(`start ${payload.n}`);
        if (payload.n === 1) await held.opened;
        said.push(`end ${payload.n}`);
      },
      { concurrent: true },
    );
    router.on(Note, ({ payload }) => void said.push(`note ${(payload as { n: number }).n}`));
    waits = [6, 1];
    peer.message("IN", { n: 1 });
    peer.message("IN", { n: 2 });
    peer.message("NOTE", { n: 3 });
    await settle();
    expect(said).toEqual(["start 1", "start 2", "end 2", "note 3"]);
    held.open();
    await settle();
    expect(said.at(-1)).toBe("end 1");
  });
});
