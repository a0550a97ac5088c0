import { describe, expect, it } from "vitest";
import { hashTags, slotOf } from "./slots.ts";

describe("slots of a Redis Cluster", () => {
  it("are what CLUSTER KEYSLOT says", () => {
    // Asked of Redis 7.0.
    expect(["123456789", "foo", "0", "user1000"].map(slotOf)).toEqual([12_739, 12_182, 13_907, 3_443]);
  });

  it.each([1, 2, 8, 100])("%d tags lie in as many ranges of equal size", (count) => {
    const tags = hashTags(count);
    expect(tags.map(({ tag }) => slotOf(tag))).toEqual(tags.map(({ slot }) => slot));
    expect(tags.map(({ slot }) => Math.floor((slot * count) / 16_384))).toEqual(tags.map((_, i) => i));
  });
});
