import { expect, test } from "vitest";
import { notKeepable, readKept } from "./state.ts";

class User {
  name = "Ada";
  greet(): string {
    return this.name;
  }
}

const cyclic: Record<string, unknown> = { list: [1] };
cyclic["self"] = cyclic;

test.for([
  ["plain values", { a: 1, b: [true, null, undefined, "x"], c: { d: 10n } }, undefined],
  [
    "what structured clone knows",
    { at: new Date(), map: new Map([[1, new Set([2])]]), bytes: new Uint8Array(2) },
    undefined,
  ],
  ["a cycle", cyclic, undefined],
  ["an error", { cause: new RangeError("x") }, undefined],
  ["an object without prototype", Object.create(null), undefined],
  ["a function", { user: { save: () => {} } }, "data.user.save is a function"],
  ["a symbol", [Symbol("x")], "data[0] is a symbol"],
  ["an instance of a class", { user: new User() }, "data.user is an instance of User"],
  ["a promise", { later: Promise.resolve(1) }, "data.later is an instance of Promise"],
  ["a function in a map", { handlers: new Map([["x", () => {}]]) }, "data.handlers[…] is a function"],
] as const)("keeps %s, or says why not", ([, value, why]) => {
  expect(notKeepable(value, "data")).toBe(why);
});

test.for([null, undefined, "x", {}, { v: 2, id: "a" }, { v: 1 }])(
  "%j is no attachment of this version",
  (attachment) => {
    expect(readKept(attachment)).toBeUndefined();
  },
);
