import { describe, expect, it } from "vitest";
import { FakeSocket, gate, memoryLogger, Note, settle, Told, VirtualClock } from "../../test/harness.ts";
import { createAdmit } from "../adapter/admission.ts";
import { ListenerHub } from "../adapter/hub.ts";
import type { AnyUpgradeOptions } from "../adapter/upgrade-options.ts";
import type { RouterOptions } from "../api/options.ts";
import { createRouter } from "../router/create-router.ts";
import { message, rpc } from "../shared.ts";
import type { Connection } from "../state/connection.ts";

interface Dialed {
  readonly socket: FakeSocket;
  readonly conn: Connection;
  /** Sends a message, or a text as it is. */
  readonly send: (frame: unknown) => void;
  readonly ack: (received: number) => void;
  /** The socket breaks, and the server is told. */
  readonly cut: () => void;
  /** By what this connection can be resumed, as its server said last. */
  readonly id: string;
}

type Rig = ReturnType<typeof rig>;

function rig(options: RouterOptions<never> = {}, upgrade: AnyUpgradeOptions = {}) {
  const log: string[] = [];
  const logger = memoryLogger();
  const router = createRouter<Record<string, unknown>>({ resume: true, logger, ...options } as never);
  router.onOpen(({ clientId }) => void log.push(`open ${clientId.slice(0, 4)}`));
  router.onDetach(() => void log.push("detach"));
  router.onResume(() => void log.push("resume"));
  router.onClose(({ code, topics }) => void log.push(`close ${code} ${topics.list().join()}`.trim()));
  router.on(Note, (ctx) => void log.push(`note ${(ctx.payload as { n: number }).n}`));
  const clock = new VirtualClock();
  const hub = new ListenerHub(router, { clock });
  const admit = createAdmit({ maxUpgradesPerSecond: Infinity, ...upgrade });

  async function dial(query = "", offer?: string): Promise<Dialed | Response> {
    const headers = {
      host: "test",
      upgrade: "websocket",
      ...(offer !== undefined && { "sec-websocket-protocol": `ws-kit, ws-kit.resume.${offer}` }),
    };
    const req = new Request(`http://test/?${query}`, { headers });
    const admission = await admit(hub, req, () => ({ remoteAddress: "1.2.3.4", request: req }));
    if (admission instanceof Response) return admission;
    expect(admission.protocol).toBe(offer && "ws-kit");
    const socket = new FakeSocket();
    const conn = hub.adopt(socket, admission.data, admission.clientId);
    socket.hub = hub;
    socket.conn = conn;
    hub.opened(conn);
    const send = (frame: unknown): void => {
      if (socket.conn === conn) hub.receive(conn, typeof frame === "string" ? frame : JSON.stringify(frame));
    };
    const named = [socket.frames[0]].map((text) => JSON.parse(text ?? "{}") as { payload?: { id?: string } });
    return {
      socket,
      conn,
      send,
      ack: (received) => send(`{"type":"$ws:ack","payload":{"received":${received}}}`),
      cut: () => socket.terminate(),
      id: named[0]?.payload?.id ?? "",
    };
  }

  async function open(query = "", offer?: string): Promise<Dialed> {
    const dialed = await dial(query, offer);
    if (dialed instanceof Response) throw new Error(`Refused with ${dialed.status}`);
    return dialed;
  }

  /** One that has said that it comes back. */
  async function join(query = ""): Promise<Dialed> {
    const dialed = await open(query);
    dialed.socket.take();
    dialed.ack(0);
    return dialed;
  }

  const tell = (conn: Connection, n: number): boolean =>
    router.connections.get(conn.clientId)?.send(Told, { n }) === true;
  return { log, logger, router, clock, hub, dial, open, join, tell };
}

const note = (n: number): object => ({ type: "NOTE", payload: { n } });
const told = (n: number): object => ({ n: n + 1, type: "TOLD", payload: { n } });

