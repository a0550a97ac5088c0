import { describe, expect, it, vi } from "vitest";
import { bench, fields, memoryLogger, settle } from "../../test/harness.ts";
import type { PublishResult } from "../api/publishing.ts";
import type { RouterOptions } from "../api/options.ts";
import { WsKitError } from "../message/errors.ts";
import { message } from "../shared.ts";
import { createRouter } from "../router/create-router.ts";
import type { HistoryOptions } from "../message/history.ts";
import { topic } from "../message/topic.ts";

const Join = message("JOIN", fields({ room: "string" }));
const Say = message("SAY", fields({ room: "string", text: "string" }));
const Said = message("SAID", fields({ text: "string" }));
const Typing = message("TYPING");

type Frame = { type: string; at?: [string, number]; payload: Record<string, unknown> };

function world(history: HistoryOptions = {}, options: RouterOptions<{ user?: string }> = {}) {
  const Room = topic("room:{id}", [Said], { history, ephemeral: [Typing] });
  const logger = memoryLogger();
  const joined: unknown[] = [];
  const published: PublishResult[] = [];
  const router = createRouter<{ user?: string }>({ topics: [Room], logger, ...options })
    .on(Join, async (ctx) => {
      await ctx.topics.subscribe(Room({ id: ctx.payload.room })).then(
        (subscribed) => joined.push(subscribed),
        (error: Error) => joined.push(error.message),
      );
    })
    .on(Say, async (ctx) => {
      const { room, text } = ctx.payload;
      published.push(await ctx.publish(Room({ id: room }), Said, { text }, { excludeSelf: text.startsWith("mine") }));
    });
  const made = bench(router as never);
  const say = (text: string, id?: string) => router.publish(Room({ id: "7" }), Said, { text }, { id });
  const take = ({ socket }: ReturnType<typeof made.connect>) => socket.take() as Frame[];
  /** Joins, and says what was heard of it: texts by their places, and what the server said of the topic. */
  const join = async (peer: ReturnType<typeof made.connect>, positions?: unknown) => {
    if (positions !== undefined) peer.receive({ type: "$ws:positions", payload: { topics: { "room:7": positions } } });
    peer.message("JOIN", { room: "7" });
    await grantsCome();
    const frames = take(peer);
    const subscribed = frames.find(({ type }) => type === "$ws:subscribed")?.payload;
    const grant = frames.find(({ type }) => type === "$ws:grant")?.payload["grant"];
    return {
      frames,
      subscribed,
      said: heard(frames),
      position: [subscribed?.["epoch"], subscribed?.["offset"], grant],
    };
  };
  return { ...made, Room, router, logger, joined, published, say, take, join };
}

/** What the platform still works at: signing takes more than promises. */
const working = new Set<Promise<unknown>>();
type Work = (...args: never[]) => Promise<unknown>;
for (const name of ["importKey", "sign"]) {
  const { subtle } = crypto as unknown as { subtle: Record<string, Work> };
  const real = subtle[name]?.bind(subtle) as Work;
  vi.spyOn(subtle, name).mockImplementation((...args) => {
    const work = real(...args);
    working.add(work);
    void work.finally(() => working.delete(work));
    return work;
  });
}

async function grantsCome(): Promise<void> {
  for (let i = 0; i < 3; i++) await settle();
  while (working.size > 0) {
    await Promise.all(working);
    await settle();
  }
}

const heard = (frames: readonly Frame[]) =>
  frames.flatMap(({ type, at, payload }) => (type === "SAID" ? [`${at?.[1]} ${String(payload["text"])}`] : []));

