import { describe, expect, it } from "vitest";
import {
  bench as plainBench,
  errorOf,
  fields,
  FakeSocket,
  gate,
  memoryLogger,
  Note,
  type Peer,
  settle,
  Told,
  VirtualClock,
} from "../../test/harness.ts";
import { unspeakable } from "../../test/unspeakable.ts";
import { createAdmit } from "../adapter/admission.ts";
import { ListenerHub } from "../adapter/hub.ts";
import type { Admission, AnyUpgradeOptions } from "../adapter/upgrade-options.ts";
import type { RouterOptions } from "../api/options.ts";
import { WsKitError } from "../message/errors.ts";
import { rpc } from "../message/standard.ts";
import { topic as topicOf } from "../message/topic.ts";
import type { Runtime } from "../ports/runtime.ts";
import { createRouter } from "../router/create-router.ts";
import { type Router } from "../router/router.ts";
import type { Connection } from "../state/connection.ts";

interface Data {
  user?: string;
  until?: number | undefined;
  role?: string;
}

type Rig = Awaited<ReturnType<typeof rig>>;

/** The wall clock's lead on the monotonic one, which begins at 1,000,000. */
const LEAD = 2e12;

class WallClock extends VirtualClock {
  lead = LEAD;
  override now(): number {
    return this.lead + super.now();
  }
}

/** A listener whose tokens are `user:until[:role]`, `until` by the monotonic clock. */
async function rig(
  options: RouterOptions<Data> = {},
  upgrade: AnyUpgradeOptions = {},
  more: { runtime?: Runtime<Connection>; prepare?: (router: Router<Data>) => void } = {},
) {
  const logger = memoryLogger();
  const seen: Request[] = [];
  const authenticate = (req: Request): Data | null => {
    seen.push(req);
    const token =
      req.headers.get("authorization")?.replace("Bearer ", "") ?? new URL(req.url).searchParams.get("token");
    const [user, until, role] = (token ?? "").split(":");
    if (user === "bad") return null;
    return { user: user ?? "", ...(until && { until: Number(until) }), ...(role && { role }) };
  };
  const router = createRouter<Data>({ logger, expiresAt: (data) => data.until && data.until + LEAD, ...options });
  router.on(Note, (ctx) => void ctx.send(Told, { n: ctx.payload.n }));
  more.prepare?.(router);
  const clock = new WallClock();
  const hub = new ListenerHub(router, { clock, endsSilent: true, ...more.runtime });
  const admit = createAdmit({ authenticate, ...upgrade });
  const connect = async (token = "ada:1060000"): Promise<Peer> => {
    const req = new Request(`http://h/ws?token=${token}`, {
      headers: { upgrade: "websocket", host: "h", cookie: "a=b" },
    });
    const admission = (await admit(hub, req, () => ({ remoteAddress: "10.0.0.1", request: req }))) as Admission;
    const socket = new FakeSocket();
    socket.hub = hub;
    const conn = (socket.conn = hub.adopt(socket, admission.data, admission.clientId));
    hub.opened(conn);
    const receive = (frame: unknown) => hub.receive(conn, typeof frame === "string" ? frame : JSON.stringify(frame));
    return { socket, conn, receive, message: (type, payload, meta) => receive({ type, payload, meta }) };
  };
  return { hub, clock, router, logger, seen, connect };
}

const bring = (peer: Peer, token: unknown) => peer.receive({ type: "$ws:auth", payload: { token } });
const told = (peer: Peer) => peer.socket.take().map(({ type, payload }) => [type, payload]);
const expiresIn = (ms: number) => ["$ws:auth", { expiresInMs: ms }];

