import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, resolveLimits } from "../api/limits.ts";
import { bytesOver } from "./bytes.ts";

describe("bytesOver", () => {
  it.each(["a", "é", "€", "😀", "a€😀é"])("measures %s as UTF-8", (text) => {
    const bytes = new TextEncoder().encode(text.repeat(10)).length;
    expect(bytesOver(text.repeat(10), bytes)).toBeUndefined();
    expect(bytesOver(text.repeat(10), bytes - 1)).toBe(bytes);
  });
});

describe("resolveLimits", () => {
  it("fills in the defaults", () => {
    expect(resolveLimits({ maxTopics: 3 })).toEqual({ ...DEFAULT_LIMITS, maxTopics: 3 });
  });

  it("refuses what cannot be honoured", () => {
    expect(() => resolveLimits({ maxTopics: -1 })).toThrow("limits.maxTopics");
    expect(() => resolveLimits({ maxTopics: Number.NaN })).toThrow(RangeError);
    expect(() => resolveLimits({ maxTopic: 1 } as never)).toThrow('no limit called "maxTopic"');
  });
});
