import { describe, expect, it } from "vitest";
import { createRouter, rpc, type RouterOptions } from "../index.ts";
import { type Bench, bench, errorOf, fields, gate, memoryLogger, type Peer, settle } from "../../test/harness.ts";

type Data = { userId?: string };

const Pay = rpc("PAY", fields({ n: "number" }), "PAID", fields({ by: "string" }), { idempotent: true });
const SECRET = "abcdefghijklmnopqrst-_";

const identify = (data: Data) => data.userId;

/** A server that tells how often it ran. */
function paying(options: RouterOptions<Data> = {}, answer = (run: number) => `run ${run}`) {
  let runs = 0;
  const router = createRouter<Data>(options).rpc(Pay, () => ({ by: answer(++runs) }));
  return { ...bench(router), router, runs: () => runs };
}

function pay(peer: Peer, key: string, n = 1): Record<string, unknown> | undefined {
  peer.message("PAY", { n }, { correlationId: "c", idempotencyKey: key });
  return peer.socket.take()[0];
}

const by = (frame: Record<string, unknown> | undefined) => (frame?.["payload"] as { by?: string } | undefined)?.by;

describe("whose the answer is", () => {
  it("is the identity's, whatever the key, over any connection", () => {
    const { connect } = paying({ identify });
    expect(by(pay(connect({ userId: "alice" }), "order-42"))).toBe("run 1");
    expect(by(pay(connect({ userId: "alice" }), "order-42"))).toBe("run 1");
    expect(by(pay(connect({ userId: "bob" }), "order-42"))).toBe("run 2");
    expect(by(pay(connect(), "order-42"))).toBe("run 3");
    expect(by(pay(connect({ userId: "bob" }), `${SECRET}.1`))).toBe("run 4");
    expect(by(pay(connect({ userId: "alice" }), `${SECRET}.1`))).toBe("run 5");
    expect(by(pay(connect(), `${SECRET}.1`))).toBe("run 6");
  });

  it("is that of whoever presents the secret, without an identity", () => {
    const { connect } = paying();
    expect(by(pay(connect(), `${SECRET}.1`))).toBe("run 1");
    expect(by(pay(connect(), `${SECRET}.1`))).toBe("run 1");
    expect(by(pay(connect(), `${SECRET}.2`))).toBe("run 2");
  });

  it.each(["order-42", SECRET, `${SECRET.slice(1)}.1`, `${SECRET}x.1`, `${SECRET.slice(1)}+.1`, crypto.randomUUID()])(
    "is the connection's alone for the key %s",
    (key) => {
      const { connect } = paying();
      const peer = connect();
      expect(by(pay(peer, key))).toBe("run 1");
      expect(by(pay(peer, key))).toBe("run 1");
      expect(by(pay(connect(), key))).toBe("run 2");
    },
  );

  it.each([
    ["a\n", "b"],
    ['a","PAY","', "b"],
    ["1", "k"],
    ["null", "k"],
  ])("is never another's for an identity like %j", (userId, key) => {
    const { connect, runs } = paying({ identify });
    pay(connect({ userId }), key);
    pay(connect({ userId: `${userId}\nPAY` }), key);
    pay(connect(), key);
    pay(connect(), `${SECRET}.${key}`);
    expect(runs()).toBe(4);
  });

  it("takes keys of at most 64 characters", () => {
    const { connect, runs } = paying();
    const key = `${SECRET}.${"x".repeat(41)}`;
    expect(by(pay(connect(), key))).toBe("run 1");
    expect(errorOf(pay(connect(), `${key}x`)).code).toBe("INVALID_ARGUMENT");
    expect(runs()).toBe(1);
  });
});

