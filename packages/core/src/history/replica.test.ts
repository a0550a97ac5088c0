import { describe, expect, it } from "vitest";
import type { LogFrame, LogReading } from "../ports/engine-log.ts";
import { Replica } from "./replica.ts";

const RETENTION = { size: 3, maxBytes: 1_000, ttlMs: 60_000 };
const ALL = { messages: 100, bytes: 1_000 };

const frame = (offset: number, prev: number | undefined, epoch = "e1", packet = `m${offset}`): LogFrame => {
  return { epoch, offset, prev, packet, from: undefined };
};
const reading = (top: number, given: Partial<LogReading> = {}): LogReading => {
  return { epoch: "e1", top, chain: [], floor: top, aged: false, limited: false, entries: [], ...given };
};
const entries = (...offsets: number[]) => offsets.map((offset) => ({ offset, packet: `m${offset}`, from: undefined }));

/** One that has been read, at 10. */
function loaded(retention = RETENTION): Replica {
  const replica = new Replica(retention);
  replica.absorb(reading(10), 0);
  return replica;
}

describe("a replica of a log", () => {
  it("goes on with what is next, and waits with what is not until the log tells what was between", () => {
    const replica = loaded();
    expect(replica.take(frame(11, 10), 1)).toMatchObject({ offset: 11, prev: 10 });
    expect(replica.take(frame(11, 10), 1)).toBeUndefined();
    expect(replica.isBehind).toBe(false);
    expect(replica.take(frame(13, 12), 1)).toBeUndefined();
    expect(replica.take(frame(14, 13), 1)).toBeUndefined();
    expect(replica.isBehind).toBe(true);
    replica.asks();
    const { entries: next, gap } = replica.absorb(reading(13, { floor: 11, entries: entries(12, 13) }), 2);
    expect([next.map(({ offset }) => offset), gap]).toEqual([[12, 13, 14], undefined]);
    expect(replica.isBehind).toBe(false);
  });

  it("tells of a gap where the log cannot, why, and goes on behind it", () => {
    const reasons: [Partial<LogReading>, string][] = [
      [{ floor: 12 }, "retention"],
      [{ floor: 12, limited: true }, "limit"],
      [{ epoch: "e2" }, "epoch"],
      [{ epoch: "e2", chain: [["e1", 9]] }, "epoch"],
    ];
    for (const [given, reason] of reasons) {
      const { epoch = "e1" } = given;
      const position = { epoch, offset: 14 };
      expect(loaded().absorb(reading(14, given), 1)).toMatchObject({ gap: { reason, position }, entries: [] });
    }
    expect(
      loaded().absorb(reading(12, { epoch: "e2", chain: [["e1", 10]], floor: 10, entries: entries(11, 12) }), 1),
    ).toEqual({
      moved: { epoch: "e2", offset: 10 },
      entries: [expect.objectContaining({ offset: 11 }), expect.objectContaining({ offset: 12 })],
    });
  });

  it("gives up what cannot be had in time, and holds four mebibytes at most", () => {
    const replica = loaded({ size: 10, maxBytes: 1e9, ttlMs: 60_000 });
    replica.take(frame(13, 12, "e1", "x".repeat(4_194_304)), 1);
    expect(replica.isOverfull).toBe(false);
    replica.take(frame(14, 13), 1);
    expect(replica.isOverfull).toBe(true);
    const { entries: next, gap } = replica.giveUp(2_001);
    expect(gap).toEqual({ reason: "hole", position: { epoch: "e1", offset: 12 } });
    expect(next.map(({ offset }) => offset)).toEqual([13, 14]);
    expect(replica.isOverfull).toBe(false);
  });

  it("keeps as much as its topic does, and says what came after a position", () => {
    const replica = loaded();
    for (const offset of [11, 12, 13, 14]) replica.take(frame(offset, offset - 1), 1);
    const after = (offset: number, limits = ALL, epoch = "e1") => {
      const found = replica.reading({ epoch, offset }, limits);
      return "gap" in found ? found.gap : found.entries.map((entry) => entry.offset);
    };
    expect(after(14)).toEqual([]);
    expect(after(11)).toEqual([12, 13, 14]);
    expect(after(10)).toBe("retention");
    expect(after(11, { messages: 2, bytes: 1_000 })).toBe("limit");
    expect(after(11, { messages: 3, bytes: 8 })).toBe("limit");
    expect([after(15), after(11, ALL, "e0")]).toEqual(["epoch", "epoch"]);
    replica.expire(60_002);
    expect([after(13), after(14)]).toEqual(["retention", []]);
  });

  it("of which the log drops each message by its age, knows that nothing is missing for half of that", () => {
    const quiet = loaded();
    expect(quiet.take(frame(20, undefined), 29_999)).toMatchObject({ offset: 20, prev: 10 });
    const stale = loaded();
    expect(stale.take(frame(20, undefined), 30_000)).toBeUndefined();
    expect(stale.isBehind).toBe(true);
    // What is left of the topic begins behind what was seen last, and nothing says that there was nothing between.
    stale.asks();
    expect(stale.absorb(reading(20, { floor: 19, aged: true, entries: entries(20) }), 30_001).gap?.reason).toBe(
      "retention",
    );
    const fresh = loaded();
    expect(fresh.absorb(reading(20, { floor: 19, aged: true, entries: entries(20) }), 29_999)).toMatchObject({
      entries: [{ offset: 20, prev: 10 }],
    });
  });

  it("whose offsets have holes, follows what each message says was before it", () => {
    const replica = loaded();
    // Nothing of this topic up to there: its log numbers others as well.
    expect(replica.absorb(reading(40, { floor: 7, aged: true }), 1)).toEqual({ entries: [] });
    expect(replica.position).toEqual({ epoch: "e1", offset: 40 });
    expect(replica.take(frame(57, 10), 2)).toMatchObject({ offset: 57, prev: 10 });
    expect(replica.take(frame(90, 60), 2)).toBeUndefined();
    expect(replica.isBehind).toBe(true);
  });

  it("drops what comes late of an epoch that is over", () => {
    const replica = loaded();
    replica.absorb(reading(10, { epoch: "e2", chain: [["e1", 10]], floor: 10 }), 1);
    replica.take(frame(11, 10, "e1"), 2);
    expect(replica.isBehind).toBe(false);
    replica.take(frame(5, 4, "unknown"), 2);
    expect(replica.isBehind).toBe(true);
    replica.asks();
    replica.absorb(reading(10, { epoch: "e2", floor: 10 }), 3);
    expect(replica.isBehind).toBe(false);
  });
});