describe("a connection whose socket breaks", () => {
  it("goes on with the next one: what was missed follows, with its numbers, and nothing begins anew", async () => {
    const { log, router, join, open, tell, hub } = rig();
    const first = await join();
    tell(first.conn, 0);
    first.send(note(1));
    first.cut();
    expect(hub.connections.size).toBe(1);
    expect(router.connections.get(first.conn.clientId)?.attached).toBe(false);
    expect(tell(first.conn, 1)).toBe(true);
    expect(tell(first.conn, 2)).toBe(true);
    const second = await open("", `${first.id}.1`);
    await settle();
    expect(second.conn).toBe(first.conn);
    expect(router.connections.get(first.conn.clientId)?.attached).toBe(true);
    expect(router.connections.get(first.conn.clientId)?.ws).toBe(second.socket);
    expect(second.socket.take()).toEqual([
      { type: "$ws:resumed", payload: { id: second.id, received: 1 } },
      told(1),
      told(2),
    ]);
    expect(second.id).not.toBe(first.id);
    tell(first.conn, 3);
    await settle();
    expect(second.socket.take()).toEqual([told(3)]);
    second.send(note(2));
    expect(log).toEqual([expect.stringMatching(/^open/), "note 1", "detach", "resume", "note 2"]);
  });

  it("is asked over the next one, and what was asked over the last is answered there", async () => {
    const { router, join, open, hub } = rig();
    const Confirm = rpc.fromServer("CONFIRM", undefined, "CONFIRMED");
    const first = await join();
    const handle = router.connections.get(first.conn.clientId);
    const idOf = (frame: unknown) => (frame as { meta: { correlationId: string } }).meta.correlationId;
    const answers = [handle?.request(Confirm)];
    const [before] = first.socket.take();
    first.cut();
    answers.push(handle?.request(Confirm));
    expect(hub.asked.of(first.conn)).toBe(2);
    const second = await open("", `${first.id}.1`);
    const [, meanwhile] = second.socket.take();
    expect(meanwhile).toMatchObject({ n: 2, type: "CONFIRM" });
    for (const frame of [before, meanwhile]) second.send({ type: "CONFIRMED", meta: { correlationId: idOf(frame) } });
    expect(await Promise.all(answers.map((answer) => Promise.resolve(answer)))).toMatchObject([
      { type: "CONFIRMED" },
      { type: "CONFIRMED" },
    ]);
  });

  it("rejects what it was asked when nobody comes, or its time is over before", async () => {
    const { router, join, clock } = rig({ resume: { windowMs: 500 } });
    const { conn, cut } = await join();
    const Confirm = rpc.fromServer("CONFIRM", undefined, "CONFIRMED");
    const handle = router.connections.get(conn.clientId);
    const ends: string[] = [];
    const ask = (timeoutMs: number) =>
      handle?.request(Confirm, undefined, { timeoutMs }).catch(({ code }: { code: string }) => ends.push(code));
    void ask(499);
    void ask(501);
    cut();
    void ask(501);
    await clock.advance(499);
    expect(ends).toEqual(["DEADLINE_EXCEEDED"]);
    await clock.advance(1);
    expect(ends).toEqual(["DEADLINE_EXCEEDED", "UNAVAILABLE", "UNAVAILABLE"]);
  });

  it("closes with the code of its end when nobody comes, once, and has its topics until then", async () => {
    const { log, clock, hub, join, router, tell } = rig({ resume: { windowMs: 500 } });
    router.on(message("JOIN"), (ctx) => ctx.topics.subscribe("room"));
    const { conn, send, cut } = await join();
    send({ type: "JOIN" });
    cut();
    await clock.advance(499);
    expect(log.slice(1)).toEqual(["detach"]);
    expect(hub.followers.of("room")?.size).toBe(1);
    await clock.advance(1);
    expect(log.slice(1)).toEqual(["detach", "close 1006 room"]);
    expect([hub.connections.size, hub.followers.of("room"), tell(conn, 1)]).toEqual([0, undefined, false]);
    await clock.advance(60_000);
    expect(log).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });

  it.each([1000, 1001, 1005, 1009, 4000])("ends at once where its peer closes with %i", async (code) => {
    const { log, hub, join } = rig();
    const { socket } = await join();
    socket.close(code);
    expect(log.slice(1)).toEqual([`close ${code}`]);
    expect(hub.connections.size).toBe(0);
  });

  it("waits also where its peer gave it up for its silence", async () => {
    const { log, join } = rig();
    (await join()).socket.close(4408);
    expect(log.slice(1)).toEqual(["detach"]);
  });

  it("ends at once where its client has not said that it comes back, and nothing is kept for that one", async () => {
    const { log, clock, hub, open, tell } = rig();
    const { conn, socket, cut } = await open();
    tell(conn, 0);
    await settle();
    expect(socket.take().at(-1)).toEqual(told(0));
    await clock.advance(20_000);
    tell(conn, 1);
    await settle();
    expect(socket.take()).toEqual([{ type: "TOLD", payload: { n: 1 } }]);
    cut();
    expect(log.slice(1)).toEqual(["close 1006"]);
    expect(hub.connections.size).toBe(0);
  });

  it("waits also where what its client said of that was lost with the socket", async () => {
    const { log, clock, open, tell } = rig();
    const first = await open();
    first.cut();
    tell(first.conn, 0);
    await clock.advance(25_000);
    const second = await open("", `${first.id}.0`);
    expect(second.conn).toBe(first.conn);
    expect(second.socket.take().slice(1)).toEqual([told(0)]);
    expect(log.slice(1)).toEqual(["detach", "resume"]);
  });

  it("waits where it gave no sign of life, and is told as stale when nobody came", async () => {
    const log: string[] = [];
    const heartbeat = { intervalMs: 100, timeoutMs: 20, onStaleConnection: () => void log.push("stale") };
    const { log: heard, clock, join } = rig({ heartbeat, resume: { windowMs: 1_000 } });
    const { socket } = await join();
    await clock.advance(120);
    expect(heard.slice(1)).toEqual(["detach"]);
    expect(socket.ended?.code).toBe(1006);
    await clock.advance(999);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(["stale"]);
    expect(heard.slice(1)).toEqual(["detach", "close 4408"]);
  });

  it("waits where it reads nothing of what it was sent", async () => {
    const { log, clock, join, tell } = rig();
    const { conn, socket } = await join();
    socket.buffered = 1_000;
    tell(conn, 0);
    await clock.advance(8_000);
    expect(log.slice(1)).toEqual(["detach"]);
    expect(socket.ended?.code).toBe(1006);
  });

  it("ends at once by a drain, by the application, and with its listener", async () => {
    const { log, hub, router, join } = rig();
    const one = await join();
    one.cut();
    router.connections.get(one.conn.clientId)?.close(4001, "Out");
    expect(log.splice(0).slice(1)).toEqual(["detach", "close 4001"]);
    (await join()).cut();
    await hub.drain();
    expect(log.splice(0).slice(1)).toEqual(["detach", "close 1012"]);
    const other = rig();
    (await other.join()).cut();
    await other.hub.dispose();
    expect(other.log.slice(1)).toEqual(["detach", "close 1006"]);
  });
});