describe("a recorded topic", () => {
  it("numbers what is published, and says where it stands", async () => {
    const { connect, join, say, take, joined } = world();
    const peer = connect();
    expect((await join(peer)).subscribed).toEqual({
      topic: "room:7",
      status: "fresh",
      count: 0,
      epoch: expect.stringMatching(/^[0-9a-z]{13,}$/) as unknown,
      offset: 0,
    });
    const result = await say("a");
    await say("b");
    const frames = take(peer);
    expect(heard(frames)).toEqual(["1 a", "2 b"]);
    expect(frames[0]?.at).toEqual(["room:7", 1]);
    const { epoch } = (joined[0] as { position: { epoch: string } }).position;
    expect(result).toEqual({ ok: true, matched: 1, remote: "none", position: { epoch, offset: 1 } });
    expect(joined).toEqual([{ status: "fresh", count: 0, position: { epoch, offset: 0 } }]);
  });

  it("is followed at once by who names no position: what the handler then publishes, it gets as well", () => {
    const { Room, router, connect, take } = world();
    router.on(message("ENTER"), (ctx) => {
      void ctx.topics.subscribe(Room({ id: "7" }));
      void ctx.publish(Room({ id: "7" }), Said, { text: "I am here" });
    });
    const peer = connect();
    peer.message("ENTER");
    expect(heard(take(peer))).toEqual(["1 I am here"]);
  });

  it("sends who comes back what was missed, in order and before anything newer, and hands on the same grant", async () => {
    const { connect, join, say, take, joined } = world();
    const first = connect();
    const { position } = await join(first);
    await say("a");
    expect(heard(take(first))).toEqual(["1 a"]);
    await say("b");
    await say("c");
    const back = connect();
    const returned = await join(back, [position[0], 1, position[2]]);
    expect(returned.said).toEqual(["2 b", "3 c"]);
    expect(returned.subscribed).toMatchObject({ status: "recovered", count: 2, offset: 1 });
    expect(joined[1]).toMatchObject({ status: "recovered", count: 2, position: { offset: 3 } });
    await say("d");
    expect(heard(take(back))).toEqual(["4 d"]);
    // The grant of the second connection proves what the first one's did: from where on this user has been there.
    expect((await join(connect(), [position[0], 0, returned.position[2]])).said).toEqual(["1 a", "2 b", "3 c", "4 d"]);
  });

  it.each<[string, (position: unknown[]) => unknown, string]>([
    ["of another log", ([, , grant]) => ["another", 2, grant], "epoch"],
    ["of another run, whose key is gone", () => ["another", 2, "0.1.AAAAAAAAAAAAAAAA.e.by"], "epoch"],
    ["without a grant", ([epoch]) => [epoch, 0], "grant"],
    ["with a forged grant", ([epoch]) => [epoch, 0, "0.1.AAAAAAAAAAAAAAAA.e"], "grant"],
    ["from before its grant", ([epoch, , grant]) => [epoch, 1, grant], "grant"],
    ["of the future", ([epoch, , grant]) => [epoch, 99, grant], "epoch"],
  ])("says that there is a gap for a position %s, and replays nothing", async (_, claim, reason) => {
    const { connect, join, say } = world();
    await say("secret");
    await say("secret too");
    const { position } = await join(connect());
    await say("a");
    const { said, subscribed } = await join(connect(), claim(position));
    expect(said).toEqual([]);
    expect(subscribed).toMatchObject({ status: "gap", reason, count: 0, offset: 3 });
  });

  it("takes no other topic's grant", async () => {
    const { Room, router, connect, join } = world();
    const published = await router.publish(Room({ id: "8" }), Said, { text: "elsewhere" });
    const {
      position: [, , grant],
    } = await join(connect());
    const other = connect();
    const topics = { "room:8": [published.ok && published.position?.epoch, 0, grant] };
    other.receive({ type: "$ws:positions", payload: { topics } });
    other.message("JOIN", { room: "8" });
    await grantsCome();
    expect(other.socket.take()).toMatchObject([{ payload: { status: "gap", reason: "grant" } }, { type: "$ws:grant" }]);
  });

  it("takes no other user's grant, and its own over another connection", async () => {
    const { connect, join, say } = world({}, { identify: ({ user }) => user });
    const { position } = await join(connect({ user: "ada" }));
    await say("a");
    expect((await join(connect({ user: "eve" }), position)).subscribed).toMatchObject({
      status: "gap",
      reason: "grant",
    });
    expect((await join(connect({ user: "ada" }), position)).said).toEqual(["1 a"]);
  });

  it("keeps the grants of those of whom nobody says who they are when one is revoked for no user", async () => {
    const { Room, clock, router, connect, join } = world({}, { identify: ({ user }) => user });
    const { position } = await join(connect());
    expect(await router.users.revoke("", Room({ id: "7" }))).toMatchObject({ ok: true, connections: 0 });
    await clock.advance(1);
    expect((await join(connect(), position)).subscribed).toMatchObject({ status: "recovered" });
  });

  it("shows everybody all of it where it is visible to all", async () => {
    const { connect, join, say } = world({ visible: "all" });
    await say("a");
    const { position, said } = await join(connect());
    expect(said).toEqual([]);
    expect(position).toEqual([expect.any(String), 1, undefined]);
    expect((await join(connect(), [position[0], 0])).said).toEqual(["1 a"]);
  });

  it("says that there is a gap over what is kept, in messages, bytes and time, and over what is replayed", async () => {
    const gapAfter = async (history: HistoryOptions, texts: string[], ms = 0, limits = {}) => {
      const { clock, connect, join, say } = world(history, { limits });
      const { position } = await join(connect());
      for (const text of texts) await say(text);
      await clock.advance(ms);
      return (await join(connect(), position)).subscribed?.["reason"];
    };
    expect(await gapAfter({ size: 2 }, ["a", "b"])).toBeUndefined();
    expect(await gapAfter({ size: 2 }, ["a", "b", "c"])).toBe("retention");
    expect(await gapAfter({ maxBytes: 100 }, ["a", "x".repeat(80)])).toBe("retention");
    expect(await gapAfter({ ttlMs: 1_000 }, ["a"], 1_000)).toBeUndefined();
    expect(await gapAfter({ ttlMs: 1_000 }, ["a"], 1_001)).toBe("retention");
    expect(await gapAfter({ ttlMs: 1_000 }, [], 1_001)).toBeUndefined();
    expect(await gapAfter({ ttlMs: 1_000, grantMs: 1e9 }, ["a"], 90_000_000)).toBe("epoch");
    expect(await gapAfter({ grantMs: 1_000 }, ["a"], 1_001)).toBe("grant");
    expect(await gapAfter({}, ["a", "b"], 0, { maxReplayMessages: 2 })).toBeUndefined();
    expect(await gapAfter({}, ["a", "b"], 0, { maxReplayMessages: 1 })).toBe("limit");
    expect(await gapAfter({}, ["x".repeat(80)], 0, { maxReplayBytes: 100 })).toBe("limit");
  });

  it("moves its sender on without its own message, also when that comes back", async () => {
    const { connect, join, take } = world({}, { identify: ({ user }) => user });
    const ada = connect({ user: "ada" });
    const bob = connect({ user: "bob" });
    const { position } = await join(ada);
    await join(bob);
    ada.message("SAY", { room: "7", text: "mine" });
    await settle();
    const { epoch } = { epoch: position[0] };
    expect(take(ada)).toEqual([{ type: "$ws:position", payload: { topic: "room:7", epoch, offset: 1 } }]);
    expect(heard(take(bob))).toEqual(["1 mine"]);
    const { frames } = await join(connect({ user: "ada" }), position);
    expect(frames.map(({ type }) => type)).toEqual(["$ws:subscribed", "$ws:position", "$ws:grant"]);
  });

  it("is whole for a user's other device, which was away while this one spoke", async () => {
    for (const identify of [undefined, ({ user }: { user?: string }) => user]) {
      const { connect, join } = world({}, { ...(identify && { identify }) });
      const [phone, laptop] = [connect({ user: "ada" }), connect({ user: "ada" })];
      const [{ position }, own] = [await join(phone), await join(laptop)];
      laptop.message("SAY", { room: "7", text: "mine" });
      await settle();
      expect((await join(connect({ user: "ada" }), position)).said).toEqual(["1 mine"]);
      expect((await join(connect({ user: "ada" }), own.position)).said).toEqual([]);
    }
  });

  it("knows a message by its id, for two minutes", async () => {
    const { clock, connect, join, say, take } = world();
    const peer = connect();
    await join(peer);
    const first = await say("a", "id-1");
    expect(await say("a", "id-1")).toEqual({ ...first, matched: 0, duplicate: true });
    expect(heard(take(peer))).toEqual(["1 a"]);
    await clock.advance(120_000);
    expect(await say("a", "id-1")).toMatchObject({ ok: true, position: { offset: 2 } });
  });

  it.each([null, 1, {}, ["a"]])(
    "takes %j for no id of a message, of which all but the first would be lost",
    async (id) => {
      const { say } = world();
      for (const text of ["a", "b"]) {
        expect(await say(text, id as never)).toMatchObject({ ok: false, error: { code: "INVALID_ARGUMENT" } });
      }
      expect(await say("c", "")).toMatchObject({ ok: true, position: { offset: 1 } });
    },
  );

  it("takes the places that are well formed from a frame that has others in it as well, and says so", async () => {
    const { connect, join, say, take } = world();
    const { position } = await join(connect());
    await say("a");
    const peer = connect();
    const topics = { "room:8": ["e", -1], "room:7": position, "room:9": ["e", 1, "x".repeat(129)] };
    peer.receive({ type: "$ws:positions", payload: { topics } });
    expect(take(peer)).toMatchObject([
      {
        type: "ERROR",
        payload: { code: "INVALID_ARGUMENT", message: expect.stringMatching(/^A position is/) as string },
      },
    ]);
    expect((await join(peer)).said).toEqual(["1 a"]);
  });

  it("carries its ephemeral messages live", async () => {
    const { Room, router, connect, join } = world();
    const peer = connect();
    const { position } = await join(peer);
    expect(await router.publish(Room({ id: "7" }), Typing)).toEqual({ ok: true, matched: 1, remote: "none" });
    expect(peer.socket.take()).toEqual([{ type: "TYPING" }]);
    expect((await join(connect(), position)).subscribed).toMatchObject({ status: "recovered", count: 0 });
  });

  it("refuses a filter, { local: true }, and an id or { ack: true } where nothing is kept", async () => {
    const { Room, router, logger } = world();
    const room: string = Room({ id: "7" });
    const failed = async (name: string, options: object) => {
      const result = await router.publish(name, Said, { text: "a" }, options);
      return result.ok ? result : (result.error as Error & { code?: string }).code;
    };
    expect(await failed(room, { filter: () => true })).toBe("FAILED_PRECONDITION");
    expect(await failed(room, { local: true })).toBe("FAILED_PRECONDITION");
    expect(await failed("lobby", { id: "1" })).toBe("FAILED_PRECONDITION");
    expect(await failed("lobby", { ack: true })).toBe("FAILED_PRECONDITION");
    expect(await failed(room, { ack: true, id: "1" })).toMatchObject({ ok: true });
    // The same line is written once.
    expect(logger.lines).toHaveLength(3);
  });

  it.each([
    ["no topics", {}],
    ["too many", { topics: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`room:${i}`, ["e", 1]])) }],
    ["an offset of 1e308", { topics: { "room:7": ["e", 1e308] } }],
    ["an offset below 0", { topics: { "room:7": ["e", -1] } }],
    ["no epoch", { topics: { "room:7": [undefined, 1] } }],
    ["a long grant", { topics: { "room:7": ["e", 1, "g".repeat(129)] } }],
    ["a list", { topics: [["e", 1]] }],
  ])("takes positions with %s for a violation", (_, payload) => {
    const { connect, logger } = world();
    const peer = connect();
    peer.receive({ type: "$ws:positions", payload });
    expect(peer.socket.take()).toMatchObject([{ type: "ERROR", payload: { code: "INVALID_ARGUMENT" } }]);
    expect(logger.lines).toEqual([]);
  });

  it("takes positions once a connection, and forgets them after 30 s", async () => {
    const { clock, connect, join, say } = world();
    const { position } = await join(connect());
    await say("a");
    const late = connect();
    const frame = { type: "$ws:positions", payload: { topics: { "room:7": position } } };
    late.receive(frame);
    late.receive(frame);
    expect(late.socket.take()).toMatchObject([{ payload: { code: "INVALID_ARGUMENT" } }]);
    await clock.advance(30_001);
    expect((await join(late)).subscribed).toMatchObject({ status: "fresh", offset: 1 });
  });

  it("replays only when its peer has read most of what it was sent", async () => {
    const { clock, connect, join, say } = world();
    const { position } = await join(connect());
    await say("a");
    const slow = connect();
    slow.socket.buffered = 300_000;
    expect((await join(slow, position)).frames).toEqual([]);
    slow.socket.buffered = 0;
    await clock.advance(25);
    await grantsCome();
    expect(slow.socket.take().map(({ type }) => type)).toEqual(["$ws:subscribed", "SAID", "$ws:grant"]);
  });

  it("is left again while a position is being looked at", async () => {
    const { Room, router, connect, join, say, take } = world();
    router.on(message("LEAVE"), (ctx) => ctx.topics.unsubscribe(Room({ id: "7" })), { concurrent: true });
    router.on(message("ENTER"), (ctx) => void ctx.topics.subscribe(Room({ id: "7" })));
    const { position } = await join(connect());
    await say("a");
    const peer = connect();
    peer.receive({ type: "$ws:positions", payload: { topics: { "room:7": position } } });
    peer.message("ENTER");
    peer.message("LEAVE");
    await grantsCome();
    await say("b");
    expect(take(peer)).toEqual([]);
  });

  it("gives a position with a snapshot, from which nothing is missed", async () => {
    const { Room, router, connect, join, say } = world();
    const saved: unknown[] = [];
    router.on(message("SNAPSHOT"), async (ctx) => void saved.push(await ctx.topics.position(Room({ id: "7" }))));
    await say("in the snapshot");
    connect().message("SNAPSHOT");
    await grantsCome();
    await say("after it");
    expect((await join(connect(), saved[0])).said).toEqual(["2 after it"]);
  });

  it("is UNAVAILABLE to who publishes while nothing serves its router, and what is live reaches nobody", async () => {
    const Room = topic("room:{id}", [Said], { history: {}, ephemeral: [Typing] });
    const inner = createRouter();
    const router = createRouter({ topics: [Room], logger: memoryLogger() }).merge(inner);
    const results = async (): Promise<unknown[]> => [
      await router.publish(Room({ id: "7" }), Said, { text: "a" }),
      await inner.publish("room:7", Said, { text: "a" }),
      await router.publish(Room({ id: "7" }), Typing),
      await router.publish("lobby", Said, { text: "a" }),
    ];
    const unavailable = { ok: false, matched: 0, error: { code: "UNAVAILABLE" } };
    const live = { ok: true, matched: 0, remote: "none" };
    expect(await results()).toMatchObject([unavailable, unavailable, live, live]);
    const { hub } = bench(router);
    expect((await results())[0]).toMatchObject({ ok: true, position: {} });
    await hub.dispose();
    expect(await results()).toMatchObject([unavailable, unavailable, live, live]);
  });

  it("of which no router was told is none, and whoever uses it hears of that", async () => {
    const Room = topic("untold:{id}", [Said], { history: {}, presence: { state: fields({ text: "string" }) } });
    const logger = memoryLogger();
    const router = createRouter({ logger });
    const { connect } = bench(router);
    const name = Room({ id: "7" });
    const errors: Error[] = [];
    const fails = (trying: Promise<unknown>): Promise<unknown> => trying.catch((error: Error) => errors.push(error));
    router.on(message("JOIN"), async (ctx) => {
      // A plain text may be spelled like it.
      expect(await ctx.topics.subscribe(name)).toBeUndefined();
      await fails(ctx.topics.position(name));
      await fails(ctx.presence.track(name, { text: "here" }));
      await fails(router.presence.list(name));
    });
    connect().message("JOIN");
    await settle();
    const published = await router.publish(name, Said, { text: "a" }, { id: "1" });
    if (!published.ok) errors.push(published.error);
    expect(errors).toHaveLength(4);
    expect(JSON.stringify(logger)).toContain(
      "looks like one of untold:{id}, which declares a history that no router knows of",
    );
    for (const error of errors) {
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain('"untold:7" is of untold:{id}, which declares a history that no router knows of');
    }
    createRouter({ topics: [Room] });
  });

  it("does not go with an engine that keeps no history", () => {
    const engine = { name: "bus" } as never;
    expect(() => world({}, { engine })).toThrow('room:{id} has a history, which the engine "bus" does not keep');
  });
});