describe("a connection that may not stay for ever", () => {
  it("is told when it opens for how long, and at the end; 4401 after the grace, served until then", async () => {
    const { clock, connect } = await rig();
    const peer = await connect();
    expect(told(peer)).toEqual([expiresIn(60_000)]);
    await clock.advance(59_999);
    expect(told(peer)).toEqual([]);
    await clock.advance(1);
    expect(told(peer)).toEqual([expiresIn(0)]);
    await clock.advance(9_999);
    peer.message("NOTE", { n: 1 });
    expect(told(peer)).toEqual([["TOLD", { n: 1 }]]);
    await clock.advance(1);
    expect(peer.socket.ended).toEqual({ code: 4401, reason: "The token has expired" });
    expect(clock.pending).toBeLessThanOrEqual(1);
  });

  it("is told of the end once, whatever handlers assign in the grace", async () => {
    const { clock, connect } = await rig(
      {},
      {},
      {
        prepare: (router) =>
          router.use((ctx, next) => {
            ctx.assignData({ role: "guest" });
            return next();
          }),
      },
    );
    const peer = await connect();
    await clock.advance(60_000);
    expect(told(peer).at(-1)).toEqual(expiresIn(0));
    for (let second = 0; second < 9; second++) {
      peer.message("NOTE", { n: 1 });
      await clock.advance(1_000);
    }
    expect(told(peer)).toEqual(Array.from({ length: 9 }, () => ["TOLD", { n: 1 }]));
    await clock.advance(1_000);
    expect(peer.socket.ended?.code).toBe(4401);
  });

  it.each([undefined, Infinity])(
    "may stay where expiresAt gives %s, without a word and without a timer",
    async (until) => {
      const { clock, connect } = await rig({ expiresAt: () => until });
      const peer = await connect();
      const pending = clock.pending;
      await clock.advance(10_000);
      expect([told(peer), peer.socket.ended]).toEqual([[], undefined]);
      expect(clock.pending).toBeLessThanOrEqual(pending);
    },
  );

  it.each([2 ** 31, 2 ** 31 + 5, 2 ** 40, 2 ** 50])("stays for %i ms", async (ms) => {
    const { connect, hub } = await rig({ expiresAt: () => LEAD + 1_000_000 + ms }, {}, {});
    const peer = await connect();
    expect(told(peer)).toEqual([expiresIn(ms)]);
    // Not advanced by timers, of which there would be thousands.
    expect(hub.leases.get(peer.conn)?.expiresAt).toBe(1_000_000 + ms);
  });

  it("of a past that is over leaves at once, within the grace later", async () => {
    const { clock, connect, logger } = await rig({ expiresAt: ({ until = 0 }) => (until > 17 ? LEAD + until : until) });
    const [late, over, seconds] = [await connect("a:995000"), await connect("a:990000"), await connect("a:17")];
    await clock.advance(1);
    expect([late, over, seconds].map(({ socket }) => socket.ended?.code)).toEqual([undefined, 4401, 4401]);
    expect(logger.lines.join()).toContain("a JWT's exp is in seconds");
    await clock.advance(5_000);
    expect(late.socket.ended?.code).toBe(4401);
  });

  it.each([
    ["a promise that rejects", () => Promise.reject(new Error("x")) as never],
    ["NaN", () => Number.NaN],
    ["a date", () => new Date() as never],
    ["a text", () => "2030" as never],
    [
      "an error",
      () => {
        throw new Error("no exp");
      },
    ],
  ])("closes with 1011 where expiresAt gives %s", async (_, expiresAt) => {
    const { connect, logger } = await rig({ expiresAt });
    const peer = await connect();
    expect(peer.socket.ended?.code).toBe(1011);
    expect(logger.lines.join()).toMatch(/expiresAt\(\) has to return|no exp/);
  });

  it("is asked again after assignData, and told where that has changed", async () => {
    const { clock, connect } = await rig(
      {},
      {},
      {
        prepare: (router) =>
          router
            .onOpen((ctx) => ctx.assignData({ until: 1_030_000 }))
            .use((ctx, next) => {
              ctx.assignData({ until: 1_000_000 + ((ctx.payload as { n: number }).n || Infinity) });
              return next();
            }),
      },
    );
    const peer = await connect();
    expect(told(peer)).toEqual([expiresIn(30_000)]);
    peer.message("NOTE", { n: 500 });
    peer.message("NOTE", { n: 500 });
    expect(told(peer)).toEqual([expiresIn(500), ["TOLD", { n: 500 }], ["TOLD", { n: 500 }]]);
    peer.message("NOTE", { n: 0 });
    expect(told(peer)).toEqual([["TOLD", { n: 0 }]]);
    await clock.advance(100_000);
    expect(peer.socket.ended).toBeUndefined();
  });

  it("is not moved by a wall clock that jumps", async () => {
    const clock = new WallClock();
    const { connect } = await rig({}, {}, { runtime: { clock } });
    const [peer, other] = [await connect(), await connect()];
    clock.lead += 3_600_000;
    await clock.advance(59_999);
    expect(peer.socket.ended).toBeUndefined();
    clock.lead -= 7_200_000;
    await clock.advance(10_001);
    expect([peer, other].map(({ socket }) => socket.ended?.code)).toEqual([4401, 4401]);
  });

  it("leaves no timer behind when it closes, or was never let in", async () => {
    const { clock, connect, hub } = await rig();
    const before = clock.pending;
    const peer = await connect();
    peer.socket.close();
    hub.draining = true;
    const late = await rigLate(hub);
    expect([late.socket.ended?.code, hub.leases.has(late.conn), hub.leases.has(peer.conn)]).toEqual([
      1012,
      false,
      false,
    ]);
    await clock.advance(1_000_000);
    expect(clock.pending).toBeLessThanOrEqual(before);
  });

  it("is told nothing where no token would be taken, and closed all the same", async () => {
    const { router } = await rig();
    const clock = new WallClock();
    const { connect } = plainBench(router, { clock });
    const peer = connect({ until: 1_000_100 });
    bring(peer, "ada:2000000");
    expect(told(peer)).toMatchObject([["ERROR", { code: "INVALID_ARGUMENT" }]]);
    await clock.advance(100);
    expect(told(peer)).toEqual([]);
    await clock.advance(10_000);
    expect(peer.socket.ended?.code).toBe(4401);
  });
});

