import { describe, expect, it } from "vitest";
import { mayBeDeep, textTooDeep, valueTooDeep } from "./depth.ts";

const lists = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const objects = (depth: number) => '{"":'.repeat(depth - 1) + "{}" + "}".repeat(depth - 1);
const byValue = (text: string, limit: number) => valueTooDeep(JSON.parse(text), limit);
/** As a frame is looked at: the value only where its text leaves it open. */
const byBoth = (text: string, limit: number) => mayBeDeep(text, limit) && byValue(text, limit);

describe.each([
  ["of text", textTooDeep],
  ["of a value", byValue],
  ["of both", byBoth],
])("depth %s", (_, tooDeep) => {
  it.each([lists, objects])("is accepted at the limit and refused over it", (nested) => {
    for (const limit of [1, 2, 3, 31, 32, 33]) {
      expect(tooDeep(nested(limit), limit)).toBe(false);
      expect(tooDeep(nested(limit + 1), limit)).toBe(true);
    }
  });

  it("is that of the deepest part", () => {
    expect(tooDeep(`{"a":[{"b":1},{"b":{}}]}`, 4)).toBe(false);
    expect(tooDeep(`{"a":[{"b":1},{"b":{}}]}`, 3)).toBe(true);
    expect(tooDeep(`[${"{},".repeat(99)}[[]]]`, 3)).toBe(false);
    expect(tooDeep(`[${"{},".repeat(99)}[[]]]`, 2)).toBe(true);
  });

  it.each(["[[[[{{{{", '"[["', "\\", '\\"[[', '"\\\\"{{', "]]}}"])(
    "does not count brackets in a string: %s",
    (text) => {
      expect(tooDeep(JSON.stringify([text, [text]]), 2)).toBe(false);
      expect(tooDeep(JSON.stringify([text, [text]]), 1)).toBe(true);
      expect(tooDeep(JSON.stringify({ [text]: { [text]: text } }), 2)).toBe(false);
      expect(tooDeep(JSON.stringify({ [text]: { [text]: text } }), 1)).toBe(true);
    },
  );
});

it("leaves broken text to the parser", () => {
  expect(textTooDeep(`["${"[".repeat(50)}`, 32)).toBe(false);
  expect(textTooDeep(`["\\`, 0)).toBe(true);
});
