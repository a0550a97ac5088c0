import { expect, test } from "vitest";
import { Composer } from "./compose.ts";
import { MISFIT, type Plain } from "./plain.ts";
import { sample } from "./sample.ts";

const text: Plain = { kind: "string" };
const list = (of: Plain, limits: { minLength?: number; maxLength?: number } = {}): Plain => ({
  kind: "array",
  of,
  ...limits,
});
const object = (fields: Readonly<Record<string, Plain>>): Plain => ({
  kind: "object",
  fields: Object.entries(fields).map(([key, of]) => ({ key, of, optional: false })),
});

const composer = new Composer({ direction: "in", ask: () => (value) => value, pass: () => {} });
const cut = (plain: Plain, value: unknown) =>
  sample(plain, value, (part, given) => composer.check(part)(given) !== MISFIT);
const many = (value: unknown, length = 30_000) => Array.from({ length }, () => value);

test("shows what is small whole", () => {
  expect(cut(object({ tags: list(text) }), { tags: [1, 2, "a"] })).toBeUndefined();
});

test("shows the first items that do not fit, and says where they were", () => {
  const tags = many("a").with(7, 1).with(29_000, 2);
  const part = cut(object({ name: text, tags: list(text) }), { name: 5, tags, undeclared: many(1) });
  expect(part?.value).toEqual({ name: 5, tags: [1, 2] });
  const issues = [
    { message: "no", path: ["tags", 1] },
    { message: "no", path: [{ key: "tags" }, { key: 0 }, { key: "x" }] },
    { message: "no", path: ["name"] },
    { message: "no" },
  ];
  expect(part?.relocate(issues)).toEqual([
    { message: "no", path: ["tags", 29_000] },
    { message: "no", path: ["tags", 7, "x"] },
    { message: "no", path: ["name"] },
    { message: "no", path: [] },
  ]);
});

test("shows the entries of a record that do not fit, and what a strict object does not declare", () => {
  const record: Plain = { kind: "record", keys: { kind: "string", maxLength: 3 }, values: text };
  const entries = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`${i}`, i === 7 || i === 400 ? i : "a"]));
  const strict: Plain = {
    kind: "object",
    fields: [{ key: "all", of: record, optional: false }],
    others: "refused",
  };
  const part = cut(strict, { other: 1, all: { ...entries, long_key: "a" } });
  expect(part?.value).toEqual({ other: 1, all: { 7: 7, 400: 400, long_key: "a" } });
  expect(part?.relocate([{ message: "no", path: ["all", "400"] }])).toEqual([{ message: "no", path: ["all", "400"] }]);
});

test.each<[string, Plain, unknown, number]>([
  ["a list", list(text), many(1), 20],
  ["a list of lists", list(list(text)), many(many(1, 100), 300), 20],
  ["lists side by side", object({ a: list(text), b: list(text) }), { a: many(1), b: many(1) }, 21],
  ["a record", { kind: "record", keys: text, values: text }, Object.assign({}, many(1, 500)), 20],
  ["a list of objects", list(object({ a: text, b: text })), many({}), 20],
  ["a list that must be long", list(text, { minLength: 100 }), many(1, 500), 100],
  ["a list that is too long", list(text, { maxLength: 50 }), many(1), 51],
  ["a list that is too long alone", list(text, { maxLength: 50 }), many("a"), 51],
  ["a list that is too short", list(text, { minLength: 100 }), many(1, 50), 20],
])("shows no more than it has to: %s", (_, plain, value, most) => {
  const items = (shown: unknown): number =>
    typeof shown !== "object"
      ? 1
      : Object.values(shown ?? {}).reduce<number>((sum, part) => sum + Math.max(1, items(part)), 0);
  expect(items(cut(plain, value)?.value)).toBeLessThanOrEqual(most);
});
