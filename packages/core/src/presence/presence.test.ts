import { describe, expect, it } from "vitest";
import { type Bench, bench, fields, memoryLogger, type Peer } from "../../test/harness.ts";
import type { RouterOptions } from "../api/options.ts";
import { message } from "../message/standard.ts";
import { topic } from "../message/topic.ts";
import { createRouter } from "../router/create-router.ts";
import type { Router } from "../router/router.ts";

const Said = message.fromServer("SAID", fields({ text: "string" }));
const Join = message("JOIN", fields({ name: "string" }));
const Rename = message("RENAME", fields({ name: "string" }));
const Out = message("OUT");
const State = fields({ name: "string" });
const Room = topic("room:{id}", [Said], { presence: { state: State } });
const LOBBY = Room({ id: "lobby" });

type User = { userId?: string };

function chat(options: RouterOptions<User> = {}, declared = Room): Router<User> {
  return createRouter<User>({
    identify: (data) => data.userId,
    topics: [declared],
    logger: memoryLogger(),
    ...options,
  })
    .on(Join, async (ctx) => {
      await ctx.topics.subscribe(LOBBY);
      await ctx.presence.track(LOBBY, { name: ctx.payload.name });
    })
    .on(Rename, (ctx) => ctx.presence.update(LOBBY, { name: ctx.payload.name }))
    .on(Out, (ctx) => ctx.topics.unsubscribe(LOBBY));
}

/** A connection of somebody, who is there from now on. */
async function enter({ clock, connect }: Bench, userId: string | undefined, name = String(userId)): Promise<Peer> {
  const peer = connect(userId === undefined ? {} : { userId });
  peer.message("JOIN", { name });
  await clock.advance(0);
  return peer;
}

/** One who looks. */
async function look(of: Bench): Promise<Peer> {
  const peer = await enter(of, "watcher");
  peer.receive({ type: "$ws:presence", payload: { topic: LOBBY, watch: true } });
  await of.clock.advance(200);
  peer.socket.take();
  return peer;
}

const told = (peer: Peer): unknown[] =>
  peer.socket
    .take()
    .filter(({ type }) => type === "$ws:presence")
    .map(({ payload }) => {
      const { topic: _topic, version: _version, ...rest } = payload as Record<string, unknown>;
      return rest;
    });

const leave = ({ conn, socket }: Peer, code = 1001): void => socket.hub?.close(conn, code, "");

