import { describe, expect, test } from "vitest";
import { compareSchemas } from "./compare.ts";
import type { Schema } from "./schema.ts";

const text = { type: "string" };
const number = { type: "number" };
const object = (properties: object, more: object = {}): Schema => ({ type: "object", properties, ...more });
const all = (properties: object, more: object = {}): Schema => ({
  ...(object(properties, more) as object),
  required: Object.keys(properties),
});

/** What comes of it for those who write by the old schema, and by the new one. */
const FINE = [false, false] as const;
const NARROWS = [true, false] as const;
const WIDENS = [false, true] as const;
const BOTH = [true, true] as const;

type Row = [old: Schema, now: Schema, told: string, kind: readonly [narrows: boolean, widens: boolean]];

const BOTH_WAYS = new Map<readonly [boolean, boolean], readonly [boolean, boolean]>([
  [NARROWS, WIDENS],
  [WIDENS, NARROWS],
]);

const TYPES: Row[] = [
  [text, number, "x is number now, was string", BOTH],
  [text, { type: "boolean" }, "x is boolean now, was string", BOTH],
  [{ type: "integer" }, number, "x is number now, was integer", WIDENS],
  [text, true, "x is anything now", WIDENS],
  [text, {}, "x is anything now", WIDENS],
  [true, text, "x is string now, was anything", NARROWS],
  [text, { anyOf: [text, { type: "null" }] }, "x may be null now", WIDENS],
  [text, { type: ["string", "null"] }, "x may be null now", WIDENS],
  [text, { oneOf: [text, number] }, "x may be number now", WIDENS],
  [{ anyOf: [number, text] }, { anyOf: [text, { type: "boolean" }] }, "x may be boolean now", BOTH],
  [{ anyOf: [text, { type: "boolean" }] }, { anyOf: [text, { const: true }] }, "x may not be false any more", NARROWS],
];

const VALUES: Row[] = [
  [{ enum: ["a", "b"] }, { enum: ["a", "b", "c"] }, 'x may be "c" now', WIDENS],
  [{ type: "string", enum: ["a", "b"] }, { enum: ["b"] }, 'x may not be "a" any more', NARROWS],
  [{ const: 1 }, { enum: [1, 2] }, "x may be 2 now", WIDENS],
  [{ const: "a" }, { const: "b" }, 'x is "b" now, was "a"', BOTH],
  [{ enum: ["a", "b"] }, text, "x may be string now", WIDENS],
  [{ const: 4 }, { type: "integer", minimum: 4 }, "x may be integer now", WIDENS],
  [{ const: 4 }, { type: "integer", minimum: 5 }, "x is integer now, was 4", BOTH],
  [{ const: "ab" }, { type: "string", pattern: "^a" }, "x may be string now", WIDENS],
  [{ const: "ab" }, { type: "string", pattern: "^b" }, 'x is string now, was "ab"', BOTH],
  [{ const: "ab" }, { type: "string", format: "uuid" }, 'x is string now, was "ab"', BOTH],
];

const LIMITS: Row[] = [
  [text, { ...text, minLength: 2 }, "x has the minLength 2 now", NARROWS],
  [{ ...text, minLength: 2 }, { ...text, minLength: 1 }, "x has the minLength 1 now, was 2", WIDENS],
  [{ ...text, maxLength: 2 }, { ...text, maxLength: 1 }, "x has the maxLength 1 now, was 2", NARROWS],
  [{ ...text, maxLength: 2 }, text, "x has no maxLength any more, was 2", WIDENS],
  [
    { ...number, exclusiveMinimum: 0 },
    { ...number, exclusiveMinimum: 1 },
    "x has the exclusiveMinimum 1 now, was 0",
    NARROWS,
  ],
  [{ ...number, multipleOf: 4 }, { ...number, multipleOf: 2 }, "x has the multipleOf 2 now, was 4", WIDENS],
  [{ ...number, multipleOf: 4 }, { ...number, multipleOf: 6 }, "x has the multipleOf 6 now, was 4", BOTH],
  [text, { ...text, format: "email", pattern: "@" }, 'x has the format "email" now', NARROWS],
  [{ ...text, pattern: "a" }, { ...text, pattern: "b" }, 'x has the pattern "b" now, was "a"', BOTH],
  [text, { ...text, default: "a" }, 'x has the default "a" now', FINE],
  [
    { ...text, contentEncoding: "base64" },
    { ...text, contentEncoding: "base32" },
    'x has the contentEncoding "base32" now, was "base64"',
    BOTH,
  ],
];

const LISTS: Row[] = [
  [{ type: "array", items: text }, { type: "array", items: number }, "x[] is number now, was string", BOTH],
  [{ type: "array", items: text }, { type: "array", items: text, minItems: 1 }, "x has the minItems 1 now", NARROWS],
  [
    { type: "array", prefixItems: [text] },
    { type: "array", prefixItems: [number] },
    "x[0] is number now, was string",
    BOTH,
  ],
  [
    { type: "array", items: [text] },
    { type: "array", items: [{ anyOf: [text, number] }] },
    "x[0] may be number now",
    WIDENS,
  ],
];

