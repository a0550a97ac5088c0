import { describe, expect, it } from "vitest";
import { ByteSocket, packetOf, turned } from "../../test/bytes.ts";
import { FakeEngine, type Whims } from "../../test/fake-engine.ts";
import { bench, fields, memoryLogger, type Peer, settle, VirtualClock } from "../../test/harness.ts";
import type { RouterOptions } from "../api/options.ts";
import { createRouter } from "../router/create-router.ts";
import { message, rpc } from "../shared.ts";

type Data = { userId?: string };

const Confirm = rpc.fromServer("CONFIRM", fields({ text: "string" }), "CONFIRMED", fields({ n: "number" }), {
  errors: { ABORTED: fields({ n: "number" }) },
});
const Where = rpc.fromServer("WHERE", undefined, "THERE");

/** Nodes of one application, which know each other. */
async function world(
  count: number,
  options: RouterOptions<Data> = {},
  last: RouterOptions<Data> = {},
  whims: Whims = {},
) {
  const clock = new VirtualClock();
  const engine = new FakeEngine((callback, ms) => clock.setTimeout(callback, ms), whims);
  const nodes = Array.from({ length: count }, (_, i) => {
    const logger = memoryLogger();
    const more = { ...(count > 1 && { engine }), ...options, ...(i === count - 1 && last) };
    const router = createRouter<Data>({ logger, identify: (data) => data.userId, ...more });
    const { connect, hub } = bench(router, { clock });
    return { router, connect, hub, logger, users: router.users };
  });
  await settle();
  if (count > 1) await clock.advance(1_500);
  type Node = (typeof nodes)[number];
  return { clock, engine, nodes: nodes as [Node, Node, Node] };
}

type Frame = { type: string; payload?: unknown; meta: { correlationId: string; timeoutMs?: number } };
const taken = ({ socket }: Pick<Peer, "socket">): Frame[] => socket.take() as unknown as Frame[];
/** What a client was asked: one question. */
const askedOf = (peer: Pick<Peer, "socket">): Frame => {
  const [frame, ...others] = taken(peer);
  expect([frame?.type, others]).toEqual(["CONFIRM", []]);
  return frame as Frame;
};
const answer = (peer: Peer, { meta: { correlationId } }: Frame, n: number): void =>
  peer.message("CONFIRMED", { n }, { correlationId });
const fail = (peer: Peer, { meta: { correlationId } }: Frame, payload?: object): void =>
  peer.message("$ws:failed", payload, { correlationId });
const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);
const ADA = { userId: "ada" };