/** A socket that opens after its server has begun to drain. */
function rigLate(hub: ListenerHub): Promise<{ socket: FakeSocket; conn: Connection }> {
  const socket = new FakeSocket();
  const conn = hub.adopt(socket, { until: 2_000_000 }, "late");
  hub.opened(conn);
  return Promise.resolve({ socket, conn });
}

describe("a new token", () => {
  it("is asked about as by the first request, without its query and other headers, and replaces the data", async () => {
    const { clock, connect, seen } = await rig();
    const peer = await connect();
    peer.socket.take();
    await clock.advance(50_000);
    bring(peer, "ada:1200000:admin");
    await settle();
    expect(told(peer)).toEqual([expiresIn(150_000)]);
    expect(peer.conn.data).toMatchObject({ user: "ada", until: 1_200_000, role: "admin" });
    expect([seen[1]?.url, [...(seen[1]?.headers ?? [])]]).toEqual([
      "http://h/ws",
      [["authorization", "Bearer ada:1200000:admin"]],
    ]);
    await clock.advance(149_999);
    expect(told(peer)).toEqual([]);
    await clock.advance(10_001);
    expect(peer.socket.ended?.code).toBe(4401);
  });

  it("may come in the grace, and be decided on after it", async () => {
    const held = gate();
    const answers = [{ until: 1_000_100 }, held.opened.then(() => ({ until: 1_100_000 }))];
    const { clock, connect } = await rig({}, { authenticate: () => answers.shift() });
    const peer = await connect();
    await clock.advance(10_099);
    bring(peer, "late");
    await clock.advance(4_000);
    expect(peer.socket.ended).toBeUndefined();
    held.open();
    await settle();
    await clock.advance(50_000);
    expect(peer.socket.ended).toBeUndefined();
  });

  it("that does not come to be decided on keeps nobody beyond authTimeoutMs", async () => {
    const { clock, connect, logger } = await rig(
      {},
      { authenticate: (req) => (req.headers.has("cookie") ? { until: 1_000_100 } : new Promise(() => {})) },
    );
    const peer = await connect();
    await clock.advance(10_000);
    bring(peer, "slow");
    await clock.advance(4_999);
    expect(peer.socket.ended).toBeUndefined();
    await clock.advance(1);
    expect(peer.socket.ended?.code).toBe(4401);
    expect(logger.lines.join()).toContain("Deciding on a new token took over 5000 ms (limits.authTimeoutMs)");
  });

  it.each<[string, () => unknown]>([
    ["null", () => null],
    ["undefined, later", async () => undefined],
    ["a Response", () => new Response("", { status: 403 })],
    [
      "a thrown Response",
      () => {
        // oxlint-disable-next-line typescript/only-throw-error -- a Response is what refuses
        throw new Response("", { status: 503 });
      },
    ],
  ])("that is refused by %s closes with 4401", async (_, answer) => {
    const { connect } = await rig(
      {},
      { authenticate: (req) => (req.headers.has("cookie") ? { until: 1_060_000 } : answer()) },
    );
    const peer = await connect();
    bring(peer, "t");
    await settle();
    expect(peer.socket.ended).toEqual({ code: 4401, reason: "The new token was refused" });
  });

  it.each<[string, () => unknown]>([
    ["an array", () => []],
    ["a failure", () => Promise.reject(new Error("the database is away"))],
  ])("on which %s decides nothing changes nothing, and the time that is left is told again", async (_, answer) => {
    const { clock, connect, logger } = await rig(
      {},
      { authenticate: (req) => (req.headers.has("cookie") ? { until: 1_060_000 } : answer()) },
    );
    const peer = await connect();
    peer.socket.take();
    await clock.advance(10_000);
    bring(peer, "secret-token");
    await settle();
    expect(told(peer)).toEqual([expiresIn(50_000)]);
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines.join()).not.toContain("secret-token");
    await clock.advance(60_000);
    expect(peer.socket.ended?.code).toBe(4401);
  });

  it("of somebody else closes with 4403, and nothing that runs sees his data", async () => {
    const { connect } = await rig({ identify: (data) => data.user });
    const peer = await connect();
    bring(peer, "eve:1200000:admin");
    await settle();
    expect(peer.socket.ended?.code).toBe(4403);
    expect(peer.conn.data).toMatchObject({ user: "ada", until: 1_060_000 });
    expect(peer.conn.data).not.toHaveProperty("role");
  });

  it("gives an identity to a connection that was nobody's, and remembered answers follow it", async () => {
    const Pay = rpc("PAY", fields({ n: "number" }), "PAID", fields({ n: "number" }), { idempotent: true });
    let runs = 0;
    const { connect } = await rig(
      { identify: (data) => data.user || undefined },
      {},
      {
        prepare: (router) => router.rpc(Pay, () => ({ n: ++runs })),
      },
    );
    const pay = (peer: Peer) => {
      peer.message("PAY", { n: 1 }, { correlationId: "c", idempotencyKey: "order" });
      return told(peer).at(-1)?.[1];
    };
    const [nobody, ada] = [await connect(":1060000"), await connect("ada:1060000")];
    expect([pay(nobody), pay(ada), pay(nobody)]).toEqual([{ n: 1 }, { n: 2 }, { n: 1 }]);
    bring(nobody, "ada:1200000");
    bring(ada, "ada:1200000");
    await settle();
    expect([pay(nobody), pay(ada)]).toEqual([{ n: 2 }, { n: 2 }]);
    expect(nobody.socket.ended).toBeUndefined();
  });

  it("changes neither clientId, nor what runs", async () => {
    const held = gate();
    const { connect } = await rig(
      {},
      { authenticate: (req) => ({ until: 1_060_000, ...(!req.headers.has("cookie") && { clientId: "root" }) }) },
      { prepare: (router) => router.use(async (_, next) => (await held.opened, next())) },
    );
    const peer = await connect();
    const { clientId } = peer.conn;
    peer.message("NOTE", { n: 1 });
    bring(peer, "t");
    await settle();
    expect([peer.conn.clientId, peer.conn.data["clientId"]]).toEqual([clientId, clientId]);
    peer.socket.take();
    held.open();
    await settle();
    expect(told(peer)).toEqual([["TOLD", { n: 1 }]]);
  });

  it("that comes while onOpen runs is decided on, and told once it has run", async () => {
    const held = gate();
    const { connect } = await rig({}, {}, { prepare: (router) => router.onOpen(() => held.opened) });
    const peer = await connect();
    bring(peer, "ada:1200000");
    await settle();
    held.open();
    await settle();
    expect(told(peer).at(-1)).toEqual(expiresIn(200_000));
  });

  it("after the connection is gone is nobody's", async () => {
    const held = gate();
    const { connect, logger } = await rig(
      {},
      { authenticate: (req) => (req.headers.has("cookie") ? { until: 1_060_000 } : held.opened.then(() => null)) },
    );
    const peer = await connect();
    bring(peer, "t");
    peer.socket.close(1000, "bye");
    held.open();
    await settle();
    expect([peer.socket.ended?.code, logger.lines]).toEqual([1000, []]);
  });
});

