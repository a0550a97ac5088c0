import * as v from "valibot";
import type { Usual } from "./usual.zod.ts";

const user = v.object({ id: v.string(), name: v.string() });
const ada = { id: "u1", name: "Ada" };
const field = (name: string, schema: v.GenericSchema, value: unknown): Usual => [
  name,
  v.object({ roomId: v.string(), field: schema, seq: v.number() }),
  value === undefined ? { roomId: "lobby", seq: 12_345 } : { roomId: "lobby", field: value, seq: 12_345 },
];

/** The same of valibot. */
export const usualValibot: readonly Usual[] = [
  field("string", v.string(), "The quick brown fox"),
  field("string, 1 to 500", v.pipe(v.string(), v.minLength(1), v.maxLength(500)), "The quick brown fox"),
  field("string of a length", v.pipe(v.string(), v.length(6)), "123456"),
  field("starts with", v.pipe(v.string(), v.startsWith("a")), "abc"),
  field("email", v.pipe(v.string(), v.email()), "ada@example.com"),
  field("url", v.pipe(v.string(), v.url()), "https://example.com/a"),
  field("trim", v.pipe(v.string(), v.trim(), v.minLength(1)), "The quick brown fox"),
  field("brand", v.pipe(v.string(), v.brand("Id")), "u1"),
  field("integer, 0 to 100", v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)), 5),
  field("boolean", v.boolean(), true),
  field("picklist", v.picklist(["admin", "guest", "owner"]), "guest"),
  field("picklist of 40", v.picklist(Array.from({ length: 40 }, (_, i) => `value-${i}`)), "value-33"),
  field("union of literals", v.union([v.literal("a"), v.literal("b")]), "b"),
  field("string or number", v.union([v.string(), v.number()]), 5),
  field("optional, absent", v.optional(v.string()), undefined),
  field("nullish", v.nullish(v.string()), null),
  field("default, absent", v.optional(v.string(), "x"), undefined),
  field("fallback", v.fallback(v.number(), 0), 5),
  field("unknown", v.unknown(), "abc"),
  field(
    "list of 20 objects",
    v.array(user),
    Array.from({ length: 20 }, () => ada),
  ),
  field("tuple", v.tuple([v.number(), v.number()]), [1, 2]),
  field("record", v.record(v.string(), v.number()), { a: 1, b: 2, c: 3 }),
  field("strict object", v.strictObject({ a: v.string() }), { a: "a" }),
  field("loose object", v.looseObject({ a: v.string() }), { a: "a", b: 1 }),
  field(
    "checked string",
    v.pipe(
      v.string(),
      v.check((text) => text !== "no"),
    ),
    "yes",
  ),
  field(
    "checked object",
    v.pipe(
      user,
      v.check(({ name }) => name !== "no"),
    ),
    ada,
  ),
  field(
    "transform",
    v.pipe(
      v.string(),
      v.transform((text) => text.length),
    ),
    "abc",
  ),
  [
    "variant",
    v.variant("kind", [
      v.object({ kind: v.literal("move"), x: v.number(), y: v.number() }),
      v.object({ kind: v.literal("say"), text: v.string() }),
    ]),
    { kind: "say", text: "The quick brown fox" },
  ],
];
