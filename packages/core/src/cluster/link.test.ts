import { describe, expect, it } from "vitest";
import { memoryLogger, settle, VirtualClock } from "../../test/harness.ts";
import type { LinkReport } from "../api/cluster.ts";
import type { Frame } from "./bundle.ts";
import { FakeEngine, type Whims } from "../../test/fake-engine.ts";
import { Link } from "./link.ts";

function world(whims: Whims = {}) {
  const clock = new VirtualClock();
  const engine = new FakeEngine((callback, ms) => clock.setTimeout(callback, ms), whims);
  const node = () => {
    const reports: LinkReport[] = [];
    const logger = memoryLogger();
    const link = new Link({
      engine,
      bytes: false,
      clock,
      logger,
      engineTimeoutMs: 2_000,
      maxEngineBytes: 1_000,
      report: (report) => reports.push(report),
    });
    const got: string[] = [];
    link.locals.add({ arrived: (topic: string, frame: Frame) => got.push(`${topic} ${String(frame)}`) });
    return { link, got, reports, logger };
  };
  return { clock, engine, node };
}

describe("an engine that cannot be reached", () => {
  it("is told with the reason of its dials: at the start in the report, and each new one once in the log", async () => {
    const { clock, engine, node } = world();
    engine.up = false;
    const { reports, logger } = node();
    const [session] = engine.sessions;
    const refused = (reason: string) => session?.node.link("down", new Error(reason));
    refused("WRONGPASS");
    await clock.advance(3_000);
    expect(reports).toMatchObject([
      {
        state: "down",
        cause: { message: "fake could not be reached so far: WRONGPASS", cause: { message: "WRONGPASS" } },
      },
    ]);
    for (const reason of ["WRONGPASS", "ECONNREFUSED", "ECONNREFUSED", "WRONGPASS"]) refused(reason);
    expect(logger.lines).toEqual(["warn: fake cannot be reached"]);
    engine.start();
    await clock.advance(1_000);
    engine.kill();
    refused("ECONNREFUSED");
    expect(reports.map(({ state }) => state)).toEqual(["down", "up", "down"]);
    expect(logger.lines).toEqual(["warn: fake cannot be reached", "warn: fake cannot be reached"]);
  });
});

describe("interest", () => {
  it("is asked for again where the engine refused it, and everybody waits for the same answer", async () => {
    let refuse = true;
    const { clock, engine, node } = world({ refuses: (command) => refuse && command === "follow" });
    const a = node();
    await settle();
    const effective: string[] = [];
    void a.link.follow("x", true)?.then(() => effective.push("first"));
    await settle();
    void a.link.follow("x", false)?.then(() => effective.push("second"));
    await settle();
    expect([engine.calls, effective]).toEqual([[], []]);
    refuse = false;
    await clock.advance(100);
    expect([engine.calls, effective]).toEqual([["+x"], ["first", "second"]]);
    expect(a.link.follow("x", false)).toBeUndefined();
    expect(a.logger.lines).toEqual(["warn: fake refused to follow topics; it is asked again"]);
  });

  it("nobody waits longer than engineTimeoutMs, nor for an engine that is away", async () => {
    const { clock, engine, node } = world({ takes: (command) => (command === "follow" ? Infinity : 0) });
    const a = node();
    await settle();
    let effective = 0;
    void a.link.follow("x", true)?.then(() => effective++);
    await clock.advance(1_999);
    expect(effective).toBe(0);
    await clock.advance(1);
    expect(effective).toBe(1);
    void a.link.follow("y", true)?.then(() => effective++);
    await settle();
    engine.kill();
    await settle();
    expect(effective).toBe(2);
    expect(a.link.follow("z", true)).toBeUndefined();
  });

  it("outlives a short absence of followers with no command, and ends after two seconds", async () => {
    const { clock, engine, node } = world();
    const a = node();
    await settle();
    void a.link.follow("x", true);
    await settle();
    a.link.unfollow("x");
    await clock.advance(1_999);
    void a.link.follow("x", true);
    await clock.advance(5_000);
    expect(engine.calls).toEqual(["+x"]);
    a.link.unfollow("x");
    await clock.advance(2_000);
    expect(engine.calls).toEqual(["+x", "-x"]);
    expect(a.link.cluster.topics).toBe(0);
  });

  it("of many topics is said in batches of 1,000", async () => {
    const { engine, node } = world();
    const sizes: number[] = [];
    const a = node();
    const [session] = engine.sessions;
    if (session === undefined) throw new Error("It has connected");
    const follow = session.follow.bind(session);
    session.follow = (topics) => (sizes.push(topics.length), follow(topics));
    for (let i = 0; i < 2_500; i++) void a.link.follow(`t${i}`, true);
    await settle();
    expect(sizes).toEqual([1_000, 1_000, 500]);
  });
});