describe("data that cannot take what a new token brings", () => {
  it.each<[string, (data: Data) => object]>([
    ["frozen", (data) => Object.freeze(data)],
    ["sealed", (data) => Object.seal(data)],
    ["with a fixed property", (data) => Object.defineProperty(data, "role", { value: "guest", enumerable: true })],
    [
      "with a getter that throws",
      (data) =>
        Object.defineProperty(data, "name", {
          enumerable: true,
          get() {
            throw new Error("Cannot read the name");
          },
        }),
    ],
  ])("(%s) ends the connection with 1011, and no process", async (_, spoil) => {
    const { connect, logger } = await rig(
      { identify: (data) => data.user },
      {},
      { prepare: (router) => router.onOpen((ctx) => void spoil(ctx.data)) },
    );
    const peer = await connect();
    bring(peer, "ada:1200000:admin");
    await settle();
    expect(peer.socket.ended).toEqual({ code: 1011, reason: "The data of the connection cannot be changed" });
    expect(logger.lines.join()).toMatch(/Cannot (redefine|read|assign)/);
    const peer2 = await connect();
    peer2.message("NOTE", { n: 1 });
    expect(told(peer2).at(-1)).toEqual(["TOLD", { n: 1 }]);
  });
});

describe("tokens that nobody can want", () => {
  it.each([undefined, null, 5, "", "a b", "a\nb", "é", "\u0000", { a: 1 }, ["t"]])(
    "like %j are violations",
    async (token) => {
      const { connect, seen } = await rig();
      const peer = await connect();
      peer.socket.take();
      bring(peer, token);
      await settle();
      const [frame] = peer.socket.take();
      expect(errorOf(frame).code).toBe("INVALID_ARGUMENT");
      expect(frame?.["meta"]).toEqual({ inReplyTo: "$ws:auth" });
      expect(seen).toHaveLength(1);
    },
  );

  it.each([undefined, null, "t", 5, []])("as the payload %j are too", async (payload) => {
    const { connect } = await rig();
    const peer = await connect();
    peer.socket.take();
    peer.receive({ type: "$ws:auth", payload });
    expect(errorOf(peer.socket.take()[0]).code).toBe("INVALID_ARGUMENT");
  });

  it("come one at a time and one a second; more are violations, and too many of them 1008", async () => {
    let asked = 0;
    const held = gate();
    const authenticate = (req: Request) =>
      req.headers.has("cookie") ? { until: 1_060_000 } : (asked++, held.opened.then(() => ({ until: 1_070_000 })));
    const { clock, connect } = await rig({}, { authenticate });
    const peer = await connect();
    peer.socket.take();
    for (let i = 0; i < 5; i++) bring(peer, "t");
    expect(told(peer)).toMatchObject(Array.from({ length: 4 }, () => ["ERROR", { code: "RESOURCE_EXHAUSTED" }]));
    held.open();
    await settle();
    bring(peer, "t");
    expect(told(peer)).toMatchObject([expiresIn(70_000), ["ERROR", { code: "RESOURCE_EXHAUSTED" }]]);
    expect(asked).toBe(1);
    await clock.advance(1_000);
    bring(peer, "t");
    await settle();
    expect([asked, told(peer)]).toEqual([2, [expiresIn(69_000)]]);
    for (let i = 0; i < 20; i++) bring(peer, "t");
    expect([asked, peer.socket.ended?.code]).toEqual([2, 1008]);
  });

  it("are refused as any reserved type where nothing expires", async () => {
    const { connect } = plainBench(createRouter({ logger: memoryLogger() }));
    const peer = connect();
    for (let i = 0; i < 11; i++) bring(peer, "t");
    expect(errorOf(peer.socket.take()[0]).message).toContain('"$ws:auth" is reserved for the protocol');
    expect(peer.socket.ended?.code).toBe(1008);
  });
});