describe("router.users.request", () => {
  it("asks all connections of a user at once, gives the first answer, and tells the others that it has ended", async () => {
    const { nodes } = await world(1);
    const [{ users, connect, hub }] = nodes;
    const [phone, laptop, bob] = [connect(ADA), connect(ADA), connect({ userId: "bob" })];
    const got = users.request("ada", Confirm, { text: "In?" }, { timeoutMs: 500, meta: { trace: 1 } });
    const [onPhone, onLaptop] = [askedOf(phone), askedOf(laptop)];
    expect(onPhone).toMatchObject({ payload: { text: "In?" }, meta: { trace: 1, timeoutMs: 500 } });
    expect(taken(bob)).toEqual([]);
    answer(laptop, onLaptop, 7);
    expect(await got).toMatchObject({ type: "CONFIRMED", payload: { n: 7 } });
    expect(taken(phone)).toEqual([{ type: "$ws:abort", meta: { correlationId: onPhone.meta.correlationId } }]);
    expect([hub.asked.size, taken(laptop)]).toEqual([0, []]);
  });

  it("takes an answer of any of them, whoever has failed before, and else says what tells most", async () => {
    const { nodes } = await world(1);
    const [{ users, connect }] = nodes;
    const [one, two, three] = [connect(ADA), connect(ADA), connect(ADA)];
    const got = outcome(users.request("ada", Confirm, { text: "?" }));
    fail(one, askedOf(one));
    two.socket.close();
    answer(three, askedOf(three), 1);
    expect(await got).toMatchObject({ payload: { n: 1 } });
    for (const peer of [one, three]) taken(peer);
    const failed = outcome(users.request("ada", Confirm, { text: "?" }));
    fail(one, askedOf(one), { code: "ABORTED", message: "No", details: { n: 3 }, retryable: false });
    fail(three, askedOf(three));
    const error = { name: "RequestError", code: "ABORTED", message: "No", details: { n: 3 }, retryable: false };
    expect(await failed).toMatchObject({ ...error, mayHaveExecuted: true });
  });

  it("has no payload and no answer's payload where the rpc has none", async () => {
    const { nodes } = await world(1);
    const [{ users, connect }] = nodes;
    const peer = connect(ADA);
    const got = users.request("ada", Where);
    const [frame] = taken(peer);
    expect(frame).not.toHaveProperty("payload");
    peer.message("THERE", undefined, { correlationId: frame?.meta.correlationId ?? "" });
    expect(await got).toMatchObject({ type: "THERE", payload: undefined });
  });

  it("is UNAVAILABLE at once where nobody is there, and says that nobody was asked", async () => {
    const { nodes } = await world(1);
    const [{ users }] = nodes;
    const error = { code: "UNAVAILABLE", retryable: true, mayHaveExecuted: false };
    expect(await outcome(users.request("ada", Confirm, { text: "?" }))).toMatchObject(error);
    expect(await outcome(createRouter().users.request("ada", Confirm, { text: "?" }))).toMatchObject(error);
  });

  it("ends with its time and by its signal, on the clients as well", async () => {
    const { clock, nodes } = await world(1);
    const [{ users, connect }] = nodes;
    const peer = connect(ADA);
    const late = outcome(users.request("ada", Confirm, { text: "?" }, { timeoutMs: 100 }));
    const asked = askedOf(peer);
    await clock.advance(101);
    expect(await late).toMatchObject({ code: "DEADLINE_EXCEEDED", mayHaveExecuted: true });
    expect(taken(peer)).toEqual([{ type: "$ws:abort", meta: { correlationId: asked.meta.correlationId } }]);
    const stop = new AbortController();
    const stopped = outcome(users.request("ada", Confirm, { text: "?" }, { signal: stop.signal }));
    askedOf(peer);
    stop.abort("left");
    expect(await stopped).toMatchObject({ code: "CANCELLED", cause: "left", mayHaveExecuted: true });
    expect(taken(peer)).toMatchObject([{ type: "$ws:abort" }]);
    const never = outcome(users.request("ada", Confirm, { text: "?" }, { signal: stop.signal }));
    expect(await never).toMatchObject({ code: "CANCELLED", mayHaveExecuted: false });
    expect(taken(peer)).toEqual([]);
  });

  it("rejects for what does not fit, and asks nobody; as an unhandled rejection for nobody", async () => {
    const { nodes } = await world(1, { identify: (data) => data.userId });
    const [{ users, connect }] = nodes;
    const peer = connect(ADA);
    expect(await outcome(users.request("ada", Confirm, { text: 7 as never }))).toMatchObject({
      name: "ValidationError",
    });
    const Say = message("SAY", fields({ n: "number" }));
    expect(await outcome(users.request("ada", Say as unknown as typeof Confirm, { text: "?" }))).toBeInstanceOf(
      TypeError,
    );
    expect(taken(peer)).toEqual([]);
    const got = outcome(users.request("ada", Confirm, { text: "?" }));
    peer.message("CONFIRMED", { n: "seven" }, { correlationId: askedOf(peer).meta.correlationId });
    expect(await got).toMatchObject({ name: "ValidationError" });
    void users.request("nobody", Confirm, { text: "?" });
    const router = createRouter();
    bench(router).connect();
    expect(await outcome(router.users.request("ada", Confirm, { text: "?" }))).toMatchObject({
      code: "FAILED_PRECONDITION",
    });
    await settle();
  });

  it("asks on all nodes, whatever codec they speak, and ends there what has its answer elsewhere", async () => {
    for (const codec of [undefined, turned]) {
      const { nodes } = await world(3, codec && { codec });
      const [a, b, c] = nodes;
      const socket = () => (codec === undefined ? undefined : new ByteSocket());
      const [here, there, other] = [a, b, c].map((node) => node.connect(ADA, socket())) as [Peer, Peer, Peer];
      const got = a.users.request("ada", Confirm, { text: "In?" }, { timeoutMs: 5_000 });
      const mine = askedOf(here);
      await settle();
      const [theirs, others] = [askedOf(there), askedOf(other)];
      expect(theirs.payload).toEqual({ text: "In?" });
      expect(theirs.meta.timeoutMs).toBe(5_000);
      const said = { type: "CONFIRMED", payload: { n: 7 }, meta: { correlationId: theirs.meta.correlationId } };
      b.hub.receive(there.conn, codec === undefined ? JSON.stringify(said) : packetOf(said));
      expect(await got).toMatchObject({ type: "CONFIRMED", payload: { n: 7 } });
      await settle();
      for (const [peer, frame] of [
        [here, mine],
        [other, others],
      ] as const) {
        expect(taken(peer)).toEqual([{ type: "$ws:abort", meta: { correlationId: frame.meta.correlationId } }]);
      }
      expect(nodes.map(({ hub }) => hub.asked.size)).toEqual([0, 0, 0]);
      expect(nodes.flatMap(({ logger }) => logger.lines)).toEqual([]);
    }
  });

  it("gives what a handler on another node threw, typed by the rpc", async () => {
    const { nodes } = await world(2);
    const [a, b] = nodes;
    const [here, there] = [a.connect(ADA), b.connect(ADA)];
    const got = outcome(a.users.request("ada", Confirm, { text: "?" }));
    fail(here, askedOf(here));
    await settle();
    const details = { n: 3 };
    fail(there, askedOf(there), { code: "ABORTED", message: "No", details, retryable: true, retryAfterMs: 50 });
    expect(await got).toMatchObject({ code: "ABORTED", message: "No", details, retryable: true, retryAfterMs: 50 });
    const wrong = outcome(a.users.request("ada", Confirm, { text: "?" }));
    fail(here, askedOf(here));
    await settle();
    fail(there, askedOf(there), { code: "ABORTED", message: "No", details: { n: "x" } });
    expect(await wrong).toMatchObject({ name: "ValidationError" });
  });

  it("ends on other nodes by its time and its signal, and where its own node ends", async () => {
    const { clock, nodes } = await world(2);
    const [a, b] = nodes;
    const there = b.connect(ADA);
    const late = outcome(a.users.request("ada", Confirm, { text: "?" }, { timeoutMs: 100 }));
    await settle();
    const first = askedOf(there);
    await clock.advance(200);
    expect(await late).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(taken(there)).toEqual([{ type: "$ws:abort", meta: { correlationId: first.meta.correlationId } }]);
    const stop = new AbortController();
    const stopped = outcome(
      a.users.request("ada", Confirm, { text: "?" }, { signal: stop.signal, timeoutMs: Infinity }),
    );
    await settle();
    expect(askedOf(there).meta.timeoutMs).toBeGreaterThan(1_000_000);
    stop.abort();
    expect(await stopped).toMatchObject({ code: "CANCELLED" });
    await settle();
    expect(taken(there)).toMatchObject([{ type: "$ws:abort" }]);
    const last = outcome(a.users.request("ada", Confirm, { text: "?" }));
    await settle();
    askedOf(there);
    await a.hub.dispose();
    await clock.advance(1);
    expect(await last).toMatchObject({ code: "UNAVAILABLE", mayHaveExecuted: true });
    expect(taken(there)).toMatchObject([{ type: "$ws:abort" }]);
    expect(b.hub.asked.size).toBe(0);
  });

  it("does not wait for a node that dies while its client is asked, nor for one that does not answer", async () => {
    const { clock, engine, nodes } = await world(2);
    const [a, b] = nodes;
    b.connect(ADA);
    const got = outcome(a.users.request("ada", Confirm, { text: "?" }, { timeoutMs: 60_000 }));
    await settle();
    const [, session] = engine.sessions;
    session?.cut();
    session?.close();
    await clock.advance(15_000);
    expect(await got).toMatchObject({ code: "UNAVAILABLE", mayHaveExecuted: true });
    const next = outcome(a.users.request("ada", Confirm, { text: "?" }));
    await settle();
    expect(await next).toMatchObject({ code: "UNAVAILABLE", message: /1 node/, mayHaveExecuted: true });
  });

  it("is not asked by a node whose codec is another one, which throws nowhere", async () => {
    const { clock, nodes } = await world(2, {}, { codec: turned });
    const [a, b] = nodes;
    const there = b.connect(ADA, new ByteSocket());
    for (const node of [a, b]) {
      const got = outcome(node.users.request("ada", Confirm, { text: "?" }, { timeoutMs: 100 }));
      await settle();
      taken(there);
      await clock.advance(101);
      const code = node === a ? "UNAVAILABLE" : "DEADLINE_EXCEEDED";
      expect(await got).toMatchObject({ code });
    }
  });

  it("asks this process alone where the engine is away, and says so where nobody is here", async () => {
    const { engine, nodes } = await world(2);
    const [a] = nodes;
    engine.kill();
    await settle();
    expect(await outcome(a.users.request("ada", Confirm, { text: "?" }))).toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("could not be asked"),
      mayHaveExecuted: false,
    });
    const peer = a.connect(ADA);
    const got = a.users.request("ada", Confirm, { text: "?" });
    answer(peer, askedOf(peer), 2);
    expect(await got).toMatchObject({ payload: { n: 2 } });
  });

  it("asks nobody what the engine cannot carry, and tells of an answer that it cannot bring", async () => {
    const { nodes } = await world(2, {}, {}, { maxPacketBytes: 2_000 });
    const [{ users, connect }, other] = nodes;
    const [here, there] = [connect(ADA), other.connect(ADA)];
    const refused = outcome(users.request("ada", Confirm, { text: "x".repeat(3_000) }));
    const tooLarge = { code: "INVALID_ARGUMENT", retryable: false, mayHaveExecuted: false };
    expect(await refused).toMatchObject({ ...tooLarge, message: expect.stringContaining("The engine carries") });
    expect([here, there].map(taken)).toEqual([[], []]);

    const asked = users.request("ada", Confirm, { text: "In?" });
    fail(here, askedOf(here), { code: "UNAVAILABLE", message: "Not now" });
    await settle();
    there.message("CONFIRMED", { n: 7, more: "x".repeat(3_000) }, { correlationId: askedOf(there).meta.correlationId });
    const unbrought = { code: "RESOURCE_EXHAUSTED", retryable: false, mayHaveExecuted: true };
    expect(await outcome(asked)).toMatchObject({
      ...unbrought,
      message: expect.stringContaining("The engine carries"),
    });
  });
});