describe("who is there", () => {
  it("is told as a whole, and then by what has changed, with versions", async () => {
    const of = bench(chat());
    await enter(of, "ann", "Ann");
    const bob = await enter(of, "bob", "Bob");
    bob.receive({ type: "$ws:presence", payload: { topic: LOBBY, watch: true } });
    expect(bob.socket.take()).toEqual([
      {
        type: "$ws:presence",
        payload: { topic: LOBBY, version: 0, state: { ann: [{ name: "Ann" }], bob: [{ name: "Bob" }] }, count: 2 },
      },
    ]);
    const cat = await enter(of, "cat", "Cat");
    bob.message("RENAME", { name: "Bobby" });
    await of.clock.advance(300);
    cat.message("OUT");
    await of.clock.advance(100);
    expect(bob.socket.take()).toEqual([
      {
        type: "$ws:presence",
        payload: { topic: LOBBY, version: 1, join: { cat: [{ name: "Cat" }] }, count: 3 },
      },
      { type: "$ws:presence", payload: { topic: LOBBY, version: 2, update: { bob: [{ name: "Bobby" }] }, count: 3 } },
      { type: "$ws:presence", payload: { topic: LOBBY, version: 3, leave: ["cat"], count: 2 } },
    ]);
  });

  it("gathers what happens within 100 ms, and says nothing of who came and went in it", async () => {
    const of = bench(chat());
    const watcher = await look(of);
    const [ann] = await Promise.all([enter(of, "ann"), enter(of, "bob"), enter(of, "cat")]);
    ann?.message("OUT");
    await of.clock.advance(99);
    expect(told(watcher)).toEqual([]);
    await of.clock.advance(1);
    expect(told(watcher)).toEqual([{ join: { bob: [{ name: "bob" }], cat: [{ name: "cat" }] }, count: 3 }]);
  });

  it("has a member once, whatever the number of its connections", async () => {
    const router = chat();
    const of = bench(router);
    const watcher = await look(of);
    const phone = await enter(of, "ann", "phone");
    await enter(of, "ann", "laptop");
    await of.clock.advance(100);
    expect(told(watcher)).toEqual([{ join: { ann: [{ name: "phone" }, { name: "laptop" }] }, count: 2 }]);
    leave(phone);
    await of.clock.advance(5_000);
    expect(told(watcher)).toEqual([{ update: { ann: [{ name: "laptop" }] }, count: 2 }]);
    expect(await router.presence.list(LOBBY)).toEqual(
      new Map([
        ["watcher", [{ name: "watcher" }]],
        ["ann", [{ name: "laptop" }]],
      ]),
    );
    expect(await router.presence.count(LOBBY)).toBe(2);
  });

  it("does not tell of a reload within the time of grace, and tells of a leave after it", async () => {
    const of = bench(chat());
    const watcher = await look(of);
    const first = await enter(of, "ann");
    await of.clock.advance(100);
    told(watcher);
    leave(first);
    await of.clock.advance(2_900);
    const second = await enter(of, "ann");
    await of.clock.advance(10_000);
    expect(told(watcher)).toEqual([]);
    leave(second, 1006);
    await of.clock.advance(2_999);
    expect(told(watcher)).toEqual([]);
    await of.clock.advance(101 + 16);
    expect(told(watcher)).toEqual([{ leave: ["ann"], count: 1 }]);
  });

  it("tells of one that leaves the topic by itself at once, and no longer tells it", async () => {
    const of = bench(chat());
    const watcher = await look(of);
    const ann = await enter(of, "ann");
    ann.receive({ type: "$ws:presence", payload: { topic: LOBBY, watch: true } });
    await of.clock.advance(100);
    told(watcher);
    told(ann);
    ann.message("OUT");
    await enter(of, "bob");
    await of.clock.advance(100);
    expect(told(watcher)).toEqual([{ join: { bob: [{ name: "bob" }] }, leave: ["ann"], count: 2 }]);
    expect(told(ann)).toEqual([]);
  });

  it("takes the last of what comes faster than 5 times a second", async () => {
    const of = bench(chat());
    const watcher = await look(of);
    const ann = await enter(of, "ann");
    await of.clock.advance(200);
    told(watcher);
    for (let n = 0; n < 100; n++) {
      ann.receive({ type: "$ws:presence", payload: { topic: LOBBY, state: { name: `${n}` } } });
      await of.clock.advance(10);
    }
    await of.clock.advance(1_000);
    const updates = told(watcher) as { update: { ann: { name: string }[] } }[];
    expect(updates.length).toBeLessThanOrEqual(6);
    expect(updates.at(-1)?.update.ann).toEqual([{ name: "99" }]);
    expect(ann.socket.take()).toEqual([]);
  });

  it("gives one that has read nothing everything, once it has", async () => {
    const of = bench(chat());
    const watcher = await look(of);
    watcher.socket.buffered = 10;
    await enter(of, "ann");
    await of.clock.advance(100);
    await enter(of, "bob");
    await of.clock.advance(100);
    expect(told(watcher).length).toBeLessThanOrEqual(1);
    watcher.socket.buffered = 0;
    await of.clock.advance(2_000);
    expect(told(watcher)).toEqual([
      { state: { watcher: [{ name: "watcher" }], ann: [{ name: "ann" }], bob: [{ name: "bob" }] }, count: 3 },
    ]);
    await enter(of, "cat");
    await of.clock.advance(100);
    expect(told(watcher)).toEqual([{ join: { cat: [{ name: "cat" }] }, count: 4 }]);
  });

  it("is its number alone above maxMembers, once a second, and its members again below", async () => {
    const Small = topic("room:{id}", [Said], { presence: { state: State, maxMembers: 10, graceMs: 0 } });
    const of = bench(chat({}, Small));
    const watcher = await look(of);
    const peers = await Promise.all(Array.from({ length: 10 }, (_, n) => enter(of, `u${n}`)));
    await of.clock.advance(100);
    expect(told(watcher)).toEqual([{ count: 11 }]);
    for (let n = 10; n < 20; n++) peers.push(await enter(of, `u${n}`));
    await of.clock.advance(2_000);
    expect(told(watcher)).toEqual([{ count: 21 }]);
    for (const peer of peers.slice(9)) leave(peer);
    await of.clock.advance(1_000);
    const [again, ...others] = told(watcher) as { state?: object; count: number }[];
    expect(others).toEqual([]);
    expect(again?.count).toBe(10);
    expect(again?.state).toBeUndefined();
    leave(peers[0] as Peer);
    await of.clock.advance(1_000);
    const [whole] = told(watcher) as { state: object; count: number }[];
    expect(Object.keys(whole?.state ?? {})).toEqual(["watcher", ...Array.from({ length: 8 }, (_, n) => `u${n + 1}`)]);
    await enter(of, "ann");
    await of.clock.advance(100);
    expect(told(watcher)).toEqual([{ join: { ann: [{ name: "ann" }] }, count: 10 }]);
  });

  it("goes by the connection where it is nobody's, or by a key of its data", async () => {
    const router = chat();
    const of = bench(router);
    await enter(of, undefined, "guest");
    const members = await router.presence.list(LOBBY);
    expect([...members].map(([key, states]) => [key, states.map(({ name }) => name.length)])).toEqual([
      ["client-1", [5]],
    ]);

    const ByTeam = topic("room:{id}", [Said], { presence: { state: State, key: "team" } });
    const errors: unknown[] = [];
    const teams = createRouter<{ team?: string }>({ topics: [ByTeam] })
      .onError((error) => void errors.push(error))
      .on(Join, async (ctx) => {
        await ctx.topics.subscribe(LOBBY);
        await ctx.presence.track(LOBBY, { name: "x" });
      });
    const other = bench(teams);
    other.connect({ team: "red" }).message("JOIN", { name: "" });
    other.connect({}).message("JOIN", { name: "" });
    await other.clock.advance(0);
    expect(await teams.presence.count(LOBBY)).toBe(1);
    expect([...(await teams.presence.list(LOBBY)).keys()]).toEqual(["red"]);
  });
});

