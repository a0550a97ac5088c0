import { describe, expect, it } from "vitest";
import { ByteSocket, turned } from "../../test/bytes.ts";
import { bench, errorOf, fields, gate, memoryLogger, type Peer, settle } from "../../test/harness.ts";
import { createRouter, rpc, type RouterOptions, WsKitError } from "../index.ts";
import type { AnswerStore, Claim, SharedAnswer } from "../ports/answer-store.ts";

type Data = { userId?: string };
const Pay = rpc("PAY", fields({ n: "number" }), "PAID", fields({ by: "string" }), { idempotent: true });
const SECRET = "abcdefghijklmnopqrst-_";

/** A store of one test, shared by its processes. */
class FakeStore implements AnswerStore {
  readonly claims: string[] = [];
  readonly settled: [string, SharedAnswer | undefined][] = [];
  private readonly kept = new Map<string, { print: string; answer?: SharedAnswer }>();
  /** What is said in place of the truth. */
  says: (() => Claim | Promise<Claim>) | undefined;

  async claim(key: string, print: string, _keepMs: number, wanted: () => boolean): Promise<Claim> {
    this.claims.push(key);
    if (this.says !== undefined) return this.says();
    for (;;) {
      await Promise.resolve();
      const found = this.kept.get(key);
      if (found === undefined) {
        this.kept.set(key, { print });
        return { state: "mine" };
      }
      if (found.print !== print) return { state: "other" };
      if (found.answer !== undefined) return { state: "answered", answer: found.answer };
      await new Promise((resolve) => setTimeout(resolve));
      if (!wanted()) return { state: "given-up" };
    }
  }

  rests = 0;
  rest(): void {
    this.rests++;
  }

  settle(key: string, answer: SharedAnswer | undefined): void {
    this.settled.push([key, answer]);
    const found = this.kept.get(key);
    if (answer === undefined) this.kept.delete(key);
    else if (found !== undefined) found.answer = answer;
  }
}

function processes(store: FakeStore, options: RouterOptions<Data> = {}, work: () => unknown = () => undefined) {
  let runs = 0;
  const start = (name: string) => {
    const logger = memoryLogger();
    const identify = (data: Data) => data.userId;
    const router = createRouter<Data>({ answers: store, identify, logger, ...options }).rpc(Pay, async () => {
      const run = ++runs;
      await work();
      return { by: `${name} ${run}` };
    });
    return { ...bench(router), logger };
  };
  return { one: start("one"), other: start("other"), runs: () => runs };
}

function ask(peer: Peer, key = "order-1", n = 1): void {
  peer.message("PAY", { n }, { correlationId: "c", idempotencyKey: key });
}
async function told(peer: Peer): Promise<Record<string, unknown> | undefined> {
  for (let i = 0; i < 5; i++) {
    await settle();
    await new Promise((resolve) => setTimeout(resolve));
  }
  return peer.socket.take()[0];
}
const ada = { userId: "ada" };