describe("a repeat", () => {
  it("passes middleware, guard and validation, as the first did", () => {
    let closed = false;
    const router = createRouter<Data>({ identify });
    router.use((ctx, next) => (closed ? undefined : next()));
    router.rpc(Pay, () => ({ by: "handler" }));
    const { connect } = bench(router);
    const key = `${SECRET}.1`;
    expect(by(pay(connect(), key))).toBe("handler");
    const bad = connect();
    bad.message("PAY", { n: "no number" }, { correlationId: "c", idempotencyKey: key });
    expect(errorOf(bad.socket.take()[0]).code).toBe("INVALID_ARGUMENT");
    closed = true;
    expect(errorOf(pay(connect(), key)).code).toBe("PERMISSION_DENIED");
  });

  it("with another payload is refused, and leaves the answer in place", () => {
    const { connect, runs } = paying();
    const peer = connect();
    pay(peer, "k", 1);
    const { code, message } = errorOf(pay(peer, "k", 2));
    expect([code, message]).toEqual(["INVALID_ARGUMENT", expect.not.stringContaining('"k"')]);
    expect(by(pay(peer, "k", 1))).toBe("run 1");
    expect(runs()).toBe(1);
  });

  it("gets what was sent, whatever became of the object since", () => {
    const live = { by: "then" };
    const { connect } = bench(createRouter().rpc(Pay, () => live));
    const peer = connect();
    expect(by(pay(peer, "k"))).toBe("then");
    live.by = "now";
    expect(by(pay(peer, "k"))).toBe("then");
  });

  it("gets a lasting error again", () => {
    let runs = 0;
    const { connect } = bench(createRouter().rpc(Pay, (ctx) => ctx.error("NOT_FOUND", `no ${++runs}`)));
    const peer = connect();
    pay(peer, "k");
    expect(errorOf(pay(peer, "k")).message).toBe("no 1");
  });

  it("that waits counts as running, ends with its own abort, and never runs", async () => {
    const held = gate();
    let runs = 0;
    const router = createRouter({ limits: { maxInflightRequests: 4 } }).rpc(Pay, async () => {
      runs++;
      await held.opened;
      return { by: "first" };
    });
    const { connect } = bench(router);
    const peer = connect();
    for (let i = 0; i < 6; i++) peer.message("PAY", { n: 1 }, { correlationId: `c${i}`, idempotencyKey: "k" });
    expect(peer.socket.take().map((frame) => errorOf(frame).code)).toEqual([
      "RESOURCE_EXHAUSTED",
      "RESOURCE_EXHAUSTED",
    ]);
    peer.receive({ type: "$ws:abort", meta: { correlationId: "c1" } });
    expect(errorOf(peer.socket.take()[0]).code).toBe("CANCELLED");
    held.open();
    await settle();
    expect(peer.socket.take().map(({ meta }) => (meta as { correlationId: string }).correlationId)).toEqual([
      "c0",
      "c2",
      "c3",
    ]);
    expect(runs).toBe(1);
    expect(peer.conn.calls?.running).toBe(0);
  });
});

