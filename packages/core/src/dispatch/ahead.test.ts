import { describe, expect, it } from "vitest";
import { bench, FakeSocket, gate, Note, settle, type Bench, type Peer } from "../../test/harness.ts";
import { createRouter } from "../router/create-router.ts";

/** A socket that is read only while it is not paused: what its peer sends meanwhile stays with the kernel. */
class PausableSocket extends FakeSocket {
  readonly kernel: string[] = [];
  reading = true;

  pause(): void {
    this.reading = false;
  }

  resume(): void {
    this.reading = true;
    while (this.reading && this.kernel.length > 0) {
      if (this.conn !== undefined) this.hub?.receive(this.conn, this.kernel.shift() as string);
    }
  }
}

interface Behind extends Bench {
  readonly peer: Peer & { readonly socket: PausableSocket };
  readonly handled: number[];
  /** The peer sends messages of that many bytes. */
  readonly send: (count: number, bytes?: number) => void;
  /** The handler that held up all others ends. */
  readonly goOn: () => void;
  /** Lets time pass until so many are handled. */
  readonly done: (count: number) => Promise<void>;
}

/** A peer whose first message takes until `goOn()`. */
function behind(heartbeat?: { intervalMs: number; timeoutMs: number }): Behind {
  const first = gate();
  const handled: number[] = [];
  const router = createRouter({ ...(heartbeat !== undefined && { heartbeat }), limits: { handlerTimeoutMs: 1e9 } }).on(
    Note,
    async ({ payload }) => {
      const { n } = payload as { n: number };
      if (n === 0) await first.opened;
      handled.push(n);
    },
  );
  const made = bench(router);
  const peer = made.connect({}, new PausableSocket()) as Behind["peer"];
  let sent = 0;
  const send = (count: number, bytes = 0) => {
    for (let i = 0; i < count; i++) {
      const frame = JSON.stringify({ type: "NOTE", payload: { n: sent++ }, meta: { pad: "x".repeat(bytes) } });
      peer.socket.kernel.push(frame);
    }
    if (peer.socket.reading) peer.socket.resume();
  };
  const done = async (count: number) => {
    for (let i = 0; i < 10_000 && handled.length < count; i++) await made.clock.advance(1);
    expect(handled.length).toBeGreaterThanOrEqual(count);
  };
  return { ...made, peer, handled, send, goOn: () => first.open(), done };
}

describe("a connection that is far behind", () => {
  it("is not read until it has been so for two seconds, and then to the end", async () => {
    const { peer, send, clock, hub } = behind();
    send(5_000);
    expect(peer.socket.kernel.length).toBeGreaterThan(4_000);
    await clock.advance(1_500);
    expect(peer.socket.kernel.length).toBeGreaterThan(4_000);
    await clock.advance(2_500);
    expect(peer.socket.kernel).toEqual([]);
    expect(peer.socket.reading).toBe(true);
    expect(hub.laggards.bytes).toBeGreaterThan(4_000);
  });

  it("has all of it handled in the order of arrival, what comes meanwhile included", async () => {
    const { peer, send, clock, hub, goOn, handled, done } = behind();
    send(3_000);
    await clock.advance(4_000);
    send(1_000);
    goOn();
    await settle();
    send(1_000);
    await done(4_500);
    send(1);
    await done(5_001);
    expect(handled).toEqual(Array.from({ length: 5_001 }, (_, n) => n));
    expect(peer.conn.paused).toBe(false);
    expect(hub.laggards.size).toBe(0);
    expect(hub.laggards.bytes).toBe(0);
  });

  it("lets others have their turn while it catches up", async () => {
    const { send, clock, goOn, handled, done } = behind();
    send(3_000);
    await clock.advance(4_000);
    goOn();
    for (let i = 0; i < 1_000; i++) await settle();
    expect(handled.length).toBeLessThan(300);
    await done(3_000);
  });

  it("is read up to 8 MiB in advance, and on when half of that is done", async () => {
    const { peer, send, clock, hub, goOn, done } = behind();
    send(400, 50_000);
    await clock.advance(4_000);
    expect(hub.laggards.bytes).toBeGreaterThan(8 * 2 ** 20);
    expect(hub.laggards.bytes).toBeLessThan(8.1 * 2 ** 20);
    expect(peer.socket.reading).toBe(false);
    goOn();
    await done(400);
    expect(peer.socket.reading).toBe(true);
  });

  it("is pinged, so that a kernel whose process is gone can say so", async () => {
    const { peer, send, clock } = behind();
    send(200);
    await clock.advance(6_000);
    expect(peer.socket.frames.filter((frame) => frame === "(ping)").length).toBeGreaterThanOrEqual(2);
  });

  it("is ended by the heartbeat when all was read and nothing more comes, but not while it is not read", async () => {
    const { peer, send, clock } = behind({ intervalMs: 1_000, timeoutMs: 500 });
    send(400, 50_000);
    await clock.advance(20_000);
    expect(peer.conn.paused).toBe(true);
    expect(peer.socket.ended).toBeUndefined();

    const silent = behind({ intervalMs: 1_000, timeoutMs: 500 });
    silent.send(2_000);
    await silent.clock.advance(20_000);
    expect(silent.peer.socket.ended?.code).toBe(1006);
  });

  it("keeps nothing once it has closed and its time is over", async () => {
    const { peer, send, clock, hub, goOn, handled } = behind();
    send(3_000);
    await clock.advance(4_000);
    hub.close(peer.conn, 1006, "");
    await clock.advance(6_000);
    expect(hub.laggards.size).toBe(0);
    expect(hub.laggards.bytes).toBe(0);
    goOn();
    await clock.advance(100);
    expect(handled).toEqual([0]);
  });
});
