import { z } from "@ws-kit/zod";

/** A schema, and a value that fits it. */
export type Usual = readonly [name: string, schema: unknown, value: unknown];

const id = z.string();
const user = z.object({ id, name: z.string() });
const ada = { id: "u1", name: "Ada" };
const trimmed = z.string().trim().min(1);
const instant = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const twenty = <T>(item: T): T[] => Array.from({ length: 20 }, () => item);
const tree: z.ZodType = z.object({
  text: z.string(),
  get below() {
    return z.array(tree);
  },
});

/** A message of three fields: the one of the name, with a room and a number beside it. */
const field = (name: string, schema: z.ZodType, value: unknown): Usual => [
  name,
  z.object({ roomId: z.string(), field: schema, seq: z.number() }),
  value === undefined ? { roomId: "lobby", seq: 12_345 } : { roomId: "lobby", field: value, seq: 12_345 },
];

/** What messages of real programs are made of. */
export const usualZod: readonly Usual[] = [
  field("string", z.string(), "The quick brown fox"),
  field("string, 1 to 500", z.string().min(1).max(500), "The quick brown fox"),
  field("string, at least 3, short", z.string().min(3), "abc"),
  field("string of a length", z.string().length(6), "123456"),
  field("starts, ends, includes", z.string().startsWith("a").endsWith("z").includes("m"), "a..m..z"),
  field("regex", z.string().regex(/^[a-z]+$/), "abcdef"),
  field("email", z.email(), "ada@example.com"),
  field("uuid", z.uuid(), "0b6f5d1c-7a57-4f0e-9c4e-52ab01234567"),
  field("datetime", z.iso.datetime(), "2026-01-31T10:00:00Z"),
  field("url", z.url(), "https://example.com/a"),
  field("base64", z.base64(), "aGVsbG8="),
  field("template literal", z.templateLiteral(["user-", z.number()]), "user-12"),
  field("trim", trimmed, "The quick brown fox"),
  field("lower case", z.string().toLowerCase(), "fox"),
  field("number", z.number(), 5),
  field("int", z.int(), 5),
  field("int32", z.int32(), 5),
  field("uint32", z.uint32(), 5),
  field("number, 0 to 100", z.number().min(0).max(100), 5),
  field("multiple of 5", z.number().multipleOf(5), 15),
  field("boolean", z.boolean(), true),
  field("literal", z.literal("a"), "a"),
  field("enum", z.enum(["admin", "guest", "owner"]), "guest"),
  field("enum of 40", z.enum(Array.from({ length: 40 }, (_, i) => `value-${i}`)), "value-33"),
  field("union of literals", z.union([z.literal("a"), z.literal("b"), z.literal("c")]), "b"),
  field("string or number", z.union([z.string(), z.number()]), 5),
  field("union of objects", z.union([z.object({ a: z.string() }), z.object({ b: z.number() })]), { b: 5 }),
  field("optional, absent", z.string().optional(), undefined),
  field("optional, there", z.string().optional(), "abc"),
  field("nullish", z.string().nullish(), null),
  field("default, absent", z.string().default("x"), undefined),
  field("default, there", z.string().default("x"), "abc"),
  field("prefault", z.string().prefault("x"), undefined),
  field("catch", z.number().catch(0), 5),
  field("brand", z.string().brand<"Id">(), "u1"),
  field("readonly", z.object({ a: z.string() }).readonly(), { a: "a" }),
  field("any", z.any(), { a: 1 }),
  field("unknown", z.unknown(), "abc"),
  field("json", z.json(), { a: [1, "b"] }),
  field("object", user, ada),
  field("list of strings", z.array(z.string()), ["a", "b", "c"]),
  field("list of 20 objects", z.array(user), twenty(ada)),
  field("list of 20 with a default", z.array(user.extend({ role: z.string().default("guest") })), twenty(ada)),
  field("list of 20 with a trim", z.array(z.object({ id, name: trimmed })), twenty(ada)),
  field("tuple", z.tuple([z.number(), z.number()]), [1, 2]),
  field("record", z.record(z.string(), z.number()), { a: 1, b: 2, c: 3 }),
  field("record of an enum", z.record(z.enum(["a", "b"]), z.number()), { a: 1, b: 2 }),
  field("strict object", z.strictObject({ a: z.string(), b: z.number() }), { a: "a", b: 1 }),
  field("loose object", z.looseObject({ a: z.string() }), { a: "a", b: 1 }),
  field("catchall", z.object({ a: z.string() }).catchall(z.number()), { a: "a", b: 1 }),
  field("intersection", z.intersection(user, z.object({ age: z.number() })), { ...ada, age: 36 }),
  field(
    "refined string",
    z.string().refine((text) => text !== "no"),
    "yes",
  ),
  field(
    "refined object",
    user.refine(({ name }) => name !== "no"),
    ada,
  ),
  field(
    "transform",
    z.string().transform((text) => text.length),
    "abc",
  ),
  field("codec", instant, "2026-01-31T10:00:00Z"),
  field("coerced number", z.coerce.number(), "5"),
  field("pipe", z.string().pipe(z.string().min(1)), "abc"),
  field(
    "preprocess",
    z.preprocess((text) => text ?? "", z.string()),
    "abc",
  ),
  field("recursive", tree, { text: "a", below: [{ text: "b", below: [] }] }),
  [
    "discriminated union",
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("move"), x: z.number(), y: z.number() }),
      z.object({ kind: z.literal("say"), text: z.string() }),
    ]),
    { kind: "say", text: "The quick brown fox" },
  ],
  [
    "union told by a literal",
    z.union([
      z.object({ kind: z.literal("move"), x: z.number(), y: z.number() }),
      z.object({ kind: z.literal("say"), text: z.string() }),
    ]),
    { kind: "say", text: "The quick brown fox" },
  ],
  [
    "discriminated union with a default",
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("move"), x: z.number(), y: z.number() }),
      z.object({ kind: z.literal("say"), text: z.string(), loud: z.boolean().default(false) }),
    ]),
    { kind: "say", text: "The quick brown fox" },
  ],
  ["refined payload", user.refine(({ name }) => name !== "no"), ada],
  ["strict payload", z.strictObject({ id, name: z.string() }), ada],
];
