import { expect, it } from "vitest";
import { fingerprint } from "./fingerprint.ts";

const DIFFERENT: unknown[] = [
  undefined,
  null,
  "null",
  true,
  "true",
  0,
  -1,
  1,
  "1",
  "",
  [],
  {},
  [[]],
  [{}],
  ["ab"],
  ["a", "b"],
  { a: "b" },
  { ab: "" },
  { a: { b: 1 } },
  { a: 1, b: 1 },
  { a: 1, b: 2 },
  [1, 2],
  [2, 1],
  [12],
  JSON.parse('{"__proto__":1}'),
  "\ud800",
  "\udc00",
  new Uint8Array([1, 2]),
  new Uint8Array([2, 1]),
  new Date(1),
  1n << 70n,
  2n,
  new Map([["a", 1]]),
  new Map([["a", 2]]),
  new Set([1]),
  new Set([2]),
  new Uint8Array([3, 4]).buffer,
  new Uint8Array([4, 3]).buffer,
];

it("tells values apart", () => {
  expect(new Set(DIFFERENT.map(fingerprint)).size).toBe(DIFFERENT.length);
});

it("is the same whatever the order of keys", () => {
  expect(fingerprint({ a: 1, b: { c: 2, d: [3] } })).toBe(fingerprint({ b: { d: [3], c: 2 }, a: 1 }));
});

it("has no two the same among many neighbours", () => {
  const prints = new Set<string>();
  for (let i = 0; i < 50_000; i++) prints.add(fingerprint({ orderId: `order-${i}`, amount: i % 7 }));
  expect(prints.size).toBe(50_000);
});
