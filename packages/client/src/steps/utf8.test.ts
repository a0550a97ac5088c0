import { array, assert, constantFrom, oneof, property, string } from "fast-check";
import { expect, test } from "vitest";
import { fitReason, utf8Length } from "./utf8.ts";

// Lone surrogates included, which UTF-8 has no form for: they travel as U+FFFD.
const texts = array(oneof(string({ unit: "binary" }), constantFrom("\ud800", "\udfff", "é", "€", "😀"))).map((parts) =>
  parts.join(""),
);

test("a text's bytes are what an encoder gives", () => {
  assert(
    property(texts, (text) => {
      expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
    }),
  );
});

test("a reason fits a close frame, and loses no more than it must", () => {
  assert(
    property(string({ unit: "grapheme", minLength: 60, maxLength: 200 }), (reason) => {
      const cut = fitReason(reason);
      expect(reason.startsWith(cut)).toBe(true);
      expect(utf8Length(cut)).toBeLessThanOrEqual(123);
      const [next = ""] = reason.slice(cut.length);
      expect(next === "" || utf8Length(cut + next) > 123).toBe(true);
    }),
  );
});

test.each([
  [null, ""],
  [5, "5"],
  [new Error("no more"), "Error: no more"],
])("%s is a reason as well", (given, reason) => {
  expect(fitReason(given)).toBe(reason);
});
