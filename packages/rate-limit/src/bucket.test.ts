import { describe, expect, it } from "vitest";
import { hold, take } from "./bucket.ts";
import { Buckets } from "./buckets.ts";

describe("a bucket", () => {
  const rates = [
    { intervalMs: 100, burst: 5 },
    { intervalMs: 1_000 / 3, burst: 7 },
    { intervalMs: 0.1, burst: 1_000 },
    { intervalMs: 86_400_000 / 7, burst: 1 },
  ];

  it.each(rates)("gives its burst of $burst at once and not one more, each $intervalMs ms", (rate) => {
    const bucket = { fullAt: 0 };
    const now = 1_234_567.891;
    for (let i = 0; i < rate.burst; i++) expect(take(bucket, rate, now)).toBe(0);
    const wait = take(bucket, rate, now);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(rate.intervalMs);
    expect(take(bucket, rate, now + wait * 0.999)).toBeGreaterThan(0);
    expect(take(bucket, rate, now + Math.ceil(wait))).toBe(0);
  });

  it("gives in any span no more than its burst and what came back meanwhile, and that much to who asks always", () => {
    const rate = { intervalMs: 10, burst: 8 };
    const bucket = { fullAt: 0 };
    const given: number[] = [];
    for (let now = 5_000; now < 6_000; now++) if (take(bucket, rate, now) === 0) given.push(now);
    expect(given).toHaveLength(8 + 99);
    for (const [i, from] of given.entries()) {
      for (const [more, until] of given.slice(i).entries()) {
        expect(more + 1).toBeLessThanOrEqual(8 + (until - from) / 10 + 1 / 1_024);
      }
    }
  });

  it("that is held gives nothing until then, and then one each interval", () => {
    const rate = { intervalMs: 100, burst: 5 };
    const bucket = { fullAt: 0 };
    hold(bucket, rate, 1_000, 250);
    expect(take(bucket, rate, 1_249)).toBeCloseTo(1);
    expect(take(bucket, rate, 1_250)).toBe(0);
    expect(take(bucket, rate, 1_250)).toBeCloseTo(100, 0);
  });
});

describe("buckets by key", () => {
  const rate = { intervalMs: 10, burst: 2 };

  it("are never more than may be, and whoever is pushed out is given a burst", () => {
    const buckets = new Buckets(100);
    for (let i = 0; i < 1_000; i++) {
      take(buckets.of(`key ${i}`, 0), rate, 0);
      expect(buckets.size).toBeLessThanOrEqual(100);
    }
    expect(buckets.size).toBe(100);
    expect(take(buckets.of("key 0", 0), rate, 0)).toBe(0);
  });

  it("of one key are one, as long as it is in use", () => {
    const buckets = new Buckets(100);
    for (let now = 0; now < 5_000; now += 10) {
      expect(take(buckets.of("busy", now), rate, now)).toBe(0);
      take(buckets.of(`once at ${now}`, now), rate, now);
    }
    const bucket = buckets.of("busy", 5_000);
    expect(bucket.fullAt).toBe(5_000);
    expect(buckets.of("busy", 5_000)).toBe(bucket);
  });

  it("go when they are full, as others come", () => {
    const buckets = new Buckets(10_000);
    for (let i = 0; i < 5_000; i++) take(buckets.of(`early ${i}`, 0), rate, 0);
    for (let i = 0; i < 5_000; i++) take(buckets.of(`late ${i}`, 60_000), rate, 60_000 + i * 10);
    expect(buckets.size).toBeLessThan(5_001);
  });
});