describe("publishing", () => {
  it("reaches the other nodes once, in order, and not the own", async () => {
    const { node } = world();
    const [a, b] = [node(), node()];
    for (const { link } of [a, b]) void link.follow("x", true);
    await settle();
    expect(["1", "2", "3"].map((frame) => a.link.publish("x", frame))).toEqual(["sent", "sent", "sent"]);
    await settle();
    expect([a.got, b.got]).toEqual([[], ["x 1", "x 2", "x 3"]]);
    expect(a.link.cluster.counters).toMatchObject({ published: 3, packets: 1 });
  });

  it("packs what comes while a packet is on its way, 64 frames at most", async () => {
    const { clock, node } = world({ takes: (command) => (command === "publish" ? 10 : 0) });
    const [a, b] = [node(), node()];
    void b.link.follow("x", true);
    await settle();
    a.link.publish("x", "0");
    await settle();
    for (let i = 1; i <= 100; i++) a.link.publish("x", String(i));
    await clock.advance(100);
    expect(b.got).toEqual(Array.from({ length: 101 }, (_, i) => `x ${i}`));
    expect(a.link.cluster.counters.packets).toBe(3);
  });

  it("is away without a link, and where too much waits for one that stalls", async () => {
    const { engine, node } = world({ takes: (command) => (command === "publish" ? Infinity : 0) });
    const a = node();
    await settle();
    const frame = "x".repeat(400);
    expect([1, 2, 3].map(() => a.link.publish("x", frame))).toEqual(["sent", "sent", "away"]);
    engine.kill();
    expect(a.link.publish("x", "small")).toBe("away");
    expect(a.link.cluster.counters).toMatchObject({ published: 2, lost: 2 });
  });

  it("that waits behind a full packet is as old as it is, should the link break", async () => {
    const { clock, engine, node } = world({ takes: (command) => (command === "publish" ? 1_500 : 0) });
    const a = node();
    await settle();
    // One leaves, 64 with the next packet, and five wait for a third one.
    for (let i = 0; i < 70; i++) {
      a.link.publish("x", String(i));
      if (i === 0) await settle();
    }
    await clock.advance(3_100);
    engine.kill();
    expect(a.reports.at(-1)).toMatchObject({ state: "down", sinceMs: 1_000_000, atMs: 1_003_100 });
  });

  it("carries bytes and text side by side", async () => {
    const { node } = world();
    const [a, b] = [node(), node()];
    const got: Frame[] = [];
    b.link.locals.add({ arrived: (_topic, frame) => got.push(frame) });
    void b.link.follow("x", true);
    await settle();
    const frames = ["a\n é", new Uint8Array([10, 0, 255]), "", new Uint8Array()];
    for (const frame of frames) a.link.publish("x", frame);
    a.link.publish("y", "nobody");
    await settle();
    expect(got).toEqual(frames);
  });

  it("what comes twice, late or from somewhere else is not delivered", async () => {
    const { engine, node } = world();
    const [a, b] = [node(), node()];
    void b.link.follow("x", true);
    await settle();
    const packets: (string | Uint8Array)[] = [];
    const [, session] = engine.sessions;
    if (session === undefined) throw new Error("It has connected");
    const deliver = session.node.deliver.bind(session.node);
    session.node.deliver = (_topic, packet) => void packets.push(packet);
    a.link.publish("x", "1");
    await settle();
    a.link.publish("x", "2");
    await settle();
    for (const packet of [
      ...packets.toReversed(),
      ...packets.slice(1),
      "x",
      "",
      "t a 1 0 6\nshort",
      new Uint8Array([98]),
    ]) {
      deliver("x", packet);
    }
    expect(b.got).toEqual(["x 2"]);
    expect(b.link.cluster.counters).toMatchObject({ received: 1, dropped: 2 });
    expect(b.logger.lines).toHaveLength(4);
  });
});