describe("a rule for a family of topics", () => {
  const open = (
    rule: (params: { id: string }, connection: { data: { user?: string } }) => boolean | Promise<boolean>,
  ) => {
    const made = world({}, { authorizeTopic: () => false });
    made.router.topic(made.Room, { authorize: rule });
    const ask = async (peer: ReturnType<typeof made.connect>, name: string, since?: unknown) => {
      peer.receive({ type: "$ws:subscribe", meta: { correlationId: "1" }, payload: { topic: name, since } });
      await grantsCome();
      return peer.socket.take() as Frame[];
    };
    return { ...made, ask };
  };

  it("decides for its pattern, whoever asks", async () => {
    const { connect, ask, join, joined, logger } = open(({ id }, { data }) => id === "7" && data.user === "ada");
    const [ada, eve] = [connect({ user: "ada" }), connect({ user: "eve" })];
    expect(await ask(ada, "room:7")).toMatchObject([
      {
        type: "$ws:subscribed",
        meta: { correlationId: "1" },
        payload: { topic: "room:7", status: "fresh", offset: 0 },
      },
      { type: "$ws:grant" },
    ]);
    expect(await ask(ada, "room:7")).toMatchObject([{ payload: { status: "recovered", count: 0 } }]);
    for (const name of ["room:7", "room:8", "lobby"]) {
      expect(await ask(eve, name)).toMatchObject([
        { type: "ERROR", meta: { correlationId: "1" }, payload: { code: "PERMISSION_DENIED" } },
      ]);
    }
    // Who may is for the rule to say; that there is none is said.
    expect(logger.lines).toEqual([
      expect.stringMatching(/^warn: A client asked for the topic "lobby".*router\.topic\(\)/),
    ]);
    await join(eve);
    expect(joined).toEqual(['Not allowed to follow "room:7"']);
  });

  it("tells a client when it may try again, and when a handler has left the topic meanwhile", async () => {
    let busy = true;
    const { Room, router, connect, ask } = open(async () => {
      await settle();
      if (busy) throw new WsKitError("UNAVAILABLE", "Later", undefined, { retryAfterMs: 500 });
      return true;
    });
    router.on(message("LEAVE"), (ctx) => ctx.topics.unsubscribe(Room({ id: "7" })));
    const peer = connect();
    expect(await ask(peer, "room:7")).toMatchObject([
      { type: "ERROR", payload: { code: "UNAVAILABLE", retryable: true, retryAfterMs: 500 } },
    ]);
    busy = false;
    const asked = ask(peer, "room:7");
    peer.message("LEAVE");
    expect(await asked).toMatchObject([{ type: "ERROR", meta: { correlationId: "1" }, payload: { code: "ABORTED" } }]);
  });

  it("lets a client come back by itself", async () => {
    const { connect, ask, say } = open(() => Promise.resolve(true));
    const [subscribed, granted] = await ask(connect(), "room:7");
    await say("a");
    const since = [subscribed?.payload["epoch"], 0, granted?.payload["grant"]];
    expect(heard(await ask(connect(), "room:7", since))).toEqual(["1 a"]);
  });

  it("tells a client of a gap that asks from before where a handler had it follow, and of none where all was sent", async () => {
    const { connect, ask, join, say } = open(() => true);
    const { position } = await join(connect());
    const [epoch, , grant] = position;
    for (const text of ["a", "b"]) await say(text);
    const peer = connect();
    await join(peer);
    await say("c");
    peer.socket.take();
    const asking = async (offset: number) => (await ask(peer, "room:7", [epoch, offset, grant]))[0]?.payload;
    expect(await asking(1)).toMatchObject({ status: "gap", reason: "hole", count: 0, offset: 3 });
    for (const offset of [2, 3])
      expect(await asking(offset)).toMatchObject({ status: "recovered", count: 0, offset: 3 });
    // Who was replayed what it had missed by a handler asks again from where it had stood.
    const back = connect();
    expect((await join(back, [epoch, 1, grant])).said).toEqual(["2 b", "3 c"]);
    expect((await ask(back, "room:7", [epoch, 1, grant]))[0]?.payload).toMatchObject({ status: "recovered", count: 0 });
  });

  it("waits for onOpen, and unsubscribes", async () => {
    const { router, connect, ask, say } = open((_, { data }) => data.user === "ada");
    router.onOpen(async (ctx) => {
      await settle();
      ctx.data.user = "ada";
    });
    const peer = connect();
    expect(await ask(peer, "room:7")).toMatchObject([{ payload: { status: "fresh" } }, { type: "$ws:grant" }]);
    peer.receive({ type: "$ws:unsubscribe", payload: { topic: "room:7" } });
    expect(await say("a")).toMatchObject({ matched: 0 });
  });

  it("is answered to each who asks at once, also where the first is refused", async () => {
    const decisions = [false, true];
    const { connect } = open(() => settle().then(() => decisions.shift() ?? true));
    const peer = connect();
    for (const correlationId of ["1", "2", "3", "4"]) {
      peer.receive({ type: "$ws:subscribe", meta: { correlationId }, payload: { topic: "room:7" } });
    }
    await grantsCome();
    const answers = peer.socket.take().filter(({ meta }) => meta !== undefined);
    expect(
      answers.map(({ type, meta }) => `${String(type)} ${(meta as { correlationId: string }).correlationId}`),
    ).toEqual(["ERROR 1", "$ws:subscribed 2", "$ws:subscribed 3", "$ws:subscribed 4"]);
  });

  it("is taken back by revoke, with every grant that was given before", async () => {
    const { clock, router, connect, ask, say, Room } = open(() => true);
    const peer = connect({ user: "ada" });
    const other = connect({ user: "bob" });
    const [subscribed, granted] = await ask(peer, "room:7");
    await ask(other, "room:7");
    await say("a");
    peer.socket.take();
    expect(router.revoke(Room({ id: "7" }), ({ user }) => user === "ada")).toBe(1);
    expect(peer.socket.take()).toEqual([
      { type: "$ws:unsubscribed", payload: { topic: "room:7", code: "PERMISSION_DENIED" } },
    ]);
    expect(await say("b")).toMatchObject({ matched: 1 });
    await clock.advance(1);
    const since = [subscribed?.payload["epoch"], 0, granted?.payload["grant"]];
    expect(await ask(connect(), "room:7", since)).toMatchObject([{ payload: { status: "gap", reason: "grant" } }, {}]);
  });
});
