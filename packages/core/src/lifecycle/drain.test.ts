import { describe, expect, it } from "vitest";
import {
  bench,
  type Bench,
  FakeSocket,
  gate,
  memoryLogger,
  Note,
  type Peer,
  VirtualClock,
} from "../../test/harness.ts";
import { FakeEngine } from "../../test/fake-engine.ts";
import { createRouter } from "../router/create-router.ts";

/** A peer whose runtime answers pings, as all do. */
class AnsweringSocket extends FakeSocket {
  override ping(): void {
    super.ping();
    queueMicrotask(() => this.conn !== undefined && this.hub?.seen(this.conn));
  }
}

const peerOf = (connect: Bench["connect"]): Peer => connect({}, new AnsweringSocket());

describe("drain", () => {
  it("says goaway, waits for what runs, then closes with 1012", async () => {
    const held = gate();
    const router = createRouter().on(Note, () => held.opened);
    const { connect, clock } = bench(router);
    const [busy, idle] = [peerOf(connect), peerOf(connect)];
    busy.message("NOTE", { n: 1 });
    const drained = router.drain({ timeoutMs: 1_000, reconnectAfterMs: 7 });
    expect(idle.socket.take()).toEqual([{ type: "$ws:goaway", payload: { reconnectAfterMs: 7 } }]);
    await clock.advance(500);
    expect(busy.socket.ended).toBeUndefined();
    for (const peer of [busy, idle]) peer.receive({ type: "$ws:goaway" });
    await clock.advance(100);
    expect(idle.socket.ended).toBeUndefined();
    held.open();
    await clock.advance(50);
    await drained;
    expect([busy.socket.ended?.code, idle.socket.ended?.code]).toEqual([1012, 1012]);
  });

  it("waits no longer than it was told", async () => {
    const router = createRouter({ limits: { closeGraceMs: 0 } }).on(Note, () => gate().opened);
    const { connect, clock } = bench(router);
    const peer = connect();
    peer.message("NOTE", { n: 1 });
    const drained = router.drain({ timeoutMs: 100 });
    await clock.advance(200);
    await drained;
    expect(peer.socket.ended?.code).toBe(1012);
  });

  it.each([{ timeoutMs: NaN }, { timeoutMs: -1 }, { reconnectAfterMs: NaN }, { reconnectAfterMs: Infinity }])(
    "rejects %s, and goes on serving",
    async (options) => {
      const router = createRouter().on(Note, () => {});
      const { hub } = bench(router);
      await expect(router.drain(options)).rejects.toThrow(RangeError);
      await expect(hub.drain(options)).rejects.toThrow(RangeError);
      expect(hub.draining).toBe(false);
    },
  );

  it("expects messages of a client until it has answered that it knows", async () => {
    let handled = 0;
    const { connect, clock, hub } = bench(createRouter().on(Note, () => void handled++));
    const [told, far] = [peerOf(connect), peerOf(connect)];
    const drained = hub.drain({ timeoutMs: 5_000 });
    told.receive({ type: "$ws:goaway" });
    await clock.advance(300);
    far.message("NOTE", { n: 1 });
    expect([handled, far.socket.ended]).toEqual([1, undefined]);
    far.receive({ type: "$ws:goaway" });
    await clock.advance(20);
    await drained;
    expect([told.socket.ended?.code, far.socket.ended?.code]).toEqual([1012, 1012]);
  });

  it("waits a second for a client that never answers", async () => {
    const { connect, clock, hub } = bench(createRouter());
    const peer = connect();
    const drained = hub.drain({ timeoutMs: 60_000 });
    await clock.advance(980);
    expect(peer.socket.ended).toBeUndefined();
    await clock.advance(40);
    await drained;
    expect(peer.socket.ended?.code).toBe(1012);
  });

  it("waits for what was sent to leave", async () => {
    const { connect, clock, hub } = bench(createRouter());
    const peer = peerOf(connect);
    peer.socket.buffered = 900_000;
    const drained = hub.drain({ timeoutMs: 5_000 });
    peer.receive({ type: "$ws:goaway" });
    await clock.advance(3_000);
    expect(peer.socket.ended).toBeUndefined();
    peer.socket.buffered = 0;
    await clock.advance(20);
    await drained;
    expect(peer.socket.ended?.code).toBe(1012);
  });

  it("closes nobody who may still have to read what left: an answered ping tells", async () => {
    const { connect, clock, hub } = bench(createRouter());
    const peer = connect();
    const drained = hub.drain({ timeoutMs: 5_000 });
    peer.receive({ type: "$ws:goaway" });
    await clock.advance(2_000);
    expect([peer.socket.frames.at(-1), peer.socket.ended]).toEqual(["(ping)", undefined]);
    hub.seen(peer.conn);
    await clock.advance(20);
    await drained;
    expect(peer.socket.ended?.code).toBe(1012);
  });

  it("lets nobody in whose socket opens during it", async () => {
    let opened = 0;
    const told: unknown[] = [];
    const router = createRouter<{ user?: string }>({ identify: (data) => data.user })
      .onOpen(() => void opened++)
      .onClose(() => void opened++)
      .extend({
        name: "gauge",
        setup: () => ({ opened: () => void told.push("opened"), closed: (_, { code }) => void told.push(code) }),
      });
    const { connect, hub, clock } = bench(router);
    const drained = hub.drain();
    const late = connect({ user: "ada" });
    await clock.advance(20);
    await drained;
    expect([late.socket.ended?.code, hub.connections.size, opened]).toEqual([1012, 0, 0]);
    // What counts connections is told of both ends, and nothing keeps it.
    expect(told).toEqual(["opened", 1012]);
    expect(hub.identities.of("ada")).toEqual([]);
  });

  it("waits for an onClose that does not end no longer than closeGraceMs, and runs the next one", async () => {
    const logger = memoryLogger();
    const seen: string[] = [];
    const router = createRouter({ logger, limits: { closeGraceMs: 100 } })
      .onClose(() => new Promise(() => {}))
      .onClose(() => void seen.push("second"));
    const { connect, hub, clock } = bench(router);
    connect().socket.close();
    await clock.advance(99);
    expect([hub.closing.size, seen]).toEqual([1, []]);
    await clock.advance(2);
    expect([hub.closing.size, seen]).toEqual([0, ["second"]]);
    expect(logger.lines).toEqual([expect.stringContaining("onClose of client-1 took over 100 ms")]);
  });

  it.each([{}, { reconnectAfterMs: 1_000 }])(
    "tells each of many clients of a lone server another time: %o",
    async (options) => {
      const { connect, clock, hub } = bench(createRouter());
      const peers = Array.from({ length: 4_000 }, () => connect());
      const drained = hub.drain(options);
      const waits = peers.map(({ socket }) => (socket.take()[0] as { payload: { reconnectAfterMs: number } }).payload);
      const seconds = waits.map(({ reconnectAfterMs }) => Math.floor(reconnectAfterMs / 1_000));
      expect(Math.min(...seconds)).toBe(1);
      expect(new Set(waits.map(({ reconnectAfterMs }) => reconnectAfterMs)).size).toBeGreaterThan(500);
      expect(seconds.filter((second) => second > 2)).toEqual([]);
      await clock.advance(3_000);
      await drained;
    },
  );

  it("spreads what it closes where other nodes take the clients, the oldest first", async () => {
    const clock = new VirtualClock();
    const engine = new FakeEngine((callback, ms) => clock.setTimeout(callback, ms));
    const { connect, hub } = bench(createRouter({ engine }), { clock });
    const begun = clock.now();
    const closedAt: number[] = [];
    const peers = Array.from({ length: 400 }, () => peerOf(connect));
    for (const peer of peers) {
      const end = peer.socket.close.bind(peer.socket);
      peer.socket.close = (code, reason) => (closedAt.push(clock.now() - begun), end(code, reason));
    }
    const drained = hub.drain({ timeoutMs: 10_000 });
    for (let ms = 0; ms < 3_000; ms += 50) {
      for (const peer of peers) {
        const told = peer.socket.frames.splice(0).some((frame) => frame.includes("goaway"));
        if (told) peer.receive({ type: "$ws:goaway" });
      }
      await clock.advance(50);
    }
    await drained;
    // 5 ms each, in 20 waves.
    const perSecond = [0, 1].map((second) => closedAt.filter((ms) => Math.floor(ms / 1_000) === second).length);
    expect(perSecond.every((count) => count > 160 && count < 240)).toBe(true);
    expect(peers[0]?.socket.ended?.code).toBe(1012);
    await hub.dispose();
  });
});
