import { describe, expect, it, vi } from "vitest";
import { fromEnv } from "../../test/dice.ts";
import type { Whims } from "../../test/fake-engine.ts";
import { bench, fields, memoryLogger, settle, VirtualClock } from "../../test/harness.ts";
import { RecordingEngine } from "../../test/recording-engine.ts";
import type { LogWhims } from "../../test/scripted-log.ts";
import type { RouterOptions } from "../api/options.ts";
import type { HistoryOptions } from "../message/history.ts";
import { topic } from "../message/topic.ts";
import { createRouter } from "../router/create-router.ts";
import { message } from "../shared.ts";
import { deferred } from "../base/within.ts";

const Join = message("JOIN", fields({ room: "string" }));
const Say = message("SAY", fields({ text: "string" }));
const Said = message("SAID", fields({ text: "string" }));
const Typing = message("TYPING");
const Where = message("WHERE");

/** By hand more: `CLIENTS=2000 vitest run … recorded-engine`. */
const CLIENTS = fromEnv("CLIENTS", 100);

type Frame = { type: string; at?: [string, number, number?]; payload: Record<string, unknown> };

/** What the platform still works at: signing takes more than promises. */
const working = new Set<Promise<unknown>>();
for (const name of ["importKey", "sign"] as const) {
  const subtle = crypto.subtle as unknown as Record<string, (...args: never[]) => Promise<unknown>>;
  const real = subtle[name]?.bind(crypto.subtle) as (...args: never[]) => Promise<unknown>;
  vi.spyOn(subtle, name).mockImplementation((...args) => {
    const work = real(...args);
    working.add(work);
    void work.finally(() => working.delete(work));
    return work;
  });
}

/** Nodes of one application, with an engine between them that keeps their topics. */
function world(logWhims: LogWhims = {}, whims: Whims = {}, history: HistoryOptions = {}) {
  const clock = new VirtualClock();
  const engine = new RecordingEngine((callback, ms) => clock.setTimeout(callback, ms), whims, logWhims);
  const Room = topic("room:{id}", [Said], { history, ephemeral: [Typing] });
  const come = async () => {
    for (let i = 0; i < 8; i++) {
      await clock.advance(0);
      await Promise.all(working);
      await settle();
    }
  };
  const node = (options: RouterOptions<{ user?: string }> = {}, own: VirtualClock = clock) => {
    const joined: unknown[] = [];
    const places: (readonly unknown[])[] = [];
    const logger = memoryLogger();
    const router = createRouter<{ user?: string }>({ engine, topics: [Room], logger, ...options })
      .on(Join, async (ctx) => {
        try {
          const { reason, status } = await ctx.topics.subscribe(Room({ id: ctx.payload.room }));
          joined.push(reason ?? status);
        } catch (error) {
          joined.push((error as { code: string }).code);
        }
      })
      .on(Where, async (ctx) => void places.push(await ctx.topics.position(Room({ id: "7" }))))
      .on(Say, async (ctx) => {
        await ctx.publish(Room({ id: "7" }), Said, ctx.payload, { excludeSelf: true });
      });
    router.topic(Room, { authorize: () => true });
    const listen = () => bench(router as never, { clock: own });
    const listener = listen();
    const peer = (data: Record<string, unknown> = {}, here = listener) => {
      const made = here.connect(data);
      const taken: Frame[] = [];
      const take = () => {
        const frames = made.socket.take() as Frame[];
        taken.push(...frames);
        return frames;
      };
      return {
        ...made,
        take,
        taken,
        said: () =>
          take().flatMap(({ at, type, payload }) => (type === "SAID" ? [`${at?.[1]} ${String(payload["text"])}`] : [])),
        /** Where it stands by what it was told. */
        place(): unknown[] {
          take();
          const told = taken.findLast(({ type }) => type === "$ws:subscribed")?.payload;
          const offset = taken.findLast(({ at }) => at !== undefined)?.at?.[1] ?? 0;
          const grant = taken.findLast(
            ({ type, payload }) => type === "$ws:grant" && payload["epoch"] === told?.["epoch"],
          );
          return [told?.["epoch"], Math.max(offset, Number(told?.["offset"])), grant?.payload["grant"]];
        },
        async join(positions?: unknown, room = "7") {
          const topics = { [`room:${room}`]: positions };
          if (positions !== undefined) made.receive({ type: "$ws:positions", payload: { topics } });
          made.message("JOIN", { room });
          await come();
        },
      };
    };
    const say = (text: string, publishing: { ack?: boolean } = {}) =>
      router.publish(Room({ id: "7" }), Said, { text }, publishing);
    return { router, listener, listen, logger, joined, places, peer, say };
  };
  return { clock, engine, Room, node, come };
}