describe("who comes back", () => {
  const authenticate = (req: Request): object => ({ user: new URL(req.url).searchParams.get("user") });
  const identify = ({ user }: { user?: string }): string | undefined => user;

  async function comesBack(by: Rig, before: string, after: string): Promise<boolean> {
    const first = await by.join(before);
    first.cut();
    const second = await by.open(after, `${first.id}.0`);
    return second.conn === first.conn;
  }

  it("is the same by identify, or else by the whole record", async () => {
    const withNonce = (req: Request): object => ({ ...authenticate(req), nonce: Math.random() });
    expect(await comesBack(rig({ identify }, { authenticate: withNonce }), "user=ada", "user=ada")).toBe(true);
    expect(await comesBack(rig({ identify }, { authenticate: withNonce }), "user=ada", "user=bob")).toBe(false);
    expect(await comesBack(rig({}, { authenticate }), "user=ada", "user=ada")).toBe(true);
    expect(await comesBack(rig({}, { authenticate }), "user=ada", "user=bob")).toBe(false);
    expect(await comesBack(rig({}, { authenticate: withNonce }), "user=ada", "user=ada")).toBe(false);
    const unlike = (): object => ({ id: 1n });
    expect(await comesBack(rig({}, { authenticate: unlike }), "", "")).toBe(false);
  });

  it("is who it was in the beginning, whoever has logged in since", async () => {
    const by = rig({ identify }, { authenticate: () => ({}) });
    const first = await by.join();
    by.router.on(message("LOGIN"), (ctx) => ctx.assignData({ user: "ada" }));
    first.send({ type: "LOGIN" });
    first.cut();
    const second = await by.open("", `${first.id}.0`);
    expect(second.conn).toBe(first.conn);
    expect(second.conn.data["user"]).toBe("ada");
    expect(by.hub.identities.get(second.conn)).toBe("ada");
  });

  it("has what authenticate returned this time in its data", async () => {
    let logins = 0;
    const by = rig({ identify: () => "ada" }, { authenticate: () => ({ logins: ++logins }) });
    const first = await by.join();
    first.conn.data["kept"] = true;
    first.cut();
    const second = await by.open("", `${first.id}.0`);
    expect(second.conn.data).toMatchObject({ logins: 2, kept: true, clientId: first.conn.clientId });
  });

  it("keeps what a message has set over what authenticate returns as before", async () => {
    const record = { role: "guest", user: "ada", team: undefined, plan: { name: "free" }, since: new Date(0) };
    const by = rig(
      { identify: ({ user }: { user?: string }) => user },
      { authenticate: () => structuredClone(record) },
    );
    const first = await by.join();
    const set = { role: "admin", team: "red", plan: { name: "paid" }, since: 0 };
    by.router.on(message("LOGIN"), (ctx) => ctx.assignData(set));
    first.send({ type: "LOGIN" });
    first.cut();
    const second = await by.open("", `${first.id}.0`);
    // Of a date it cannot be told whether it is the same.
    expect(second.conn.data).toMatchObject({ ...set, since: new Date(0) });
    second.ack(0);
    second.cut();
    record.role = "banned";
    const third = await by.open("", `${second.id}.0`);
    expect(third.conn.data).toMatchObject({ ...set, since: new Date(0), role: "banned" });
  });

  it.each([
    ["takes", { user: "ada", role: "of the old token" }],
    ["refuses", null],
  ])("is not changed any more by an older token that authenticate %s only then", async (_, answer) => {
    const held = gate();
    const by = rig(
      { identify: ({ user }: { user?: string }) => user, expiresAt: () => 2e12 },
      {
        authenticate: (req: Request) =>
          req.headers.has("authorization") ? held.opened.then(() => answer) : { user: "ada", role: req.url.slice(-3) },
      },
    );
    const first = await by.join("old");
    first.send({ type: "$ws:auth", payload: { token: "t" } });
    first.cut();
    const second = await by.open("new", `${first.id}.0`);
    held.open();
    await settle();
    expect([second.conn.data, second.socket.ended]).toMatchObject([{ role: "new" }, undefined]);
  });

  it("ends with 1011 where a handler has frozen the data that would change", async () => {
    const record = { user: "ada", role: "admin" };
    const by = rig(
      { identify: ({ user }: { user?: string }) => user },
      { authenticate: () => structuredClone(record) },
    );
    by.router.onOpen((ctx) => void Object.freeze(ctx.data));
    const first = await by.join();
    first.cut();
    const second = await by.open("", `${first.id}.0`);
    expect([second.conn, second.socket.ended]).toEqual([first.conn, undefined]);
    second.ack(0);
    second.cut();
    record.role = "user";
    const third = await by.open("", `${second.id}.0`);
    expect(third.socket.ended?.code).toBe(1011);
    expect(by.logger.lines.join()).toContain("Cannot redefine property");
  });

  it("is refused where authenticate refuses, and the connection goes on waiting", async () => {
    const by = rig({}, { authenticate: (req: Request) => (req.url.includes("out") ? null : {}) });
    const first = await by.join();
    first.cut();
    expect(await by.dial("out", `${first.id}.0`)).toMatchObject({ status: 401 });
    expect((await by.open("", `${first.id}.0`)).conn).toBe(first.conn);
  });

  it.each([
    ["another id", (id: string) => `${id.replace(/.$/, (last) => (last === "0" ? "1" : "0"))}.0`],
    ["another's place", (id: string) => `${id.replace(/^0/, "1")}.0`],
    ["a place beyond all", (id: string) => `${id.replace(/^0/, "zzzzzzzz")}.0`],
    ["no id", () => ".0"],
    ["more than was sent", (id: string) => `${id}.3`],
    ["a figure beyond all", (id: string) => `${id}.999999999999999`],
    ["a figure that is none", (id: string) => `${id}.1e3`],
    ["no figure", (id: string) => id],
    ["what was let go of since it was confirmed", (id: string) => `${id}.0`],
  ])("with %s gets a new connection", async (_name, offer) => {
    const by = rig();
    const first = await by.join();
    by.tell(first.conn, 0);
    by.tell(first.conn, 1);
    await settle();
    first.ack(1);
    first.cut();
    const second = await by.open("", offer(first.id));
    expect(second.conn).not.toBe(first.conn);
    expect(second.socket.take()[0]).toMatchObject({ type: "$ws:session", payload: { windowMs: 30_000 } });
  });

  it("may do so before the server knows that the socket broke: the later of two has it, the first is ended", async () => {
    const { log, hub, join, open, tell } = rig();
    const first = await join();
    const second = await open("", `${first.id}.0`);
    expect(first.socket.ended?.code).toBe(1006);
    // What a runtime says of it afterwards is nobody's.
    const third = await open("", `${first.id}.0`);
    expect(second.socket.ended?.code).toBe(1006);
    expect(third.conn).toBe(first.conn);
    tell(third.conn, 0);
    await settle();
    expect(third.socket.take().at(-1)).toEqual(told(0));
    expect(hub.connections.size).toBe(1);
    expect(log.slice(1)).toEqual(["resume", "resume"]);
  });

  it("may use the id before until it has shown that it knows the next", async () => {
    const { join, open } = rig();
    const first = await join();
    first.cut();
    const second = await open("", `${first.id}.0`);
    second.cut();
    const third = await open("", `${first.id}.0`);
    expect(third.conn).toBe(first.conn);
    // The second was never heard of.
    expect((await open("", `${second.id}.0`)).conn).not.toBe(first.conn);
    third.ack(0);
    third.cut();
    expect((await open("", `${first.id}.0`)).conn).not.toBe(first.conn);
    expect((await open("", `${third.id}.0`)).conn).toBe(first.conn);
  });

  it("takes no second place, and somebody else takes one", async () => {
    const by = rig({}, { authenticate, maxConnections: 1 });
    const first = await by.join("user=ada");
    first.cut();
    expect(await by.dial("user=ada")).toMatchObject({ status: 503 });
    expect(await by.dial("user=bob", `${first.id}.0`)).toMatchObject({ status: 503 });
    const second = await by.open("user=ada", `${first.id}.0`);
    second.ack(0);
    expect(await by.dial("user=ada")).toMatchObject({ status: 503 });
    second.socket.close(1000);
    await by.open("user=bob");
  });
});