const OBJECTS: Row[] = [
  [object({}), object({ a: text }), "x.a is new", FINE],
  [object({}), all({ a: text }), "x.a is new, and required", NARROWS],
  [object({ a: text }), all({ a: text }), "x.a is required now", NARROWS],
  [all({ a: text }), object({}), "x.a is gone", WIDENS],
  [object({ "a b": text }), object({ "a b": number }), 'x["a b"] is number now, was string', BOTH],
  [object({ a: object({ b: text }) }), object({ a: all({ b: text }) }), "x.a.b is required now", NARROWS],
  // Who takes no others trips over them.
  [
    object({}, { additionalProperties: false }),
    object({ a: text }, { additionalProperties: false }),
    "x.a is new",
    WIDENS,
  ],
  [object({}, { additionalProperties: false }), object({}), "x.* are dropped now", FINE],
  [
    object({}, { additionalProperties: false }),
    object({}, { additionalProperties: {} }),
    "x.* may be there now",
    WIDENS,
  ],
  [object({}), object({}, { additionalProperties: {} }), "x.* are let through now", FINE],
  // What is let through may be anything.
  [object({}, { additionalProperties: {} }), object({ a: text }, { additionalProperties: {} }), "x.a is new", NARROWS],
  [object({}, { additionalProperties: text }), object({ a: text }, { additionalProperties: text }), "x.a is new", FINE],
  [
    object({}, { additionalProperties: text }),
    object({}, { additionalProperties: number }),
    "x.* is number now, was string",
    BOTH,
  ],
  [
    object({}, { propertyNames: text, additionalProperties: text }),
    object({}, { propertyNames: { ...text, pattern: "^a" }, additionalProperties: text }),
    "x.(name) is string now, was anything",
    NARROWS,
  ],
];

const circle = { kind: { const: "circle" }, r: number };
const square = { kind: { const: "square" }, a: number };
const either = (...shapes: object[]) => ({ anyOf: shapes.map((shape) => all(shape)) });

const UNIONS: Row[] = [
  [either(circle), either(circle, square), 'x may be { kind: "square" } now', WIDENS],
  [either(circle, square), either({ ...square, a: text }, circle), "x.a is string now, was number", BOTH],
  [
    { allOf: [all({ a: text }), all({ b: text })] },
    { allOf: [all({ a: text }), all({ b: number })] },
    "x.b is number now, was string",
    BOTH,
  ],
  [{ not: text }, { not: number }, 'x has the not {"type":"number"} now, was {"type":"string"}', BOTH],
];

describe.each([
  ["types", TYPES],
  ["values", VALUES],
  ["limits", LIMITS],
  ["lists", LISTS],
  ["objects", OBJECTS],
  ["unions", UNIONS],
])("of %s", (_, rows) => {
  test.each(rows)("%j and %j", (old, now, told, kind) => {
    const shifts = compareSchemas(old, now, "x");
    expect(shifts.map(({ path, text: words }) => `${path} ${words}`)).toContain(told);
    const sum = (of: typeof shifts) => [of.some(({ narrows }) => narrows), of.some(({ widens }) => widens)];
    expect([told, ...sum(shifts)]).toEqual([told, ...kind]);
    // Who goes back meets the opposite.
    expect(sum(compareSchemas(now, old, "x"))).toEqual(BOTH_WAYS.get(kind) ?? kind);
  });
});

test.each<[Schema, Schema]>([
  [
    { ...text, title: "A", description: "b" },
    { ...text, examples: ["a"], $comment: "c" },
  ],
  [{ anyOf: [text, number] }, { type: ["number", "string"] }],
  [{ enum: ["a", "b"] }, { anyOf: [{ const: "b" }, { const: "a" }] }],
  [{ type: "boolean" }, { enum: [true, false] }],
  [{ $ref: "#/$defs/A", $defs: { A: text } }, text],
  [{ $ref: "#/definitions/a~1b", definitions: { "a/b": text } }, text],
  [{ type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }, { type: "integer" }],
  [all({ a: text, b: number }), { required: ["b", "a"], properties: { b: number, a: text } }],
  [false, { not: {} }],
])("%j says what %j says", (old, now) => {
  expect(compareSchemas(old, now, "x")).toEqual([]);
});

test("a schema that holds itself ends, and what differs in it is named", () => {
  const tree = (name: Schema) => ({
    $ref: "#/$defs/Tree",
    $defs: { Tree: all({ name, kids: { type: "array", items: { $ref: "#/$defs/Tree" } } }) },
  });
  expect(compareSchemas(tree(text), tree(text), "x")).toEqual([]);
  expect(compareSchemas(tree(text), tree(number), "x").map(({ path }) => path)).toEqual(["x.name", "x.kids[].name"]);
});