describe("whatever is thrown or returned", () => {
  const names = unspeakable().map(({ name }) => name);
  const of = (name: string) => unspeakable().find((each) => each.name === name)?.value;

  it.each(names)(
    "by authenticate about a new token (%s) ends no process, and lets nobody stay who may not",
    async (name) => {
      const thrown = (req: Request) => {
        if (req.headers.has("cookie")) return { until: 1_060_000 };
        throw of(name);
      };
      const returned = (req: Request) => (req.headers.has("cookie") ? { until: 1_060_000 } : of(name));
      for (const authenticate of [thrown, returned]) {
        const { clock, connect } = await rig({}, { authenticate });
        const peer = await connect();
        bring(peer, "t");
        await settle();
        await clock.advance(70_000);
        expect(peer.socket.ended?.code).toBe(4401);
      }
    },
  );

  it.each(names)("by expiresAt (%s) is no time, unless it says never", async (name) => {
    const { connect } = await rig({
      expiresAt() {
        throw of(name);
      },
    });
    expect((await connect()).socket.ended?.code).toBe(1011);
    const { connect: other, clock } = await rig({ expiresAt: () => of(name) as never });
    const peer = await other();
    await clock.advance(20_000);
    const codes: Record<string, number | undefined> = { undefined: undefined, null: undefined, zero: 4401 };
    expect(peer.socket.ended?.code).toBe(Object.hasOwn(codes, name) ? codes[name] : 1011);
  });

  it.each(names)("by authorizeTopic (%s), the topic is left, and the token taken", async (name) => {
    let open = true;
    const { connect } = await rig(
      {
        authorizeTopic() {
          if (open) return true;
          throw of(name);
        },
      },
      {},
      { prepare: (router) => router.onOpen((ctx) => void ctx.topics.subscribe("a")) },
    );
    const peer = await connect();
    open = false;
    peer.socket.take();
    bring(peer, "ada:1200000");
    await settle();
    expect(peer.conn.following).toEqual([]);
    expect(peer.socket.take().map(({ type }) => type)).toEqual(["$ws:auth", "ERROR"]);
  });

  it("by a getter of the record is a failure", async () => {
    const authenticate = (req: Request) =>
      req.headers.has("cookie")
        ? { until: 1_060_000 }
        : Object.defineProperty({}, "role", {
            enumerable: true,
            get() {
              throw new Error("no role");
            },
          });
    const { connect, logger } = await rig({}, { authenticate });
    const peer = await connect();
    peer.socket.take();
    bring(peer, "t");
    await settle();
    expect(told(peer)).toEqual([expiresIn(60_000)]);
    expect(logger.lines.join()).toContain("no role");
  });
});

