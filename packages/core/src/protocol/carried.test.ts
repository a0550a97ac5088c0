import { expect, test } from "vitest";
import { uncarried } from "./carried.ts";

const carried: readonly (readonly [string, unknown])[] = [
  ["scalars", ["", "x", 0, -0, 1e308, true, null]],
  ["an object", { a: { b: [1] } }],
  ["one without a prototype", Object.assign(Object.create(null), { a: 1 })],
  [
    "an instance",
    new (class Point {
      x = 1;
    })(),
  ],
  ["a member that is undefined", { a: undefined, b: 1 }],
  ["a date", { at: new Date(0) }],
  ["a URL", new URL("https://example.com")],
  ["what says itself how it travels", { amount: { currency: 5n, toJSON: () => "5 EUR" } }],
  ["data under the key toJSON", { toJSON: "x" }],
  ["a member called __proto__", JSON.parse('{"__proto__":{"a":1}}')],
  ["a frozen list", Object.freeze([1, 2])],
];

test.each(carried)("carries %s", (_, value) => {
  expect(uncarried(value)).toBeUndefined();
});

const at = (value: unknown) => ({ rows: [{ ok: 1 }, { cell: value }] });
const holes: unknown[] = [1];
holes[2] = 3;

test.each<[string, unknown, string]>([
  ["Infinity", Infinity, "Infinity"],
  ["minus Infinity", -Infinity, "-Infinity"],
  ["NaN", Number.NaN, "NaN"],
  ["a function", () => 1, "Function"],
  ["an async function", async () => 1, "AsyncFunction"],
  ["a symbol", Symbol("s"), "Symbol"],
  ["a bigint", 5n, "BigInt"],
  ["an invalid date", new Date(Number.NaN), "Date"],
  ["a map", new Map([[1, 2]]), "Map"],
  ["a set", new Set([1]), "Set"],
  ["a weak map", new WeakMap(), "WeakMap"],
  ["a pattern", /a/, "RegExp"],
  ["an error", new Error("e"), "Error"],
  ["a promise", Promise.resolve(1), "Promise"],
  ["bytes", new Uint8Array([1]), "Uint8Array"],
  ["a buffer", new ArrayBuffer(1), "ArrayBuffer"],
  ["form data", new URLSearchParams("a=1"), "URLSearchParams"],
  ["a boxed number", Object(Infinity), "Number"],
  ["a boxed bigint", Object(5n), "BigInt"],
  ["a generator", (function* () {})(), "Generator"],
  ["an answer of toJSON that is nothing", { toJSON: () => undefined }, "Object"],
  ["an answer of toJSON that is null", { toJSON: () => null }, "Object"],
  ["an answer of toJSON that does not travel", { toJSON: () => Infinity }, "Object"],
])("names the path of %s", (_, value, what) => {
  expect(uncarried(at(value))).toEqual({ path: ["rows", 1, "cell"], message: `JSON cannot carry ${what}` });
});

test.each<[string, unknown, (string | number)[]]>([
  ["undefined in a list", { cells: [1, undefined] }, ["cells", 1]],
  ["a hole", { cells: holes }, ["cells", 1]],
  ["nothing at all", undefined, []],
])("names the path of %s", (_, value, path) => {
  expect(uncarried(value)).toEqual({ path, message: "JSON cannot carry Undefined" });
});

test("what an answer of toJSON holds is looked at, and its own toJSON is not asked again", () => {
  expect(uncarried({ a: { toJSON: () => ({ b: [Number.NaN] }) } })?.path).toEqual(["a", "b", 0]);
  const twice = { toJSON: () => ({ n: 1, toJSON: () => Infinity }) };
  // JSON drops the second one, which is a function.
  expect(uncarried(twice)?.path).toEqual(["toJSON"]);
});
