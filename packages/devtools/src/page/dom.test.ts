import { expect, it } from "vitest";
import { plain, pretty } from "./dom.ts";

it("writes out what would turn round the text of others", () => {
  expect(plain("abc\u202edef\u2066")).toBe("abc\\u202edef\\u2066");
  expect(pretty({ text: "\u200f" })).toBe('{\n  "text": "\\u200f"\n}');
  expect(plain("שלום, عالم, 漢字")).toBe("שלום, عالم, 漢字");
});
