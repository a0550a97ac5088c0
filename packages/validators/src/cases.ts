import type { Case } from "./case.ts";

const ISO = "2026-03-01T12:00:00.000Z";
const row = { id: "u1", n: 2, password: "hunter2" };
const clean = { id: "u1", n: 2 };

const plain = { carries: [{ given: row, wire: clean }], refuses: [{ value: { id: 5, n: 2 }, at: ["id"] }] };

/** The rows, in the order of the table. Every kit has a schema for each, or says how it differs. */
export const cases = {
  shape: { title: "raw shape", ...plain },
  object: { title: "object", ...plain },
  strict: {
    title: "strict object",
    carries: [{ given: clean }],
    refuses: [{ value: { id: 5, n: 2 }, at: ["id"] }],
  },
  loose: { title: "loose object", carries: [{ given: row }], refuses: [{ value: { id: 5, n: 2 }, at: ["id"] }] },
  nested: {
    title: "undeclared keys, at every depth",
    carries: [
      {
        given: {
          user: { id: "u1", hash: "x" },
          list: [{ id: "u2", hash: "x" }],
          by: { a: { id: "u3", hash: "x" } },
          x: 1,
        },
        wire: { user: { id: "u1" }, list: [{ id: "u2" }], by: { a: { id: "u3" } } },
      },
    ],
    refuses: [{ value: { user: { id: "u1" }, list: [{ id: "u2" }, { id: 5 }], by: {} }, at: ["list", 1, "id"] }],
  },
  nestedTransform: {
    title: "the same beside a transform",
    carries: [
      {
        given: {
          at: ISO,
          user: { id: "u1", hash: "x" },
          list: [{ id: "u2", hash: "x" }],
          pair: [{ id: "u3", hash: "x" }, 4],
          x: 1,
        },
        wire: { at: ISO, user: { id: "u1" }, list: [{ id: "u2" }], pair: [{ id: "u3" }, 4] },
        received: { at: new Date(ISO), user: { id: "u1" }, list: [{ id: "u2" }], pair: [{ id: "u3" }, 4] },
      },
    ],
  },
  union: {
    title: "union",
    carries: [{ given: { id: "u1", x: 1 }, wire: { id: "u1" } }, { given: "text" }],
    refuses: [{ value: 5, at: [] }],
  },
  discriminated: {
    title: "discriminated union",
    carries: [
      { given: { kind: "text", text: "hi", x: 1 }, wire: { kind: "text", text: "hi" } },
      { given: { kind: "size", width: 3, text: "no" }, wire: { kind: "size", width: 3 } },
    ],
    refuses: [{ value: { kind: "text", text: 5 }, at: ["text"] }],
  },
  unionTransform: {
    title: "union of transforms",
    carries: [
      {
        given: { kind: "at", at: ISO, x: 1 },
        wire: { kind: "at", at: ISO },
        received: { kind: "at", at: new Date(ISO) },
      },
      { given: { kind: "in", ms: 5, at: "no" }, wire: { kind: "in", ms: 5 } },
    ],
  },
  intersection: {
    title: "intersection",
    carries: [{ given: { a: "1", b: 2, x: 3 }, wire: { a: "1", b: 2 } }],
    refuses: [{ value: { a: "1", b: "2" }, at: ["b"] }],
  },
  array: {
    title: "array",
    carries: [{ given: ["a", "b"] }, { given: [] }],
    refuses: [{ value: ["a", 5], at: [1] }],
  },
  tuple: { title: "tuple", carries: [{ given: ["a", 1] }], refuses: [{ value: ["a", "b"], at: [1] }] },
  record: {
    title: "record",
    carries: [{ given: { a: 1, b: 2 } }],
    refuses: [{ value: { a: 1, b: "2" }, at: ["b"] }],
  },
  primitive: { title: "primitive", carries: [{ given: "text" }], refuses: [{ value: 5, at: [] }] },
  choice: { title: "enumeration", carries: [{ given: "red" }], refuses: [{ value: "pink", at: [] }] },
  nullable: { title: "nullable", carries: [{ given: { a: null } }], refuses: [{ value: { a: 5 }, at: ["a"] }] },
  optional: {
    title: "optional",
    carries: [{ given: {} }, { given: { a: "1" } }],
    refuses: [{ value: { a: 5 }, at: ["a"] }],
  },
  default: {
    title: "default",
    carries: [{ given: { x: 1 }, wire: {}, received: { a: "none" } }, { given: { a: "1" } }],
    refuses: [{ value: { a: 5 }, at: ["a"] }],
  },
  fallback: {
    title: "fallback for what does not fit",
    carries: [{ given: { a: "1", x: 1 }, wire: { a: "1" } }],
  },
  refinement: {
    title: "refinement",
    carries: [{ given: { even: 2 } }],
    refuses: [{ value: { even: 3 }, at: ["even"] }],
  },
  asyncRefinement: {
    title: "asynchronous refinement",
    carries: [{ given: { even: 2, x: 1 }, wire: { even: 2 } }],
    refuses: [{ value: { even: 3 }, at: ["even"] }],
  },
  asyncShape: {
    title: "the same in a raw shape",
    carries: [{ given: { even: 2, x: 1 }, wire: { even: 2 } }],
    refuses: [{ value: { even: 3 }, at: ["even"] }],
  },
  transform: {
    title: "transform",
    carries: [{ given: { text: "four", x: 1 }, wire: { text: "four" }, received: { text: 4 } }],
    refuses: [{ value: { text: 5 }, at: ["text"] }],
  },
  asyncTransform: {
    title: "asynchronous transform",
    carries: [{ given: { text: "four", x: 1 }, wire: { text: "four" }, received: { text: 4 } }],
  },
  codec: {
    title: "ISO string received as a Date",
    carries: [{ given: { at: ISO }, received: { at: new Date(ISO) } }],
    refuses: [{ value: { at: "yesterday" }, at: ["at"] }],
  },
  coercion: {
    title: "coercion",
    carries: [{ given: { n: "12", x: 1 }, wire: { n: "12" }, received: { n: 12 } }],
  },
  rewriting: {
    title: "trimming, lower case and the like",
    carries: [{ given: { text: " Hi " }, wire: { text: " Hi " }, received: { text: "hi" } }],
  },
  recursive: {
    title: "recursive schema",
    carries: [
      {
        given: { id: "1", below: [{ id: "2", below: [], x: 1 }], x: 1 },
        wire: { id: "1", below: [{ id: "2", below: [] }] },
      },
    ],
    refuses: [{ value: { id: "1", below: [{ id: 2, below: [] }] }, at: ["below", 0, "id"] }],
  },
  recursiveTransform: {
    title: "recursive schema with a transform",
    carries: [
      {
        given: { text: "a", below: [{ text: "ab", below: [], x: 1 }], x: 1 },
        wire: { text: "a", below: [{ text: "ab", below: [] }] },
        received: { text: 1, below: [{ text: 2, below: [] }] },
      },
    ],
  },
  brand: { title: "branded type", carries: [{ given: { id: "u1" } }], refuses: [{ value: { id: 5 }, at: ["id"] }] },
} satisfies Record<string, Case>;

export type CaseId = keyof typeof cases;