describe("a recorded topic whose log is an engine's", () => {
  it("comes to the followers of all nodes and listeners in one order, and says where it stands", async () => {
    const { node, come } = world();
    const [here, there] = [node(), node()];
    await come();
    const peers = [here.peer(), there.peer(), there.peer({}, there.listen())];
    for (const peer of peers) await peer.join();
    for (const peer of peers) peer.take();
    const results = [here.say("a"), there.say("b"), here.say("c")];
    await come();
    const said = peers.map((peer) => peer.said());
    expect(said[0]).toEqual(["1 a", "2 c", "3 b"].toSorted());
    expect(said[1]).toEqual(said[0]);
    expect(said[2]).toEqual(said[0]);
    expect(await Promise.all(results)).toMatchObject([
      { ok: true, matched: 1, remote: "sent", position: { epoch: "e0" } },
      { ok: true, matched: 2, remote: "sent", position: { epoch: "e0" } },
      { ok: true, matched: 1, remote: "sent", position: { epoch: "e0" } },
    ]);
  });

  it("goes on at another node for who proves that he followed it, from where he stood", async () => {
    const { node, come } = world();
    const [here, there] = [node(), node()];
    await come();
    await here.say("before");
    const peer = here.peer();
    await peer.join();
    void here.say("a");
    await come();
    expect(peer.said()).toEqual(["2 a"]);
    const place = peer.place();
    void there.say("b");
    await come();
    const back = there.peer();
    await back.join(place);
    expect(back.said()).toEqual(["3 b"]);
    const [epoch, , grant] = place;
    const greedy = there.peer();
    await greedy.join([epoch, 0, grant]);
    expect(greedy.said()).toEqual([]);
    expect(there.joined).toEqual(["recovered", "grant"]);
  });

  it(`costs two readings a topic and node at most, however many come back (${CLIENTS})`, async () => {
    const { engine, node, come } = world();
    const [here, there] = [node(), node()];
    await come();
    const rooms = Array.from({ length: 20 }, (_, i) => String(i));
    const places = new Map<string, unknown[]>();
    for (const room of rooms) {
      const peer = here.peer();
      await peer.join(undefined, room);
      places.set(`room:${room}`, peer.place());
      for (let i = 0; i < 5; i++) engine.logOf(`room:${room}`).add(`{"type":"SAID","payload":{"text":"${i}"}}`);
    }
    await come();
    engine.reads.length = 0;
    const clients = Array.from({ length: CLIENTS }, () => there.peer());
    for (const client of clients) {
      client.receive({ type: "$ws:positions", payload: { topics: Object.fromEntries(places) } });
      for (const room of rooms) client.message("JOIN", { room });
    }
    while (there.joined.length < CLIENTS * rooms.length) await come();
    expect(new Set(there.joined)).toEqual(new Set(["recovered"]));
    for (const client of clients) expect(client.said()).toHaveLength(100);
    expect(engine.reads.length).toBeLessThanOrEqual(2 * rooms.length);
  }, 120_000);

  it("reads nothing, or within what is replayed, for positions that are made up", async () => {
    const { engine, node, come } = world({}, {}, { visible: "all" });
    const here = node();
    await come();
    for (let i = 0; i < 150; i++) void here.say(String(i));
    await come();
    const first = here.peer();
    await first.join();
    const [epoch] = first.place();
    engine.reads.length = 0;
    const claims = [
      ["another", 3],
      [epoch, Number.MAX_SAFE_INTEGER],
      [epoch, 151],
      [epoch, 0],
      [epoch, 20],
      [epoch, 149],
    ];
    for (const claim of claims) await here.peer().join(claim);
    expect(here.joined.slice(1)).toEqual(["epoch", "epoch", "epoch", "retention", "retention", "recovered"]);
    for (const { limits } of engine.reads) expect(limits.messages).toBeLessThanOrEqual(500);
    expect(engine.reads.length).toBeLessThanOrEqual(5);
    engine.reads.length = 0;
    const refused = here.peer();
    refused.receive({ type: "$ws:positions", payload: { topics: { "room:7": [epoch, 1e308] } } });
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`room:${i}`, [epoch, 1]]));
    refused.receive({ type: "$ws:positions", payload: { topics: many } });
    expect(refused.take()).toMatchObject([{ type: "ERROR" }, { type: "ERROR" }]);
    expect(engine.reads).toEqual([]);
  });

  it("keeps what is excluded from its publisher alone, and moves it on", async () => {
    const { node, come } = world();
    const [here, there] = [node(), node()];
    await come();
    // Of the ids that a bench gives, these nodes have none in common.
    for (let i = 0; i < 2; i++) there.peer();
    const [mine, other, far] = [here.peer(), here.peer(), there.peer()];
    for (const peer of [mine, other, far]) await peer.join();
    for (const peer of [mine, other, far]) peer.take();
    mine.message("SAY", { text: "mine" });
    await come();
    expect(other.said()).toEqual(["1 mine"]);
    expect(far.said()).toEqual(["1 mine"]);
    expect(mine.take()).toEqual([{ type: "$ws:position", payload: { topic: "room:7", epoch: "e0", offset: 1 } }]);
  });

  it("carries its ephemeral messages live", async () => {
    const { Room, node, come } = world();
    const [here, there] = [node(), node()];
    await come();
    const peer = there.peer();
    await peer.join();
    peer.take();
    void here.router.publish(Room({ id: "7" }), Typing, undefined);
    await come();
    expect(peer.take()).toEqual([{ type: "TYPING" }]);
  });

  it("is found to have lost a message when the next one comes, or within 25 seconds", async () => {
    let copies = 1;
    const { clock, node, come } = world({ copies: () => copies });
    const [here, there] = [node(), node()];
    await come();
    const peer = there.peer();
    await peer.join();
    peer.take();
    copies = 0;
    void here.say("a");
    await come();
    copies = 1;
    expect(peer.said()).toEqual([]);
    void here.say("b");
    await come();
    expect(peer.said()).toEqual(["1 a", "2 b"]);
    copies = 0;
    void here.say("c");
    await come();
    await clock.advance(27_500);
    await come();
    expect(peer.said()).toEqual(["3 c"]);
  });

  it("goes on under another epoch with a grant for it, and tells of a gap who had what was lost", async () => {
    const { engine, node, come } = world();
    const [here, there] = [node(), node()];
    await come();
    const peer = here.peer();
    await peer.join();
    for (const text of ["a", "b", "c"]) await here.say(text);
    await come();
    const place = peer.place();
    const restart = (lost: number) => {
      engine.kill();
      engine.logOf("room:7").crash(lost);
      engine.start();
    };
    restart(0);
    await come();
    expect(peer.take()).toMatchObject([
      { type: "$ws:subscribed", payload: { status: "recovered", count: 0, epoch: "e1", offset: 3 } },
      { type: "$ws:grant", payload: { epoch: "e1" } },
    ]);
    await here.say("lost");
    await come();
    const moved = peer.place();
    restart(1);
    await come();
    expect(peer.take()).toMatchObject([
      { type: "$ws:subscribed", payload: { status: "gap", reason: "epoch", epoch: "e3", offset: 3 } },
      { type: "$ws:grant" },
    ]);
    await there.say("d");
    // One message is known to be lost: who stood within what is left lacks it as well.
    for (const [epoch, , grant] of [place, moved]) {
      for (const offset of [3, 4]) {
        const back = there.peer();
        await back.join([epoch, offset, grant]);
        expect(back.said()).toEqual([]);
      }
    }
    expect(there.joined).toEqual(["epoch", "epoch", "epoch", "epoch"]);
  });

  it("goes on from either epoch's grant where nobody knows of anything that is lost", async () => {
    const { engine, node, come } = world();
    const [here, there] = [node(), node()];
    await come();
    const peer = here.peer();
    await peer.join();
    await here.say("a");
    await come();
    const place = peer.place();
    const restart = async () => {
      engine.kill();
      engine.logOf("room:7").crash(0);
      engine.start();
      await come();
    };
    await restart();
    const moved = peer.place();
    await restart();
    await there.say("b");
    for (const [epoch, , grant] of [place, moved]) {
      const back = there.peer();
      await back.join([epoch, 1, grant]);
      expect(back.said()).toEqual(["2 b"]);
    }
    expect(there.joined).toEqual(["recovered", "recovered"]);
    expect(engine.logOf("room:7").severed).toBe(0);
  });

  it.each([
    ["nothing, where the log says within ten seconds what was between", 6_000, ["1 a", "2 b", "3 c"], []],
    ["a gap, where it does not", 60_000, ["1 a", "3 c"], ["hole"]],
  ])("tells who follows of %s", async (_, away, said, gaps) => {
    let [copies, from] = [1, Infinity];
    const { clock, node, come } = world({
      copies: () => copies,
      fails: (what) => what === "read" && clock.now() >= from && clock.now() < from + away,
    });
    const [here, there] = [node(), node()];
    await come();
    const peer = there.peer();
    await peer.join();
    from = clock.now();
    for (const text of ["a", "b", "c"]) {
      copies = text === "b" ? 0 : 1;
      void here.say(text);
      await come();
    }
    await clock.advance(5_000);
    expect(peer.take().flatMap(({ payload }) => payload["reason"] ?? [])).toEqual([]);
    for (let i = 0; i < 8; i++) await Promise.all([clock.advance(1_000), come()]);
    const frames = peer.taken;
    peer.take();
    expect(frames.flatMap(({ at, payload }) => (at ? `${at[1]} ${String(payload["text"])}` : []))).toEqual(said);
    expect(frames.flatMap(({ payload }) => payload["reason"] ?? [])).toEqual(gaps);
  });

  it("brings what was missed soon after the log can be read, however long that takes and however little comes", async () => {
    let from = Infinity;
    const { clock, engine, node, come } = world({
      fails: (what) => what === "read" && clock.now() >= from && clock.now() < from + 8_000,
    });
    const [here, there] = [node(), node()];
    await come();
    const peer = there.peer();
    await peer.join();
    peer.take();
    engine.kill();
    await come();
    engine.logOf("room:7").add('{"type":"SAID","payload":{"text":"a"}}');
    from = clock.now();
    engine.start();
    for (let i = 0; i < 12; i++) await Promise.all([clock.advance(1_000), come()]);
    expect(here.router.cluster?.state).toBe("up");
    expect(peer.said()).toEqual(["1 a"]);
  });

  it.each(["a process that follows it", "one that only publishes"])(
    "tells everybody of a message that is lost when %s alone had it, those that went on already too",
    async (who) => {
      let copies = 1;
      const { engine, node, come } = world({ copies: () => copies });
      const [here, there] = [node(), node()];
      await come();
      const peers = [there.peer(), ...(who.startsWith("one") ? [] : [here.peer()])];
      for (const peer of peers) await peer.join();
      const gone = there.peer();
      await gone.join();
      void here.say("a");
      await come();
      const place = gone.place();
      gone.socket.close();
      copies = 0;
      const lost = here.say("lost");
      await come();
      expect(await lost).toMatchObject({ ok: true, position: { epoch: "e0", offset: 2 } });
      for (const peer of peers) peer.take();
      engine.kill();
      engine.logOf("room:7").crash(1);
      copies = 1;
      engine.start();
      await come();
      void there.say("b");
      await come();
      for (const peer of peers) {
        const frames = peer.take();
        const gaps = frames.filter(({ payload }) => payload["status"] === "gap");
        expect(gaps).toMatchObject([{ payload: { reason: "epoch", epoch: "e2", offset: 1 } }]);
        expect(frames.findLast(({ at }) => at !== undefined)).toMatchObject({
          at: ["room:7", 2],
          payload: { text: "b" },
        });
      }
      const back = there.peer();
      await back.join(place);
      expect(back.take().find(({ type }) => type === "$ws:subscribed")?.payload).toMatchObject({ status: "gap" });
      expect(engine.logOf("room:7").severed).toBe(1);
    },
  );

  it("cannot be followed or published to while the engine is away, and says so", async () => {
    const { clock, engine, node, come } = world();
    const here = node();
    await come();
    const [stays, late] = [here.peer(), here.peer()];
    await stays.join();
    engine.kill();
    await come();
    expect(await here.say("nobody gets it")).toMatchObject({
      ok: false,
      matched: 0,
      error: { code: "UNAVAILABLE", retryable: true },
    });
    await late.join();
    const asks = here.peer();
    asks.receive({ type: "$ws:subscribe", meta: { correlationId: "1" }, payload: { topic: "room:7" } });
    await come();
    await clock.advance(2_000);
    await come();
    expect(here.joined).toEqual(["fresh", "UNAVAILABLE"]);
    expect(asks.take()).toMatchObject([
      { type: "ERROR", meta: { correlationId: "1" }, payload: { code: "UNAVAILABLE", retryable: true } },
    ]);
    stays.take();
    const acked = here.say("c", { ack: true });
    await come();
    await clock.advance(1_000);
    engine.start();
    await come();
    expect(await acked).toMatchObject({ ok: true, position: { offset: 1 } });
    expect(stays.said()).toEqual(["1 c"]);
    engine.kill();
    await come();
    const given = here.say("d", { ack: true });
    await come();
    await clock.advance(5_000);
    expect(await given).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
    expect(late.said()).toEqual([]);
  });

  it("is gone on with from where one stood also when the engine could not be asked at first", async () => {
    const { clock, engine, node, come } = world();
    const [here, there] = [node(), node()];
    await come();
    const peer = here.peer();
    await peer.join();
    const place = peer.place();
    await here.say("a");
    await come();
    engine.kill();
    await come();
    const back = there.peer();
    await back.join(place);
    await clock.advance(2_000);
    await come();
    expect(there.joined).toEqual(["UNAVAILABLE"]);
    engine.start();
    await come();
    await back.join();
    expect(there.joined).toEqual(["UNAVAILABLE", "recovered"]);
    expect(back.said()).toEqual(["1 a"]);
  });

  it("has a message once that is repeated since its answer was lost, in the order in which all were published", async () => {
    let failing = 2;
    const { clock, node, come } = world({ fails: (what) => what === "append's answer" && failing-- > 0 });
    const here = node();
    await come();
    const peer = here.peer();
    await peer.join();
    peer.take();
    const results = ["a", "b", "c"].map((text) => here.say(text, { ack: true }));
    for (let i = 0; i < 3; i++) {
      await come();
      await clock.advance(100);
    }
    const all = await Promise.all(results);
    expect(all).toMatchObject([1, 2, 3].map((offset) => ({ ok: true, position: { offset } })));
    // They are their own: nobody has given them an id.
    expect(all.some((result) => result.ok && result.duplicate)).toBe(false);
    expect(peer.said()).toEqual(["1 a", "2 b", "3 c"]);
    failing = 1;
    const unsure = here.say("d");
    expect(await unsure).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
  });

  it("says of what it has tried again and again why it was not recorded the last time", async () => {
    const { clock, node } = world({ fails: (what) => what === "append" });
    const said = node().say("a", { ack: true });
    await clock.advance(6_000);
    expect(await said).toMatchObject({
      ok: false,
      error: { code: "UNAVAILABLE", cause: { message: expect.stringContaining("append") } },
    });
  });

  it("takes no grant any more that was revoked on another node", async () => {
    const { clock, node, come, Room } = world();
    const nodes = [node({ identify: ({ user }) => user }), node({ identify: ({ user }) => user })] as const;
    await come();
    await clock.advance(1_500);
    const ada = nodes[0].peer({ user: "ada" });
    await ada.join();
    const place = ada.place();
    const revoked = nodes[0].router.users.revoke("ada", Room({ id: "7" }));
    await come();
    expect(await revoked).toMatchObject({ ok: true, connections: 1, nodes: 1 });
    await clock.advance(1);
    await nodes[1].peer({ user: "ada" }).join(place);
    expect(nodes[1].joined).toEqual(["grant"]);
    // The one that she was given instead.
    const back = nodes[1].peer({ user: "ada" });
    await back.join();
    await nodes[0].peer({ user: "ada" }).join(back.place());
    expect(nodes[0].joined.at(-1)).toBe("recovered");
  });

  it("takes none either at a node that began later, or has told nobody since the engine was away", async () => {
    const { engine, node, come, Room, clock } = world();
    const identify = ({ user }: { user?: string }) => user;
    const here = node({ identify });
    await come();
    const ada = here.peer({ user: "ada" });
    await ada.join();
    const place = ada.place();
    expect(here.router.revoke(Room({ id: "7" }), ({ user }) => user === "ada")).toBe(1);
    await come();
    const later = node({ identify });
    await come();
    // At the same moment by the clock: it decides nothing.
    await later.peer({ user: "ada" }).join(place);
    expect(later.joined).toEqual(["grant"]);

    const bob = here.peer({ user: "bob" });
    await bob.join();
    const left = bob.place();
    engine.kill();
    await come();
    expect(here.router.revoke(Room({ id: "7" }), ({ user }) => user === "bob")).toBe(1);
    engine.start();
    await clock.advance(30_000);
    await come();
    const last = node({ identify });
    await come();
    await last.peer({ user: "bob" }).join(left);
    expect(last.joined).toEqual(["grant"]);
  });

  it("takes one at every node that was given out after the last revocation, and none from between two", async () => {
    const { node, come, Room } = world();
    const identify = ({ user }: { user?: string }) => user;
    const here = node({ identify });
    await come();
    const places: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const ada = here.peer({ user: "ada" });
      await ada.join();
      places.push(ada.place());
      if (i < 2) here.router.revoke(Room({ id: "7" }), () => true);
      await come();
    }
    const there = node({ identify });
    await come();
    for (const place of places) await there.peer({ user: "ada" }).join(place);
    expect(there.joined).toEqual(["grant", "grant", "recovered"]);
  });

  it("tells the engine of a later revocation by a later end that fits 2 ** 50, also of grants that hold for ever", async () => {
    const { engine, node, come, Room } = world({}, {}, { grantMs: Infinity });
    const here = node();
    await come();
    for (let i = 0; i < 2; i++) {
      await here.peer().join();
      here.router.revoke(Room({ id: "7" }), () => true);
      await come();
    }
    const [first = 0, second = 0] = engine.revoked.map(({ until }) => until);
    expect(second).toBeGreaterThan(first);
    expect(second).toBeLessThan(2 ** 50);
  });

  it("hears within half a minute of what another node has revoked by router.revoke()", async () => {
    const { clock, node, come, Room } = world();
    const nodes = [node(), node()] as const;
    await come();
    const [first, second] = [nodes[0].peer(), nodes[1].peer()];
    await first.join();
    await second.join();
    const place = first.place();
    nodes[0].router.revoke(Room({ id: "7" }), () => true);
    await clock.advance(30_000);
    await come();
    await nodes[1].peer().join(place);
    expect(nodes[1].joined.at(-1)).toBe("grant");
  });

  it("gives a grant to who follows as soon as the engine says by what to sign it, however late, and says that it is late", async () => {
    const { clock, engine, node, come } = world();
    const { promise, resolve } = deferred<void>();
    engine.silence = promise;
    const here = node();
    await come();
    const peer = here.peer();
    await peer.join();
    await clock.advance(10_000);
    await come();
    const grants = () => peer.take().filter(({ type }) => type === "$ws:grant").length;
    expect([here.joined, grants()]).toEqual([["fresh"], 0]);
    expect(here.logger.lines.join()).toContain("is away");
    resolve();
    await clock.advance(2_000);
    await come();
    expect(grants()).toBe(1);
    await clock.advance(30_000);
    await come();
    expect(grants()).toBe(0);
  });

  it("gives no grant for a stay that was revoked before it was signed", async () => {
    const { engine, node, come, Room } = world();
    const { promise, resolve } = deferred<void>();
    engine.silence = promise;
    const here = node({ identify: ({ user }) => user });
    await come();
    const ada = here.peer({ user: "ada" });
    await ada.join();
    here.router.revoke(Room({ id: "7" }), () => true);
    for (const text of ["a", "b"]) await Promise.all([here.say(text), come()]);
    await ada.join();
    resolve();
    await come();
    const grants = ada.take().flatMap(({ type, payload }) => (type === "$ws:grant" ? [payload] : []));
    expect(grants).toHaveLength(1);
    const [{ epoch, grant } = {}] = grants;
    const back = here.peer({ user: "ada" });
    await back.join([epoch, 0, grant]);
    expect(back.said()).toEqual([]);
    expect(here.joined).toEqual(["fresh", "fresh", "grant"]);
  });

  it("proves by a position no more than was so when it was signed", async () => {
    const { engine, node, come, Room } = world();
    const here = node({ identify: ({ user }) => user });
    await come();
    const ada = here.peer({ user: "ada" });
    await ada.join();
    // It has to be asked again.
    engine.kill();
    await come();
    const { promise, resolve } = deferred<void>();
    engine.silence = promise;
    engine.start();
    await come();
    ada.message("WHERE");
    await come();
    here.router.revoke(Room({ id: "7" }), () => true);
    for (const text of ["a", "b"]) await Promise.all([here.say(text), come()]);
    resolve();
    await come();
    const back = here.peer({ user: "ada" });
    await back.join([...(here.places[0] ?? [])]);
    expect(back.said()).toEqual([]);
  });

  it("keeps what is void for as long as any node takes it for good, however short grants hold and clocks differ", async () => {
    const { clock, engine, node, come, Room } = world({}, {}, { grantMs: 1_000 });
    const here = node();
    await come();
    const peer = here.peer();
    await peer.join();
    const place = peer.place();
    here.router.revoke(Room({ id: "7" }), () => true);
    await clock.advance(5_000);
    // What is over goes, by whoever's clock.
    engine.revoked.splice(0, Infinity, ...engine.revoked.filter(({ until }) => until > clock.now()));
    const behind = node({}, Object.assign(Object.create(clock), { now: () => clock.now() - 10_000 }));
    await come();
    await behind.peer().join(place);
    expect(behind.joined).toEqual(["grant"]);
  });
});