describe("answers that processes share", () => {
  it("are given to a repeat in another process, under its own correlation id", async () => {
    const store = new FakeStore();
    const { one, other, runs } = processes(store);
    const [first, again] = [one.connect(ada), other.connect(ada)];
    ask(first);
    expect(await told(first)).toMatchObject({ type: "PAID", payload: { by: "one 1" }, meta: { correlationId: "c" } });
    again.message("PAY", { n: 1 }, { correlationId: "d", idempotencyKey: "order-1" });
    expect(await told(again)).toMatchObject({ type: "PAID", payload: { by: "one 1" }, meta: { correlationId: "d" } });
    // From then on it remembers it itself.
    ask(again);
    expect(await told(again)).toMatchObject({ payload: { by: "one 1" } });
    expect([runs(), store.claims.length]).toEqual([1, 2]);
  });

  it("are waited for where another process runs it", async () => {
    const open = gate();
    const { one, other, runs } = processes(new FakeStore(), {}, () => open.opened);
    const [first, again] = [one.connect(ada), other.connect(ada)];
    ask(first);
    await settle();
    ask(again);
    expect(await told(again)).toBeUndefined();
    open.open();
    expect([await told(first), await told(again)]).toMatchObject([
      { payload: { by: "one 1" } },
      { payload: { by: "one 1" } },
    ]);
    expect(runs()).toBe(1);
  });

  it("are whoever's identity or secret asks, and a connection's own key no other process is asked for", async () => {
    const store = new FakeStore();
    const { one } = processes(store);
    for (const [data, key] of [
      [ada, "k"],
      [{ userId: "bob" }, "k"],
      [{}, `${SECRET}.1`],
      [{}, "k"],
    ] as const) {
      const peer = one.connect(data);
      ask(peer, key);
      expect(await told(peer)).toMatchObject({ type: "PAID" });
    }
    expect(store.claims).toHaveLength(3);
    expect(new Set(store.claims).size).toBe(3);
  });

  it("are kept where they are errors that last, and forgotten where it may go better", async () => {
    for (const [code, shared] of [
      ["NOT_FOUND", true],
      ["UNAVAILABLE", false],
    ] as const) {
      const store = new FakeStore();
      const { one, other, runs } = processes(store, {}, () => {
        throw new WsKitError(code, "No");
      });
      const [first, again] = [one.connect(ada), other.connect(ada)];
      ask(first);
      expect(errorOf(await told(first))).toMatchObject({ code });
      expect(store.settled.map(([, answer]) => answer?.error?.code)).toEqual([shared ? code : undefined]);
      ask(again);
      expect(errorOf(await told(again))).toMatchObject({ code });
      expect(runs()).toBe(shared ? 1 : 2);
    }
  });

  it.each([
    ["lost", { code: "ABORTED", retryable: false, details: { mayHaveExecuted: true } }],
    ["denied", { code: "UNAVAILABLE", retryable: true, retryAfterMs: 1_000 }],
    ["other", { code: "INVALID_ARGUMENT" }],
  ] as const)("that are %s are said so, and asked for again by the next", async (state, error) => {
    const store = new FakeStore();
    const { one, runs } = processes(store);
    store.says = () => ({ state });
    const peer = one.connect(ada);
    ask(peer);
    expect(errorOf(await told(peer))).toMatchObject(error);
    expect([runs(), store.settled]).toEqual([0, []]);
    store.says = undefined;
    ask(peer);
    expect(await told(peer)).toMatchObject({ payload: { by: "one 1" } });
  });

  it("are each process's own where the store leaves it to them", async () => {
    const store = new FakeStore();
    store.says = () => ({ state: "local" });
    const { one, other } = processes(store);
    const peers = [one.connect(ada), other.connect(ada), one.connect(ada)];
    for (const peer of peers) ask(peer);
    const by = [];
    for (const peer of peers) by.push(((await told(peer)) as { payload: { by: string } } | undefined)?.payload.by);
    expect(by[0]).toBe(by[2]);
    expect(by[1]).not.toBe(by[0]);
    expect(store.settled).toEqual([]);
  });

  it.each([
    ["local", "decided by this process alone"],
    ["denied", "answered UNAVAILABLE"],
  ] as const)("say once that the store cannot be asked (%s), and once that it can again", async (state, meanwhile) => {
    const store = new FakeStore();
    store.says = () => ({ state, cause: new Error("ECONNREFUSED") });
    const { one } = processes(store);
    const ask3 = async () => {
      for (const key of ["a", "b", "c"]) {
        const peer = one.connect(ada);
        ask(peer, key + String(store.says === undefined));
        await told(peer);
      }
    };
    await ask3();
    const lines = [`warn: The store of answers cannot be asked: idempotent requests are ${meanwhile}`];
    expect(one.logger.lines).toEqual(lines);
    store.says = undefined;
    await one.clock.advance(5_000);
    await ask3();
    expect(one.logger.lines).toEqual([...lines, "warn: The store of answers can be asked again, after 5000 ms"]);
  });

  it("rest when the last listener of their router has ended", async () => {
    const store = new FakeStore();
    const router = createRouter({ answers: store });
    const hubs = [bench(router).hub, bench(router).hub] as const;
    await hubs[0].dispose();
    expect(store.rests).toBe(0);
    await hubs[1].dispose();
    expect(store.rests).toBe(1);
  });

  it("of a store that fails are UNAVAILABLE, and onError is told", async () => {
    const store = new FakeStore();
    store.says = () => Promise.reject(new Error("broken"));
    const { one, runs } = processes(store);
    const peers = [one.connect(ada), one.connect(ada)];
    for (const peer of peers) ask(peer);
    for (const peer of peers) expect(errorOf(await told(peer))).toMatchObject({ code: "UNAVAILABLE" });
    expect([runs(), one.logger.lines.join()]).toEqual([0, expect.stringContaining("broken")]);
  });

  it("are given back where the time ran out before the claim was answered", async () => {
    const store = new FakeStore();
    let say: (claim: Claim) => void = () => {};
    store.says = () => new Promise((resolve) => (say = resolve));
    const { one, runs } = processes(store, { limits: { requestTimeoutMs: 1_000 } });
    const peer = one.connect(ada);
    ask(peer);
    await settle();
    await one.clock.advance(2_100);
    expect(errorOf(await told(peer))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    say({ state: "mine" });
    await settle();
    expect([runs(), store.settled.map(([, answer]) => answer)]).toEqual([0, [undefined]]);
  });

  it("go through a codec that makes bytes", async () => {
    const { one, other } = processes(new FakeStore(), { codec: turned });
    const [first, again] = [one.connect(ada, new ByteSocket()), other.connect(ada, new ByteSocket())];
    const send = ({ conn }: Peer, to: typeof one) =>
      to.hub.receive(
        conn,
        turned.encode({ type: "PAY", payload: { n: 1 }, meta: { correlationId: "c", idempotencyKey: "k" } }),
      );
    send(first, one);
    expect(await told(first)).toMatchObject({ payload: { by: "one 1" } });
    send(again, other);
    expect(await told(again)).toMatchObject({ payload: { by: "one 1" } });
  });
});
