import { describe as suite, expect, it } from "vitest";
import { unspeakable } from "../../test/unspeakable.ts";
import { comesOf, describe, isA, toError } from "./thrown.ts";

suite("what was thrown", () => {
  it.each(unspeakable())("is an Error with a text: $name", ({ value }) => {
    expect(typeof describe(value)).toBe("string");
    expect(typeof isA(value, Error)).toBe("boolean");
    expect(comesOf(value, new Error("other"))).toBe(false);
    const error = toError(value);
    expect(error).toBeInstanceOf(Error);
    expect(typeof error.message).toBe("string");
  });

  it("stays itself where it is an ordinary error", () => {
    const error = new TypeError("no");
    expect(toError(error)).toBe(error);
  });

  it("is kept as the cause where it is none", () => {
    expect(toError("no")).toMatchObject({ message: "Something that is no Error was thrown: no", cause: "no" });
  });
});
