import { describe, expect, it } from "vitest";
import { defaultTuning, fillTuning, unmet } from "./tuning.ts";

const limits = { maxMessageBytes: 1_000 };
const defaults = fillTuning({}, defaultTuning(limits));

describe("the settings of a listener", () => {
  it("are the router's where it asks for none, and frozen", () => {
    expect(defaults).toEqual({ idleTimeoutSeconds: undefined, maxPayloadBytes: 2_000, compression: undefined });
    expect(fillTuning({}, defaults)).toBe(defaults);
    expect(fillTuning({ maxPayloadBytes: 2_000 }, defaults)).toBe(defaults);
    const own = fillTuning({ idleTimeoutSeconds: 0, compression: false }, defaults);
    expect(own).toEqual({ idleTimeoutSeconds: 0, maxPayloadBytes: 2_000, compression: false });
    expect(Object.isFrozen(own)).toBe(true);
  });

  it.each([{ idleTimeoutSeconds: -1 }, { idleTimeoutSeconds: Number.NaN }, { idleTimeoutSeconds: Infinity }])(
    "refuse %o",
    (given) => {
      expect(() => fillTuning(given, defaults)).toThrow(RangeError);
    },
  );

  it.each([{ maxPayloadBytes: 0 }, { maxPayloadBytes: Number.NaN }])("refuse %o", (given) => {
    expect(() => fillTuning(given, defaults)).toThrow("maxPayloadBytes must be a number above 0");
  });

  it("refuse a compression that is neither on nor off", () => {
    expect(() => fillTuning({ compression: "gzip" as never }, defaults)).toThrow(TypeError);
  });

  it("are met by sockets that have the same", () => {
    expect(unmet(defaults, defaults, limits)).toBeUndefined();
    expect(unmet(fillTuning({ compression: false }, defaults), defaults, limits)).toBeUndefined();
    expect(unmet(defaults, fillTuning({ compression: true }, defaults), limits)).toBe("compression");
    expect(unmet(fillTuning({ idleTimeoutSeconds: 5 }, defaults), defaults, limits)).toBe("idleTimeoutSeconds");
  });

  it("take any limit of frames through which every message fits, unless one was asked for", () => {
    const capped = (maxPayloadBytes: number) => fillTuning({ maxPayloadBytes }, defaults);
    expect(unmet(capped(1_000), defaults, limits)).toBeUndefined();
    expect(unmet(capped(50_000), defaults, limits)).toBeUndefined();
    expect(unmet(capped(999), defaults, limits)).toBe("maxPayloadBytes");
    expect(unmet(capped(50_000), capped(3_000), limits)).toBe("maxPayloadBytes");
  });
});