describe("what a client says of itself", () => {
  it("is refused where it does not fit, is too large, or only the server says it", async () => {
    const router = chat({ limits: { maxPresenceBytes: 20 } });
    const of = bench(router);
    const ann = await enter(of, "ann", "Ann");
    const say = (frame: object): unknown[] => {
      ann.receive({ type: "$ws:presence", payload: { topic: LOBBY, ...frame } });
      return ann.socket
        .take()
        .map(({ meta, payload }) => [meta, (payload as { code: string; message: string }).message]);
    };
    expect(say({ state: { name: 5 } })).toEqual([
      [{ inReplyTo: "$ws:presence" }, 'Invalid state in "room:lobby" at name: expected a string'],
    ]);
    expect(say({ state: { name: "123456789" } })).toEqual([]);
    expect(say({ state: { name: "1234567890" } })).toEqual([
      [
        { inReplyTo: "$ws:presence" },
        'A state has at most 20 bytes (limits.maxPresenceBytes): that in "room:lobby" has more',
      ],
    ]);

    const Ours = topic("room:{id}", [Said], { presence: { state: State, fromServer: true } });
    const theirs = bench(chat({}, Ours));
    const bob = await enter(theirs, "bob");
    bob.receive({ type: "$ws:presence", payload: { topic: LOBBY, state: { name: "root" } } });
    expect(bob.socket.take()).toMatchObject([{ type: "ERROR", payload: { code: "PERMISSION_DENIED" } }]);
  });

  it("counts only where it follows the topic, and may come before it does", async () => {
    let allow: ((yes: boolean) => void) | undefined;
    const router = chat({ authorizeTopic: async () => new Promise<boolean>((resolve) => (allow = resolve)) });
    const of = bench(router);
    const ann = of.connect({ userId: "ann" });
    ann.receive({ type: "$ws:presence", payload: { topic: LOBBY, watch: true, state: { name: "early" } } });
    await of.clock.advance(100);
    expect([await router.presence.count(LOBBY), ann.socket.take()]).toEqual([0, []]);
    ann.message("JOIN", { name: "Ann" });
    ann.receive({ type: "$ws:presence", payload: { topic: LOBBY, watch: true } });
    allow?.(true);
    await of.clock.advance(100);
    expect(told(ann)).toEqual([{ state: { ann: [{ name: "Ann" }] }, count: 1 }]);
  });

  it("breaks the protocol where it is nothing that can be understood", async () => {
    const of = bench(chat());
    const ann = await enter(of, "ann");
    for (const payload of [undefined, {}, { topic: 5, watch: true }, { topic: LOBBY }]) {
      ann.receive({ type: "$ws:presence", payload });
    }
    expect(ann.socket.take().map(({ payload }) => (payload as { code: string }).code)).toEqual(
      Array.from({ length: 4 }, () => "INVALID_ARGUMENT"),
    );
  });
});