describe("rights to topics", () => {
  it.each(["refuses", "fails", "does not come"])(
    "that are asked for twice: the first answer, which %s, changes nothing once the second has come",
    async (how) => {
      const held = gate();
      const answers = [
        true,
        how === "does not come" ? new Promise<boolean>(() => {}) : held.opened.then(() => false),
        true,
      ];
      const { clock, connect } = await rig(
        { authorizeTopic: async () => (await answers.shift()) ?? true },
        {},
        { prepare: (router) => router.onOpen((ctx) => ctx.topics.subscribe("t")) },
      );
      const peer = await connect();
      await settle();
      bring(peer, "ada:1200000:user");
      await settle();
      await clock.advance(1_000);
      bring(peer, "ada:1200000:admin");
      await settle();
      peer.socket.take();
      if (how === "fails") held.fail(new Error("the database is away"));
      else held.open();
      await clock.advance(10_000);
      expect([peer.conn.following, told(peer)]).toEqual([["t"], []]);
    },
  );

  /** Follows by role: a topic is called like the role that may follow it. */
  const following = async (authorizeTopic: RouterOptions<Data>["authorizeTopic"]): Promise<Rig & { peer: Peer }> => {
    const rigged = await rig(
      { ...(authorizeTopic && { authorizeTopic }) },
      {},
      {
        prepare: (router) =>
          router.onOpen((ctx) => void ["all", "admin", "other"].map((topic) => ctx.topics.subscribe(topic))),
      },
    );
    const peer = await rigged.connect("ada:1060000:admin");
    await settle();
    peer.socket.take();
    return { ...rigged, peer };
  };

  it.each([
    ["now", (yes: boolean) => yes],
    ["later", async (yes: boolean) => yes],
  ])("are asked again %s; a topic that is refused is left, and the peer told", async (_, when) => {
    const { hub, peer } = await following((topic, { data }) => when(topic !== "admin" || data.role === "admin"));
    expect(peer.conn.following).toEqual(["all", "admin", "other"]);
    bring(peer, "ada:1200000:user");
    await settle();
    expect(peer.conn.following).toEqual(["all", "other"]);
    expect(hub.followers.of("admin")).toBeUndefined();
    const frames = peer.socket.take();
    expect(frames).toMatchObject([
      { type: "$ws:auth" },
      {
        type: "ERROR",
        meta: { inReplyTo: "$ws:auth" },
        payload: { code: "PERMISSION_DENIED", details: { topic: "admin" } },
      },
    ]);
  });

  it("by the rule of a family are asked again as well, and its client is told to come back no more", async () => {
    const Admin = topicOf("admin", [Told]);
    const { connect } = await rig(
      {},
      {},
      {
        prepare: (router) =>
          router
            .topic(Admin, { authorize: (_params, { data }) => data.role === "admin" })
            .onOpen((ctx) => void ["admin", "all"].map((name) => ctx.topics.subscribe(name))),
      },
    );
    const peer = await connect("ada:1060000:admin");
    expect(peer.conn.following).toEqual(["admin", "all"]);
    peer.socket.take();
    bring(peer, "ada:1200000:user");
    await settle();
    expect(peer.conn.following).toEqual(["all"]);
    expect(peer.socket.take()).toMatchObject([
      { type: "$ws:auth" },
      { type: "$ws:unsubscribed", payload: { topic: "admin", code: "PERMISSION_DENIED" } },
      { type: "ERROR", payload: { code: "PERMISSION_DENIED" } },
    ]);
  });

  it("that fail, or do not come in time, are none", async () => {
    let first = true;
    const { clock, logger, peer } = await following((topic) => {
      if (first) return true;
      if (topic === "admin") throw new WsKitError("FAILED_PRECONDITION", "Pay first");
      if (topic === "other") throw new Error("the database is away");
      return new Promise(() => {});
    });
    first = false;
    bring(peer, "ada:1200000");
    await settle();
    expect(peer.conn.following).toEqual(["all"]);
    await clock.advance(5_000);
    expect(peer.conn.following).toEqual([]);
    expect(
      peer.socket
        .take()
        .slice(1)
        .map((frame) => errorOf(frame)),
    ).toMatchObject([
      { code: "FAILED_PRECONDITION", message: "Pay first", details: { topic: "admin" } },
      { code: "PERMISSION_DENIED", details: { topic: "other" } },
      { code: "DEADLINE_EXCEEDED", details: { topic: "all" } },
    ]);
    expect(logger.lines.join()).toContain("the database is away");
  });

  it("that were being decided on by the data of before are asked for again", async () => {
    const held = gate();
    const { connect } = await rig(
      {
        authorizeTopic(_, { data }) {
          const yes = data.role === "admin";
          return held.opened.then(() => yes);
        },
      },
      {},
      { prepare: (router) => router.onOpen((ctx) => void ctx.topics.subscribe("late")) },
    );
    const peer = await connect("ada:1060000:admin");
    bring(peer, "ada:1200000:user");
    await settle();
    held.open();
    await settle();
    expect(peer.conn.following).toEqual([]);
  });
});

