/* oxlint-disable unicorn/no-thenable -- what looks like a promise is told here */
import { expect, test } from "vitest";
import type { StandardSchema } from "./standard-schema.ts";
import { planWire, type SchemaView } from "./wire.ts";

/** A schema that is its own view. */
interface Node extends StandardSchema, SchemaView<Node> {}

function node(view: SchemaView<Node> = {}, accepts: (value: unknown) => unknown = () => true): Node {
  const validate = (value: unknown) => {
    const answer = accepts(value);
    const result = (fits: unknown) => (fits === true ? { value } : { issues: [{ message: "No" }] });
    return answer instanceof Promise ? answer.then(result) : result(answer);
  };
  return { ...view, "~standard": { version: 1, vendor: "test", validate } };
}

const plan = (root: Node) => planWire(root, (schema) => schema, 'payload of "X"');
const changed = node({ transforms: true });
const user = node({ kind: "fields", parts: { id: node() } });
const then = () => {};
const leaky = { id: "1", hash: "x" };

test("a schema that only checks needs no stripping", () => {
  expect(plan(node({ kind: "fields", parts: { user, list: node({ kind: "items", rest: user }) } }))).toBeUndefined();
});

test.each<[string, SchemaView<Node>, unknown, unknown]>([
  ["fields", { kind: "fields", parts: { a: changed, b: user } }, { a: 1, b: leaky, c: 2 }, { a: 1, b: { id: "1" } }],
  ["other fields", { kind: "fields", parts: { a: changed }, rest: user }, { a: 1, b: leaky }, { a: 1, b: { id: "1" } }],
  ["any other field", { kind: "fields", parts: { a: changed }, rest: true }, { a: 1, b: leaky }, { a: 1, b: leaky }],
  ["absent fields", { kind: "fields", parts: { a: changed, b: user } }, {}, {}],
  ["items", { kind: "items", parts: [changed, user] }, [1, leaky, leaky], [1, { id: "1" }]],
  ["fewer items", { kind: "items", parts: [changed, user] }, [1], [1]],
  ["other items", { kind: "items", parts: [changed], rest: user }, [1, leaky, undefined], [1, { id: "1" }, undefined]],
  ["what it stands for", { transforms: true, inner: () => user }, leaky, { id: "1" }],
  [
    "what depends on the value",
    { transforms: true, inner: (value) => (Array.isArray(value) ? changed : user) },
    leaky,
    { id: "1" },
  ],
  [
    "every side",
    { kind: "all", parts: [user, node({ kind: "fields", parts: { n: changed } })] },
    { ...leaky, n: 2 },
    { id: "1", n: 2 },
  ],
  ["what looks like a promise", { kind: "fields", parts: { a: changed } }, { a: { then } }, { a: then }],
  ["a key schema that transforms", { kind: "fields", rest: user, keys: changed }, { a: leaky }, { a: { id: "1" } }],
])("strips %s", (_, view, given, wire) => {
  expect(plan(node(view))?.(given)).toEqual(wire);
});

test("goes by the first option that accepts, and keeps what none does at home", async () => {
  const has = (key: string) => (value: unknown) => key in (value as object);
  const options = [
    node({ kind: "fields", parts: { a: changed } }, has("a")),
    node({ kind: "fields", parts: { b: node() } }, has("b")),
  ];
  const strip = plan(node({ kind: "first", parts: options }));
  expect(strip?.({ b: 1, x: 2 })).toEqual({ b: 1 });
  expect(strip?.({ c: 1 })).toBeUndefined();
  const later = options.map((option) => node(option, (value) => Promise.resolve(!option["~standard"].validate(value))));
  await expect(
    plan(node({ kind: "items", rest: node({ kind: "first", parts: [...later, ...options] }) }))?.([{ b: 1, x: 2 }]),
  ).resolves.toEqual([{ b: 1 }]);
});

test("passes over an option that throws, which the whole schema did not ask", async () => {
  const throws = () => {
    throw new TypeError("Cannot merge");
  };
  const member = node({ kind: "fields", parts: { id: changed } });
  const strip = (accepts: (value: unknown) => unknown) =>
    plan(node({ kind: "first", parts: [node({ transforms: true }, accepts), member] }));
  expect(strip(throws)?.(leaky)).toEqual({ id: "1" });
  await expect(strip(() => Promise.resolve().then(throws))?.(leaky)).resolves.toEqual({ id: "1" });
});

test("follows a schema that holds itself", () => {
  const tree: Node = node({
    kind: "fields",
    parts: { text: changed, below: node({ kind: "items", rest: node({ inner: () => tree }) }) },
  });
  const given = { text: "a", below: [{ text: "b", below: [], x: 1 }], x: 1 };
  expect(plan(tree)?.(given)).toEqual({ text: "a", below: [{ text: "b", below: [] }] });
});

test("names where what JSON cannot carry is", () => {
  const date = node({ refused: "a date" });
  expect(() => plan(date)).toThrow(new TypeError('The payload of "X" is a date'));
  const deep = node({
    kind: "fields",
    parts: { list: node({ kind: "items", rest: node({ kind: "fields", parts: { at: date } }) }) },
  });
  expect(() => plan(deep)).toThrow(new TypeError('The payload of "X" at list.*.at is a date'));
});

test("strips a schema that refers to a later one, since it may transform", () => {
  const early: Node = node({ kind: "fields", parts: { user: node({ inner: () => later }) } });
  const strip = plan(early);
  const later = user;
  expect(strip?.({ user: leaky, x: 1 })).toEqual({ user: { id: "1" } });
});