describe("what is kept", () => {
  const ask = (peer: Peer, keys: number) => {
    for (let i = 0; i < keys; i++) pay(peer, `key-${i}`);
  };

  it("of one identity is not forgotten for another's thousand", () => {
    const { connect, hub, runs } = paying({ identify, limits: { maxRememberedAnswers: 100 } });
    pay(connect({ userId: "alice" }), "order");
    pay(connect(), "order");
    ask(connect({ userId: "bob" }), 1_000);
    ask(connect(), 1_000);
    const before = runs();
    expect(by(pay(connect({ userId: "alice" }), "order"))).toBe("run 1");
    expect(runs()).toBe(before);
    expect(hub.answers.size).toBe(100);
  });

  it("of a client that comes back again and again is not forgotten for what it left behind", () => {
    const { connect, hub, runs } = paying({ limits: { maxRememberedAnswers: 100 } });
    let n = 0;
    const some = (peer: Peer, count: number) => {
      for (let i = 0; i < count; i++) pay(peer, `${SECRET}.${n++}`);
    };
    // Ten lines, ten requests each: that many are remembered.
    for (let line = 0; line < 10; line++) {
      const peer = connect();
      some(peer, 10);
      peer.socket.close();
    }
    const cut = connect();
    some(cut, 50);
    cut.socket.close();
    const before = runs();
    const back = connect();
    for (let i = n - 100; i < n; i++) expect(by(pay(back, `${SECRET}.${i}`))).toBe(`run ${i + 1}`);
    expect([runs(), hub.answers.size]).toEqual([before, 100]);
    // Nor are those of somebody else for them.
    pay(connect(), `${"z".repeat(22)}.1`);
    some(connect(), 1_000);
    expect(by(pay(connect(), `${"z".repeat(22)}.1`))).toBe(`run ${before + 1}`);
  });

  it("is bounded in bytes, those who hold most first", () => {
    const limits = { maxRememberedBytes: 10_000 };
    const { connect, hub, runs } = paying({ identify, limits }, (run) => (run === 1 ? "small" : "x".repeat(3_000)));
    pay(connect({ userId: "alice" }), "order");
    for (let i = 0; i < 20; i++) {
      pay(connect({ userId: "bob" }), `key-${i}`);
      expect(hub.answers.bytes).toBeLessThanOrEqual(10_000);
    }
    expect(hub.answers.size).toBe(4);
    expect(by(pay(connect({ userId: "alice" }), "order"))).toBe("small");
    expect(runs()).toBe(21);
  });

  it("of one identity counts as one's, also where all that it had was forgotten while it asked", async () => {
    const limits = { maxRememberedAnswers: 3, rememberAnswersMs: 100 };
    const { connect, clock, runs } = paying({ identify, limits });
    const [alice, bob] = [connect({ userId: "alice" }), connect({ userId: "bob" })];
    pay(bob, "old");
    await clock.advance(50);
    pay(alice, "order");
    // As on a machine that was held up: its time is over, and no timer has said so.
    clock.freeze(50);
    for (let i = 0; i < 3; i++) pay(bob, `new-${i}`);
    const before = runs();
    expect(by(pay(alice, "order"))).toBe("run 2");
    expect(runs()).toBe(before);
  });

  it("frees what it counted", async () => {
    const { connect, hub, clock } = paying({ identify, limits: { rememberAnswersMs: 100 } });
    ask(connect({ userId: "bob" }), 10);
    await clock.advance(100);
    const peer = connect();
    const frame = pay(peer, "last");
    expect(hub.answers.size).toBe(1);
    expect(hub.answers.bytes).toBe(JSON.stringify(frame).length);
  });
});

describe("on a server that nobody uses any more", () => {
  it("each answer is forgotten when its time is over, and no timer is left", async () => {
    const { connect, hub, clock } = paying({ identify });
    const idle = clock.pending;
    pay(connect({ userId: "alice" }), "order");
    await clock.advance(100_000);
    pay(connect({ userId: "bob" }), "order");
    await clock.advance(199_999);
    expect(hub.answers.size).toBe(2);
    await clock.advance(1);
    expect(hub.answers.size).toBe(1);
    await clock.advance(100_000);
    expect([hub.answers.size, hub.answers.bytes]).toEqual([0, 0]);
    for (const conn of hub.connections) conn.socket.close();
    await clock.advance(300_000);
    expect(clock.pending).toBe(idle);
  });

  it("one whose time never ends stays, without a timer", async () => {
    const { connect, hub, clock } = paying({ limits: { rememberAnswersMs: Infinity } });
    const peer = connect();
    const before = clock.pending;
    pay(peer, "order");
    await clock.advance(1_000);
    expect([hub.answers.size, clock.pending]).toEqual([1, before]);
  });

  it("none keeps a process from sleeping", async () => {
    const router = createRouter().rpc(Pay, () => ({ by: "x" }));
    const { connect, hub, clock } = bench(router, { sleeps: true });
    const peer = connect();
    pay(peer, "order");
    expect([hub.answers.size, clock.pending]).toEqual([1, 0]);
    await clock.advance(300_000);
    pay(peer, "another");
    expect(hub.answers.size).toBe(1);
  });
});

it("lets the key leave nowhere", () => {
  const logger = memoryLogger();
  const key = `${SECRET}.leak`;
  const router = createRouter({ logger });
  router.rpc(Pay, (ctx) => {
    ctx.send(Pay.response, { by: "x" }, { meta: ctx.meta });
    ctx.reply({ by: "x" }, { meta: ctx.meta });
  });
  const { connect }: Bench = bench(router);
  const peer = connect();
  for (const n of [1, 1, 2]) peer.message("PAY", { n }, { correlationId: "c", idempotencyKey: key });
  expect(peer.socket.frames).toHaveLength(4);
  expect(peer.socket.frames.join() + logger.lines.join()).not.toContain(SECRET);
});