describe("a runtime without timers", () => {
  it("takes in one that slept without telling it again", async () => {
    const { connect, hub } = await rig({}, {}, { runtime: { sleeps: true } });
    const { socket, conn } = await connect();
    socket.frames.length = 0;
    hub.restore(socket, conn.data, conn.clientId, []);
    expect(socket.frames).toEqual([]);
  });

  it("is told when to look, and looks by expire()", async () => {
    const due: number[] = [];
    const runtime = { sleeps: true, expires: (at: number) => void due.push(at) };
    const { clock, connect, hub } = await rig({}, {}, { runtime });
    const [peer, other] = [await connect("ada:1060000"), await connect("ada:1020000")];
    expect([due, clock.pending, hub.expire()]).toEqual([
      [1_060_000, 1_020_000].map((at) => LEAD + at),
      0,
      LEAD + 1_020_000,
    ]);
    clock.freeze(20_000);
    expect(hub.expire()).toBe(LEAD + 1_030_000);
    expect(told(other)).toEqual([expiresIn(20_000), expiresIn(0)]);
    clock.freeze(10_000);
    expect(hub.expire()).toBe(LEAD + 1_060_000);
    expect([peer, other].map(({ socket }) => socket.ended?.code)).toEqual([undefined, 4401]);
    bring(peer, "ada:1300000");
    await settle();
    expect([hub.expire(), clock.pending]).toEqual([LEAD + 1_300_000, 0]);
    clock.freeze(1_000_000);
    expect([hub.expire(), peer.socket.ended?.code]).toEqual([Infinity, 4401]);
  });
});