describe("what is kept", () => {
  it("goes when the client says that it has it", async () => {
    const { join, open, tell } = rig();
    const first = await join();
    for (let n = 0; n < 600; n++) tell(first.conn, n);
    await settle();
    first.ack(500);
    first.cut();
    const second = await open("", `${first.id}.590`);
    expect(second.socket.take().slice(1)).toEqual(Array.from({ length: 10 }, (_, i) => told(590 + i)));
  });

  it("is bounded: of a connection without a socket that closes it", async () => {
    const { log, join, tell } = rig({ resume: { maxKeptBytes: 1_000 } });
    const { conn, cut } = await join();
    cut();
    let sent = 0;
    while (tell(conn, sent)) {
      sent++;
      await settle();
    }
    expect(log.slice(1)).toEqual(["detach", "close 1006"]);
    expect(sent).toBeGreaterThan(15);
    expect(sent).toBeLessThan(25);
  });

  it("is bounded: one with a socket cannot be resumed until what was let go of is confirmed", async () => {
    const by = rig({ resume: { maxKeptBytes: 1_000 } });
    const first = await by.join();
    for (let n = 0; n < 100; n++) by.tell(first.conn, n);
    await settle();
    expect(first.socket.ended).toBeUndefined();
    first.cut();
    expect((await by.open("", `${first.id}.10`)).conn).not.toBe(first.conn);
    // Nobody waits for it any longer.
    expect(by.log.filter((line) => line.startsWith("close"))).toEqual(["close 1006"]);
    const other = await by.join();
    for (let n = 0; n < 100; n++) by.tell(other.conn, n);
    await settle();
    other.cut();
    expect((await by.open("", `${other.id}.99`)).conn).toBe(other.conn);
  });

  it("is bounded for all together: whoever has most goes first", async () => {
    const { log, join, tell } = rig({ resume: { maxKeptBytesTotal: 2_000 } });
    const [small, large] = [await join(), await join()];
    small.cut();
    large.cut();
    tell(small.conn, 0);
    for (let n = 0; n < 40; n++) tell(large.conn, n);
    await settle();
    expect(large.conn.closed).toBe(true);
    expect(small.conn.closed).toBe(false);
    expect(log.filter((line) => line.startsWith("close"))).toHaveLength(1);
  });

  it("is for so many connections at once, of which the one that has waited longest goes first", async () => {
    const { join } = rig({ resume: { maxSessions: 2 } });
    const [one, two, three] = [await join(), await join(), await join()];
    for (const { cut } of [two, one, three]) cut();
    expect([one, two, three].map(({ conn }) => conn.closed)).toEqual([false, true, false]);
  });

  it("is what is published meanwhile, but for what may be skipped", async () => {
    const { join, open, router } = rig();
    const Live = message("LIVE", undefined, { overflow: "drop" } as never);
    const first = await join();
    router.on(message("JOIN"), (ctx) => ctx.topics.subscribe("room"));
    first.send({ type: "JOIN" });
    first.cut();
    await router.publish("room", Told, { n: 0 });
    await router.publish("room", Live);
    await router.publish("room", Told, { n: 1 });
    const second = await open("", `${first.id}.0`);
    expect(second.socket.take().slice(1)).toEqual([told(0), told(1)]);
  });

  it("is confirmed to the client: after 64 frames or 32 KiB, a second after the first, and before a pong", async () => {
    const { clock, join } = rig();
    const { send, socket } = await join();
    const acks = (): unknown[] => socket.take().filter(({ type }) => type === "$ws:ack");
    let sent = 0;
    while (acks().length === 0) send(note(sent++));
    // Each counts for one, and a 512th of its length.
    expect(sent).toBe(61);
    send({ type: "NOTE", payload: { n: sent++, text: "x".repeat(33_000) } });
    expect(acks()).toEqual([{ type: "$ws:ack", payload: { received: sent } }]);
    send(note(sent++));
    await clock.advance(1_000);
    expect(acks()).toEqual([{ type: "$ws:ack", payload: { received: sent } }]);
    send(note(sent++));
    send('{"type":"$ws:ping"}');
    await settle();
    expect(socket.take().map(({ type }) => type)).toEqual(["$ws:ack", "$ws:pong"]);
    await clock.advance(10_000);
    expect(acks()).toEqual([]);
  });

  it("cannot be confirmed before it is sent", async () => {
    const { join, tell } = rig();
    const { conn, socket, ack } = await join();
    tell(conn, 0);
    await settle();
    socket.take();
    ack(2);
    await settle();
    expect(socket.take()[0]).toMatchObject({ type: "ERROR", payload: { code: "INVALID_ARGUMENT" } });
  });
});