describe("ctx.presence", () => {
  it("refuses what cannot be, as rejections that need not be awaited", async () => {
    const found: unknown[] = [];
    const Plain = topic("plain", [Said]);
    const router = chat({ topics: [Room, Plain] }).onOpen(async (ctx) => {
      const codes = (promise: Promise<void>): Promise<unknown> =>
        promise.then(
          () => "ok",
          (error) => error.code,
        );
      // @ts-expect-error -- its topic declares no presence
      void ctx.presence.track(Plain(), {});
      found.push(await codes(ctx.presence.track(LOBBY, { name: "a" })));
      await ctx.topics.subscribe(LOBBY);
      found.push(await codes(ctx.presence.update(LOBBY, { name: "a" })));
      // @ts-expect-error -- a state is what the declaration says
      found.push(await codes(ctx.presence.track(LOBBY, { name: 5 })));
      found.push(await codes(ctx.presence.track("plain", {})));
      found.push(await codes(ctx.presence.track(LOBBY, { name: "a" })));
      found.push(await codes(ctx.presence.untrack(LOBBY)), await router.presence.count(LOBBY));
    });
    const of = bench(router);
    of.connect({ userId: "ann" });
    await of.clock.advance(0);
    const no = "FAILED_PRECONDITION";
    expect(found).toEqual([no, no, "INVALID_ARGUMENT", no, "ok", "ok", 0]);
    await expect(router.presence.list("plain")).rejects.toMatchObject({ code: no });
  });

  it("keeps nothing of those who have left", async () => {
    const router = chat();
    const of = bench(router);
    for (let n = 0; n < 50; n++) {
      const peer = await enter(of, `u${n}`);
      peer.receive({ type: "$ws:presence", payload: { topic: LOBBY, watch: n % 2 === 0 } });
      if (n % 3 === 0) peer.message("OUT");
      leave(peer);
    }
    await of.clock.advance(3_100);
    const { topics } = of.hub.presence as unknown as { topics: Map<string, unknown> };
    expect(topics.size).toBe(0);
    expect(await router.presence.count(LOBBY)).toBe(0);
  });
});

it("refuses a declaration that cannot be honoured", () => {
  const declare = (presence: object) => () => topic("a", [Said], { presence: presence as never });
  expect(declare({})).toThrow("state is no Standard Schema");
  expect(declare({ state: State, grace: 5 })).toThrow('has no option "grace": did you mean graceMs?');
  const engine = { name: "none", connect: () => ({}) as never };
  expect(() => createRouter({ topics: [Room], engine })).toThrow('which the engine "none" does not keep');
  expect(declare({ state: State, maxMembers: 1.5 })).toThrow("maxMembers has to be a whole number");
  expect(declare({ state: State, graceMs: -1 })).toThrow("graceMs must be a number of milliseconds");
});

it("sends 25,000 frames at most for 1,000 who come and go within 10 seconds each", async () => {
  const of = bench(chat());
  const peers: Peer[] = [];
  let frames = 0;
  const count = (): void => {
    for (const { socket } of peers) frames += socket.frames.splice(0).length;
  };
  for (let n = 0; n < 1_000; n++) {
    const peer = await enter(of, `u${n}`);
    peer.receive({ type: "$ws:presence", payload: { topic: LOBBY, watch: true } });
    peers.push(peer);
    await of.clock.advance(10);
  }
  for (const peer of peers) {
    leave(peer);
    await of.clock.advance(10);
  }
  await of.clock.advance(5_000);
  count();
  expect(frames).toBeGreaterThan(2_000);
  expect(frames).toBeLessThanOrEqual(25_000);
}, 60_000);