describe("the link", () => {
  it("is up when everything is followed and a probe has come back, and says each change once", async () => {
    const { clock, engine, node } = world();
    engine.up = false;
    const a = node();
    void a.link.follow("x", true);
    expect(a.link.cluster).toMatchObject({ state: "down", ready: false, engine: "fake" });
    await clock.advance(2_999);
    expect(a.reports).toEqual([]);
    await clock.advance(10_001);
    expect(a.reports).toMatchObject([{ state: "down", sinceMs: 1_000_000 }]);
    engine.start();
    await clock.advance(10);
    expect(a.reports.slice(1)).toMatchObject([{ state: "up", sinceMs: 1_000_000, topics: 1 }]);
    expect(a.link.cluster).toMatchObject({ state: "up", ready: true });
  });

  it("has been down since the probe before the last that was answered", async () => {
    const { clock, engine, node } = world();
    const a = node();
    await settle();
    await clock.advance(2_500);
    const began = a.reports.length;
    engine.kill();
    engine.kill();
    await clock.advance(1_000);
    expect(a.link.cluster).toMatchObject({ state: "down", ready: true });
    engine.start();
    await clock.advance(10);
    expect(a.reports.slice(began)).toMatchObject([
      { state: "down", sinceMs: 1_001_000, atMs: 1_002_500 },
      { state: "up", sinceMs: 1_001_000, atMs: 1_003_500, downMs: 2_500 },
    ]);
  });

  it.each([3_600_000, -3_600_000])(
    "was down for as long as time has passed, though the clock was set by %i ms",
    async (by) => {
      const { clock, engine, node } = world();
      const a = node();
      await settle();
      await clock.advance(2_500);
      const began = a.reports.length;
      engine.kill();
      engine.kill();
      const now = clock.now.bind(clock);
      clock.now = () => now() + by;
      await clock.advance(1_000);
      engine.start();
      await clock.advance(10);
      expect(a.reports.slice(began)).toMatchObject([
        { state: "down", sinceMs: 1_001_000, atMs: 1_002_500 },
        { state: "up", sinceMs: 1_001_000 + by, atMs: 1_003_500 + by, downMs: 2_500 },
      ]);
    },
  );

  it("that is deaf is opened anew, and follows everything again", async () => {
    const { clock, engine, node } = world();
    const [a, b] = [node(), node()];
    void b.link.follow("x", true);
    await settle();
    const [, deaf] = engine.sessions;
    if (deaf === undefined) throw new Error("It has connected");
    deaf.deaf = true;
    deaf.topics.clear();
    await clock.advance(4_500);
    expect(engine.calls).toEqual(["+x", "reconnect: No probe came back within 3000 ms", "+x"]);
    a.link.publish("x", "1");
    await settle();
    expect(b.got).toEqual(["x 1"]);
    expect(b.reports.map(({ state }) => state)).toEqual(["up", "down", "up"]);
  });

  it("of which a publish was refused is taken for broken: nothing is sent and lost in silence", async () => {
    let refuse = false;
    const { clock, node } = world({ refuses: (command) => refuse && command === "publish" });
    const a = node();
    await settle();
    refuse = true;
    expect(a.link.publish("x", "1")).toBe("sent");
    await settle();
    expect(a.reports.at(-1)).toMatchObject({ state: "down", cause: { message: "refused publish" } });
    refuse = false;
    await clock.advance(1_000);
    expect(a.reports.at(-1)).toMatchObject({ state: "up" });
    expect(a.link.cluster.counters.lost).toBe(1);
  });

  it("of which a packet is missing says so, though it works", async () => {
    const { clock, engine, node } = world();
    const [a, b] = [node(), node()];
    void b.link.follow("x", true);
    await settle();
    a.link.publish("x", "1");
    await settle();
    await clock.advance(10_000);
    engine.whims.copies = () => 0;
    a.link.publish("x", "2");
    await settle();
    delete engine.whims.copies;
    a.link.publish("x", "3");
    await settle();
    expect(b.got).toEqual(["x 1", "x 3"]);
    expect(b.reports.slice(1)).toMatchObject([
      { state: "down", sinceMs: 997_000 },
      { state: "up", sinceMs: 997_000, atMs: 1_010_000 },
    ]);
  });

  it("leaves no timer behind", async () => {
    const { clock, engine, node } = world();
    const a = node();
    void a.link.follow("x", true);
    await settle();
    a.link.unfollow("x");
    await a.link.close();
    await a.link.close();
    expect([clock.pending, engine.sessions.size]).toEqual([0, 0]);
  });
});