describe("resume", () => {
  it("throws for a listener that sleeps, naming what to do", () => {
    expect(() => new ListenerHub(createRouter({ resume: true }), { sleeps: true })).toThrow(/Durable Object.*history/);
  });

  it("throws for options that cannot be honoured", () => {
    expect(() => createRouter({ resume: { windowMs: 0 } })).toThrow("resume.windowMs must be a number above 0");
    expect(() => createRouter({ resume: { windowMs: 2 ** 31 } })).toThrow(RangeError);
    expect(() => createRouter({ resume: { maxSessions: Number.NaN } })).toThrow(RangeError);
    expect(() => createRouter({ resume: { window: 1 } as never })).toThrow(/did you mean windowMs/);
    expect(() => createRouter({ resume: 30 as never })).toThrow(TypeError);
  });

  it("is off by default: no frame more, and a broken socket ends its connection", async () => {
    const { log, open } = rig({ resume: false });
    const { socket, cut } = await open();
    expect(socket.frames).toEqual([]);
    cut();
    expect(log.slice(1)).toEqual(["close 1006"]);
  });

  it("reports what onDetach and onResume fail with, and goes on", async () => {
    const { router, join, open } = rig();
    const errors: string[] = [];
    router.onError((error) => void errors.push(error.message));
    router.onDetach(() => {
      throw new Error("one");
    });
    router.onResume(() => Promise.reject(new Error("two")));
    const first = await join();
    first.cut();
    expect((await open("", `${first.id}.0`)).conn).toBe(first.conn);
    await settle();
    expect(errors).toEqual(["one", "two"]);
  });
});