describe("parts of what was said", () => {
  const room: string = LOBBY; // of any state
  const seen = async (of: Bench, router: Router<User>): Promise<unknown> => {
    await of.clock.advance(300);
    return [...(await router.presence.list(LOBBY))];
  };

  it("are parts of what was given, whatever its schema makes of that", async () => {
    const Upper = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (given: unknown) => {
          const { name, n } = given as { name: unknown; n?: number };
          return typeof name === "string"
            ? { value: { n, name: { first: name } } }
            : { issues: [{ message: "No text" }] };
        },
      },
    };
    const declared = topic("room:{id}", [Said], { presence: { state: Upper } });
    const router = createRouter<User>({ topics: [declared], identify: (data) => data.userId })
      .on(Join, async (ctx) => {
        await ctx.topics.subscribe(LOBBY);
        await ctx.presence.track(room, { name: ctx.payload.name });
      })
      .on(Rename, (ctx) => ctx.presence.update(room, { n: 1 }));
    const of = bench(router);
    const peer = await enter(of, "ann", "Ann");
    peer.message("RENAME", { name: "" });
    expect(await seen(of, router)).toEqual([["ann", [{ name: { first: "Ann" }, n: 1 }]]]);
  });

  it("wait for each other where their schema takes its time, and none for what was replaced", async () => {
    const checks: (() => void)[] = [];
    const Slow = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) =>
          new Promise<{ value: unknown }>((resolve) => void checks.push(() => resolve({ value }))),
      },
    };
    const declared = topic("room:{id}", [Said], { presence: { state: Slow } });
    const router = createRouter<User>({ topics: [declared], identify: (data) => data.userId })
      .on(Join, async (ctx) => {
        await ctx.topics.subscribe(LOBBY);
        void ctx.presence.track(room, { a: 0, b: 0 });
        void ctx.presence.update(room, { a: 1 });
        void ctx.presence.update(room, { b: 1 });
      })
      .on(Rename, (ctx) => {
        void ctx.presence.update(room, { a: 2 });
        void ctx.presence.update(room, { b: 2 });
        void ctx.presence.track(room, { c: 3 });
      });
    const of = bench(router);
    const settle = async (): Promise<void> => {
      for (let turns = 0; turns < 10; turns++) {
        checks.shift()?.();
        await of.clock.advance(0);
      }
    };
    const peer = await enter(of, "ann");
    await settle();
    expect(await seen(of, router)).toEqual([["ann", [{ a: 1, b: 1 }]]]);
    peer.message("RENAME", { name: "" });
    await settle();
    expect(await seen(of, router)).toEqual([["ann", [{ c: 3 }]]]);
  });

  it("are known again after a sleep", async () => {
    const declared = topic("room:{id}", [Said], {
      presence: {
        state: {
          "~standard": {
            version: 1,
            vendor: "test",
            validate: (given: unknown) => ({ value: { seen: given } }),
          },
        },
      },
    });
    const router = createRouter<User>({ topics: [declared], identify: (data) => data.userId })
      .on(Join, async (ctx) => {
        await ctx.topics.subscribe(LOBBY);
        await ctx.presence.track(room, { name: "Ann" });
      })
      .on(Rename, (ctx) => ctx.presence.update(room, { n: 1 }));
    const of = bench(router);
    const peer = await enter(of, "ann");
    const { presence } = peer.conn.hub;
    const kept = presence?.kept(peer.conn);
    expect(kept).toEqual([[LOBBY, false, "ann", '{"seen":{"name":"Ann"}}', '{"name":"Ann"}']]);
    presence?.untrack(peer.conn, LOBBY);
    presence?.restore(peer.conn, kept ?? []);
    peer.message("RENAME", { name: "" });
    expect(await seen(of, router)).toEqual([["ann", [{ seen: { name: "Ann", n: 1 } }]]]);
  });
});

describe("a connection that logs in", () => {
  it("is there as who it is, and told so, without another word of its own", async () => {
    const Login = message("LOGIN", fields({ name: "string" }));
    const router = chat().on(Login, (ctx) => ctx.assignData({ userId: ctx.payload.name }));
    const of = bench(router);
    const watcher = await look(of);
    const peer = await enter(of, undefined, "somebody");
    await of.clock.advance(100);
    told(watcher);
    peer.message("LOGIN", { name: "ann" });
    await of.clock.advance(100);
    expect(told(watcher)).toEqual([{ join: { ann: [{ name: "somebody" }] }, leave: [peer.conn.clientId], count: 2 }]);
    expect([...(await router.presence.list(LOBBY)).keys()]).toEqual(["watcher", "ann"]);
  });

  it("is another team's member where its data say so, and nobody's where they do not", async () => {
    const declared = topic("room:{id}", [Said], { presence: { state: State, key: "userId" } });
    const Move = message("MOVE", fields({ name: "string" }));
    const router = chat({ identify: undefined }, declared).on(Move, (ctx) =>
      ctx.assignData({ userId: ctx.payload.name }),
    );
    const of = bench(router);
    const peer = await enter(of, "red", "Ann");
    const members = async (): Promise<string[]> => [...(await router.presence.list(LOBBY)).keys()];
    peer.message("MOVE", { name: "blue" });
    expect(await members()).toEqual(["blue"]);
    peer.message("MOVE", { name: "" });
    expect(await members()).toEqual([]);
  });
});
