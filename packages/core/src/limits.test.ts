import { describe, expect, it } from "vitest";
import { bytesOver, DEFAULT_LIMITS, resolveLimits, textTooDeep, valueTooDeep } from "./limits.ts";

describe("bytesOver", () => {
  it.each(["a", "é", "€", "😀", "a€😀é"])("measures %s as UTF-8", (text) => {
    const bytes = new TextEncoder().encode(text.repeat(10)).length;
    expect(bytesOver(text.repeat(10), bytes)).toBeUndefined();
    expect(bytesOver(text.repeat(10), bytes - 1)).toBe(bytes);
  });
});

describe("depth", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

  it.each([textTooDeep, (text: string, limit: number) => valueTooDeep(JSON.parse(text), limit)])(
    "is accepted at the limit and refused over it",
    (tooDeep) => {
      expect(tooDeep(nested(32), 32)).toBe(false);
      expect(tooDeep(nested(33), 32)).toBe(true);
      expect(tooDeep(`{"a":[{"b":1},{"b":{}}]}`, 4)).toBe(false);
      expect(tooDeep(`{"a":[{"b":1},{"b":{}}]}`, 3)).toBe(true);
    },
  );

  it("does not count brackets in strings", () => {
    expect(textTooDeep(JSON.stringify({ text: '[[[["{{{{\\' }), 1)).toBe(false);
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
