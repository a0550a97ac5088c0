import { describe, expect, it } from "vitest";
import { Note } from "../../test/harness.ts";
import { slowBench as rig, Text, text } from "../../test/slow.ts";

describe.each([
  ["with topics of the runtime", true],
  ["without", false],
])("peers that do not read, %s", (_, native) => {
  it("are closed with 1013 after five seconds, by whatever they were sent", async () => {
    const { connect, clock, router, closed } = rig({}, native);
    const [published, sent, reading] = [connect(), connect(), connect()];
    await router.publish("room", Text, text(1_000));
    reading.socket.read(Infinity);
    router.connections.send("client-2", Text, text(1_000));
    await clock.advance(4_900);
    expect(closed).toEqual([]);
    await clock.advance(3_200);
    expect(closed.toSorted()).toEqual(["client-1 1013", "client-2 1013"]);
    expect([published.socket.terminated, sent.socket.terminated]).toEqual([true, true]);
    expect(reading.socket.ended).toBeUndefined();
    // How often the log would have said the same.
    await clock.advance(60_000);
    expect(clock.pending).toBe(0);
  });

  it("stay for as long as they read at all", async () => {
    const { connect, clock, router, closed } = rig({}, native);
    const slow = connect();
    await router.publish("room", Text, text(100_000));
    for (let i = 0; i < 40; i++) {
      await clock.advance(1_000);
      slow.socket.read(1_000);
    }
    expect(closed).toEqual([]);
    slow.socket.read(Infinity);
    await clock.advance(10_000);
    expect(closed).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it("stay where more is sent than they read, up to maxBufferedBytes", async () => {
    const { connect, clock, router, closed } = rig({}, native);
    const slow = connect();
    for (let i = 0; i < 20; i++) {
      await router.publish("room", Text, text(20_000));
      await clock.advance(500);
      slow.socket.read(10_000);
      await clock.advance(500);
    }
    expect(closed).toEqual([]);
  });

  it("are closed the largest first where all together have too much unread", async () => {
    const { connect, clock, router, closed, hub } = rig({ maxBufferedBytesTotal: 300_000 }, native);
    const peers = [connect(), connect(), connect(), connect()];
    router.connections.send("client-3", Text, text(60_000));
    await clock.advance(1);
    for (let i = 0; i < 40 && hub.connections.size === 4 && closed.length === 0; i++) {
      await router.publish("room", Text, text(10_000));
      if (peers.some(({ conn }) => conn.state > 1)) break;
    }
    expect(peers.map(({ conn }) => conn.state > 1)).toEqual([false, false, true, false]);
    const unread = peers.filter(({ conn }) => conn.state < 2).reduce((sum, { socket }) => sum + socket.buffered, 0);
    expect(unread).toBeLessThanOrEqual(300_000);
    expect(unread).toBeGreaterThan(150_000);
    await clock.advance(1_100);
    expect(closed).toEqual(["client-3 1013"]);
  });

  it("do not wait for a second where the others need what they hold", async () => {
    const { connect, router, hub } = rig({ maxBufferedBytesTotal: 100_000 }, native);
    const peers = Array.from({ length: 50 }, connect);
    for (let i = 0; i < 100; i++) await router.publish("room", Text, text(2_000));
    const held = peers.reduce((sum, { socket }) => sum + (socket.terminated ? 0 : socket.buffered), 0);
    expect(held).toBeLessThan(100_000 * 2.5);
    expect(hub.connections.size).toBeLessThan(50);
  });

  it("get what was sent before, and the code, where they read within the second", async () => {
    const { connect, clock, router, closed } = rig({ maxBufferedBytes: 100_000 }, native);
    const slow = connect();
    for (let i = 0; i < 20; i++) await router.publish("room", Text, text(10_000));
    expect(slow.conn.state).toBeGreaterThan(1);
    slow.socket.read(Infinity);
    expect(slow.socket.ended).toEqual({ code: 1013, reason: "Slow consumer" });
    expect(closed).toEqual(["client-1 1013"]);
    await clock.advance(4_000);
    expect(clock.pending).toBe(0);
  });

  it("hold no backlog of any size when the application closes them", async () => {
    const { connect, clock, router, closed } = rig({}, native);
    const stalled = connect();
    await router.publish("room", Text, text(1_000));
    await clock.advance(2_000);
    router.connections.get("client-1")?.close(4_000, "bye");
    await clock.advance(7_000);
    expect(closed).toEqual(["client-1 4000"]);
    expect(stalled.socket.terminated).toBe(true);
  });
});

describe("a peer that pings", () => {
  it("and does not read the answers is closed with 1013", async () => {
    const { connect, clock, hub, closed } = rig();
    const peer = connect();
    for (let i = 0; i < 12; i++) {
      peer.socket.buffered += 100_000;
      hub.seen(peer.conn);
    }
    await clock.advance(2_000);
    expect(closed).toEqual(["client-1 1013"]);
  });
});

describe("a publish", () => {
  it("looks at the followers of its own topic alone", async () => {
    const { connect, hub, router } = rig({}, true);
    let looks = 0;
    for (let i = 0; i < 100; i++) {
      const { socket, conn } = connect();
      socket.getBufferedAmount = () => (looks++, 0);
      socket.send = () => 1;
      if (i > 1) hub.followers.delete("room", conn);
    }
    for (let i = 0; i < 40; i++) await router.publish("room", Text, text(60_000));
    expect(looks).toBeGreaterThan(10);
    expect(looks).toBeLessThan(40);
  });

  it("reaches whom the runtime's topic left out, in order, and returns to it", async () => {
    const { connect, router } = rig({}, true);
    const peer = connect();
    for (let n = 0; n < 3; n++) await router.publish("room", Note, { n });
    router.connections.send("client-1", Note, { n: 3 });
    expect(peer.socket.topics.size).toBe(0);
    for (let n = 4; n < 6; n++) await router.publish("room", Note, { n });
    peer.socket.read(Infinity);
    expect(peer.socket.topics.size).toBe(1);
    await router.publish("room", Note, { n: 6 });
    expect(peer.socket.take().map(({ payload }) => (payload as { n: number }).n)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});
