import { array, assert, integer, nat, oneof, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../test/harness.ts";
import { resolveHistory } from "../message/history.ts";
import type { Position } from "../protocol/position.ts";
import { MemoryLog } from "./memory-log.ts";

const NO_LIMITS = { messages: Infinity, bytes: Infinity };

/** What may happen to a log. */
const step = oneof(
  record({ append: nat(3), length: nat(40) }),
  record({ read: nat(3), back: integer({ min: -2, max: 8 }) }),
  record({ wait: nat(90) }),
);

type Step = { append: number; length: number } | { read: number; back: number } | { wait: number };

/** A log, and what it has to tell: what was published to each topic in the epochs that it has had. */
class Model {
  private readonly clock = new VirtualClock();
  private readonly log = new MemoryLog(this.clock, 200);
  private readonly history = resolveHistory({ size: 5, maxBytes: 100, ttlMs: 100 }, "t");
  private readonly published = new Map<string, string[]>();

  agrees(one: Step): boolean {
    if ("wait" in one) {
      this.clock.freeze(one.wait);
      return true;
    }
    return "append" in one ? this.append(String(one.append), one.length) : this.read(String(one.read), one.back);
  }

  private append(topic: string, length: number): boolean {
    const text = "x".repeat(length);
    const { position } = this.log.append(topic, text, this.history);
    return this.textsOf(topic, position).push(text) === position.offset;
  }

  private read(topic: string, back: number): boolean {
    const { top } = this.log.read(topic, undefined, this.history, NO_LIMITS);
    const texts = this.textsOf(topic, top);
    if (top.offset !== texts.length) return false;
    const after = { epoch: top.epoch, offset: top.offset - back };
    const reading = this.log.read(topic, after, this.history, NO_LIMITS);
    if ("gap" in reading) return back !== 0 && reading.gap === (back < 0 ? "epoch" : "retention");
    const missed = texts.slice(after.offset);
    return (
      reading.entries.length === missed.length &&
      reading.entries.every(({ offset, packet }, i) => offset === after.offset + i + 1 && packet === missed[i])
    );
  }

  private textsOf(topic: string, { epoch }: Position): string[] {
    const key = `${topic} ${epoch}`;
    const texts = this.published.get(key) ?? [];
    this.published.set(key, texts);
    return texts;
  }
}

describe("a log in memory", () => {
  it("tells whoever comes back all that they have missed, or that there is a gap: never less, never more", () => {
    assert(
      property(array(step, { maxLength: 60 }), (steps) => {
        const model = new Model();
        return steps.every((one) => model.agrees(one));
      }),
      { numRuns: 2_000 },
    );
  });

  it("forgets the topics that were used least recently where all together are too much, and not how far they came", () => {
    const log = new MemoryLog(new VirtualClock(), 100);
    const history = resolveHistory({}, "t");
    const first = log.append("a", "x".repeat(60), history).position;
    log.append("b", "x".repeat(60), history);
    expect(log.read("a", { ...first, offset: 0 }, history, NO_LIMITS)).toEqual({ top: first, gap: "retention" });
    expect(log.read("a", first, history, NO_LIMITS)).toEqual({ top: first, entries: [] });
    expect(log.append("a", "y", history).position).toEqual({ ...first, offset: 2 });
  });

  it("begins another epoch for a topic that it has forgotten whole", () => {
    const clock = new VirtualClock();
    const log = new MemoryLog(clock);
    const history = resolveHistory({ ttlMs: 1_000 }, "t");
    const first = log.append("a", "x", history).position;
    clock.freeze(86_400_000);
    expect(log.read("a", first, history, NO_LIMITS)).toEqual({ top: first, entries: [] });
    clock.freeze(86_400_001);
    const { top } = log.read("a", undefined, history, NO_LIMITS);
    expect(top.offset).toBe(0);
    expect(top.epoch).not.toBe(first.epoch);
  });
});
