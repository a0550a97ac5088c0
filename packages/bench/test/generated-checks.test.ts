import { isPromise } from "@ws-kit/core/protocol";
import { type Validator } from "@ws-kit/core/schema";
import { createRouter as createValibotRouter, message as valibotMessage, v } from "@ws-kit/valibot";
import { createRouter as createZodRouter, message as zodMessage, z } from "@ws-kit/zod";
import { describe, expect, it } from "vitest";
import { fastCheck, plainOf } from "@ws-kit/core/schema";

// Making a router teaches the server to read the validator's schemas.
createZodRouter();
createValibotRouter();

/** A repeatable source of choices (mulberry32). */
function chooser(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Choose = (below: number) => number;

const KEYS = ["a", "b", "with space", 'quo"te', "then", "constructor", "toString", "$[x", "\u2028", "0", "10"];
const WORDS = ["", "a", "ab", "abc", "😀", "😀b", "x".repeat(12), "__proto__", "null", "\u2028"];
const UUID = "0b6f5d1c-7a57-4f0e-9c4e-52ab01234567";
const FORMATTED = [
  "a@b.co",
  "a@b",
  UUID,
  UUID.toUpperCase(),
  "2026-01-31",
  "2026-01-32",
  "2026-01-31T10:00:00Z",
  "10:00",
];

/** One schema, written for both validators. */
interface Twin {
  readonly zod: z.ZodType;
  readonly valibot: v.GenericSchema;
}

function schema(choose: Choose, depth: number): Twin {
  const least = choose(4);
  const leaves: (() => Twin)[] = [
    () => ({ zod: z.string(), valibot: v.string() }),
    () => ({
      zod: z.string().min(least).max(8),
      valibot: v.pipe(v.string(), v.minLength(least), v.maxLength(8)),
    }),
    () => ({ zod: z.email(), valibot: v.pipe(v.string(), v.email()) }),
    () => ({ zod: z.uuid(), valibot: v.pipe(v.string(), v.uuid()) }),
    () => ({ zod: z.iso.date(), valibot: v.pipe(v.string(), v.isoDate()) }),
    () => ({ zod: z.iso.datetime(), valibot: v.pipe(v.string(), v.isoTimestamp()) }),
    () => ({
      zod: z
        .string()
        .regex(/^[a-z"'`\\]/u)
        .max(20)
        .regex(/o$/),
      valibot: v.pipe(v.string(), v.regex(/^[a-z"'`\\]/u), v.maxLength(20), v.regex(/o$/)),
    }),
    () => ({ zod: z.number(), valibot: v.number() }),
    () => ({ zod: z.number().min(-1).max(10), valibot: v.pipe(v.number(), v.minValue(-1), v.maxValue(10)) }),
    () => ({ zod: z.number().gt(0).lt(10), valibot: v.number() }),
    () => ({ zod: z.int(), valibot: v.pipe(v.number(), v.integer()) }),
    () => ({ zod: z.number().int(), valibot: v.pipe(v.number(), v.integer()) }),
    () => ({ zod: z.boolean(), valibot: v.boolean() }),
    () => ({ zod: z.null(), valibot: v.null() }),
    () => ({ zod: z.literal("ab"), valibot: v.literal("ab") }),
    () => ({ zod: z.literal([0, "a", true, null]), valibot: v.literal(0) }),
    () => ({ zod: z.enum(["a", "ab"]), valibot: v.picklist(["a", "ab"]) }),
  ];
  const branches: (() => Twin)[] = [
    () => object(choose, depth - 1),
    () => {
      const item = schema(choose, depth - 1);
      return { zod: z.array(item.zod).min(least % 2), valibot: v.pipe(v.array(item.valibot), v.minLength(least % 2)) };
    },
    () => {
      const inner = schema(choose, depth - 1);
      return { zod: inner.zod.nullable(), valibot: v.nullable(inner.valibot) };
    },
    () => variant(choose, depth - 1),
  ];
  const all = depth > 0 ? [...leaves, ...branches, ...branches] : leaves;
  return (all[choose(all.length)] as () => Twin)();
}

/** What is left to the schema wherever there is a value. */
function unread(choose: Choose): Twin {
  const others: Twin[] = [
    { zod: z.url(), valibot: v.pipe(v.string(), v.url()) },
    { zod: z.string().trim(), valibot: v.pipe(v.string(), v.trim()) },
    {
      zod: z.string().refine((text) => text !== "a"),
      valibot: v.pipe(
        v.string(),
        v.check((text) => text !== "a"),
      ),
    },
    { zod: z.record(z.string(), z.number()), valibot: v.record(v.string(), v.number()) },
  ];
  return others[choose(others.length)] as Twin;
}

/** Objects that are told apart by one key. */
function variant(choose: Choose, depth: number): Twin {
  const key = KEYS[choose(KEYS.length)] as string;
  const tags: Twin[] = [
    { zod: z.literal("a"), valibot: v.literal("a") },
    { zod: z.enum(["ab", "abc"]), valibot: v.picklist(["ab", "abc"]) },
    { zod: z.literal(3), valibot: v.literal(3) },
  ];
  const options = tags.slice(0, 1 + choose(3)).map((tag) => object(choose, depth, { [key]: tag }));
  return {
    zod: z.discriminatedUnion(key, options.map(({ zod }) => zod) as unknown as [z.ZodObject]),
    valibot: v.variant(key, options.map(({ valibot }) => valibot) as unknown as [v.ObjectSchema<never, undefined>]),
  };
}

function object(choose: Choose, depth: number, tag: Readonly<Record<string, Twin>> = {}): Twin {
  const zodShape: Record<string, z.ZodType> = {};
  const valibotShape: Record<string, v.GenericSchema> = {};
  for (let i = choose(5); i >= 0; i--) {
    const key = KEYS[choose(KEYS.length)] as string;
    const optional = choose(3) === 0;
    const field = optional && choose(3) === 0 ? unread(choose) : schema(choose, depth);
    zodShape[key] = optional ? field.zod.optional() : field.zod;
    valibotShape[key] = optional ? v.optional(field.valibot) : field.valibot;
  }
  for (const [key, { zod, valibot }] of Object.entries(tag)) [zodShape[key], valibotShape[key]] = [zod, valibot];
  return { zod: z.object(zodShape), valibot: v.object(valibotShape) };
}

/** A value that fits the schema more often than not. */
function value(choose: Choose, of: z.ZodType, depth = 4): unknown {
  const odd = [undefined, null, -0, Number.NaN, Infinity, 2 ** 60, 1.5, "abc", [], {}, [undefined], true, new Date(0)];
  if (choose(12) === 0 || depth === 0) return odd[choose(odd.length)];
  if (of instanceof z.ZodObject) {
    const made: Record<string, unknown> = choose(9) === 0 ? Object.create({ a: "a", b: 1 }) : {};
    for (const [key, field] of Object.entries<z.ZodType>(of.shape).toSorted(() => choose(3) - 1)) {
      if (choose(8) > 0) made[key] = value(choose, field, depth - 1);
    }
    if (choose(3) === 0) made["undeclared"] = "secret";
    return made;
  }
  if (of instanceof z.ZodArray)
    return Array.from({ length: choose(4) }, () => value(choose, of.element as z.ZodType, depth - 1));
  if (of instanceof z.ZodOptional || of instanceof z.ZodNullable) return value(choose, of.unwrap() as z.ZodType, depth);
  if (of instanceof z.ZodDiscriminatedUnion)
    return value(choose, of.options[choose(of.options.length)] as z.ZodType, depth);
  if (of instanceof z.ZodNumber) return [0, 1, 3, 9.5, 10, -1, 42][choose(7)];
  if (of instanceof z.ZodBoolean) return choose(2) === 0;
  if (of instanceof z.ZodNull) return null;
  if (of instanceof z.ZodLiteral) return [...of.values][choose(of.values.size)];
  if (of instanceof z.ZodEnum) return of.options[choose(of.options.length)];
  const words = choose(2) === 0 ? WORDS : FORMATTED;
  return words[choose(words.length)];
}

function compare(validator: Validator, given: unknown): "accepted" | "left" {
  const fast = fastCheck(validator)(given);
  if (fast === undefined) return "left";
  const slow = validator.outbound(given);
  if (isPromise(slow)) throw new Error("A plain schema is never asynchronous");
  expect(slow.issues).toBeUndefined();
  const expected = (slow as { value: unknown }).value;
  expect(fast).toEqual(expected);
  // Also the order of the keys, and no key without a value where the validator leaves it out.
  expect(JSON.stringify(fast)).toBe(JSON.stringify(expected));
  expect(Object.keys(fast as object)).toEqual(Object.keys(expected as object));
  return "accepted";
}

describe("a generated check", () => {
  it.each(["zod", "valibot"] as const)("agrees with %s on everything that it accepts", (library) => {
    const choose = chooser(20_260_401);
    const seen = { accepted: 0, left: 0 };
    let generated = 0;
    for (let round = 0; round < 800; round++) {
      const twin = choose(4) === 0 ? variant(choose, 2) : object(choose, 3);
      const message = library === "zod" ? zodMessage("M", twin.zod) : valibotMessage("M", twin.valibot);
      const validator = message["~validators"].payload as Validator;
      if (plainOf(validator.schema) !== undefined) generated++;
      for (let i = 0; i < 60; i++) seen[compare(validator, value(choose, twin.zod))]++;
    }
    expect(generated).toBe(800);
    expect(seen.accepted).toBeGreaterThan(4_000);
    expect(seen.left).toBeGreaterThan(4_000);
  });

  it.each([
    ["zod", zodMessage("M", z.discriminatedUnion("kind", [z.object({ kind: z.literal("a"), n: z.number() })]))],
    ["valibot", valibotMessage("M", v.variant("kind", [v.object({ kind: v.literal("a"), n: v.number() })]))],
  ])("chooses among the objects of %s by their key", (_, { "~validators": { payload } }) => {
    const check = fastCheck(payload as Validator);
    expect(check({ kind: "a", n: 1, secret: 2 })).toEqual({ kind: "a", n: 1 });
    for (const other of [{ kind: "a" }, { kind: "b", n: 1 }, { n: 1 }, [], null, "a"])
      expect(check(other)).toBeUndefined();
  });

  it.each([
    ["zod", zodMessage("M", { text: z.string(), link: z.url().optional() })],
    ["valibot", valibotMessage("M", { text: v.string(), link: v.optional(v.pipe(v.string(), v.url())) })],
  ])("leaves an optional part to %s where it is there", (_, { "~validators": { payload } }) => {
    const check = fastCheck(payload as Validator);
    expect(check({ text: "a", undeclared: 1 })).toEqual({ text: "a" });
    expect(check({ text: "a", link: "https://example.com" })).toBeUndefined();
    expect(check({ text: "a", link: undefined })).toBeUndefined();
  });

  it("is not made for what does more than look", () => {
    type Tree = { children: Tree[] };
    const Tree: z.ZodType<Tree> = z.object({
      get children() {
        return z.array(Tree);
      },
    });
    const others = [
      z.object({ a: z.string().trim() }),
      z.object({ a: z.url() }),
      z.object({ a: z.base64() }),
      z.object({ a: z.jwt() }),
      z.object({ a: z.string().regex(/a/g) }),
      z.object({ a: z.string().startsWith("a") }),
      z.object({ a: z.stringFormat("email", (text) => text === "a") }),
      z.object({ a: z.string().refine(() => true) }),
      z.object({ a: z.string().default("x") }),
      z.object({ a: z.coerce.number() }),
      z.object({ a: z.string().transform((text) => text.length) }),
      z.object({ a: z.string() }).strict(),
      z.looseObject({ a: z.string() }),
      z.object({ a: z.string() }).refine(() => false),
      z.object({ a: z.unknown() }),
      z.object({ a: z.int32() }),
      z.discriminatedUnion("a", [z.object({ a: z.literal(1) })], { unionFallback: true }),
      z.discriminatedUnion("a", [z.object({ a: z.literal(1) }), z.object({ a: z.undefined() })]),
      z.union([z.object({ a: z.literal(1) }), z.object({ a: z.literal(2) })]),
      z.object({
        a: z
          .string()
          .optional()
          .refine(() => false),
      }),
      z.object({ a: z.string().readonly() }),
      z.object({ a: z.string().catch("x") }),
      z.object({ a: z.string().default("x").optional() }),
      z.object({ a: z.string().catch("x").optional() }),
      z.object({ a: z.string().optional().nullable() }),
      Tree,
    ];
    for (const source of others) expect(plainOf(source)).toBeUndefined();
    const valibotOthers = [
      v.object({ a: v.pipe(v.string(), v.trim()) }),
      v.object({ a: v.pipe(v.string(), v.url()) }),
      v.object({ a: v.pipe(v.string(), v.regex(/a/y)) }),
      v.object({ a: v.pipe(v.string(), v.toLowerCase(), v.email()) }),
      v.object({ a: v.optional(v.string(), "x") }),
      v.object({ a: v.fallback(v.string(), "x") }),
      v.object({ a: v.fallback(v.optional(v.string()), "x") }),
      v.object({ a: v.optional(v.string(), () => "x") }),
      v.fallback(v.object({ a: v.string() }), { a: "x" }),
      v.pipe(
        v.object({ a: v.string() }),
        v.check(() => false),
      ),
      v.strictObject({ a: v.string() }),
      v.variant("a", [v.object({ a: v.literal(1), b: v.string() }), v.object({ a: v.literal(1) })]),
      v.variant("a", [v.object({ a: v.literal(1) }), v.variant("b", [v.object({ a: v.literal(2), b: v.literal(1) })])]),
      v.looseObject({ a: v.string() }),
      v.nullable(v.string(), "x"),
    ];
    for (const source of valibotOthers) {
      expect(plainOf(source)).toBeUndefined();
    }
  });

  it("reads a __proto__ key from the wire as an undeclared one", () => {
    const validator = zodMessage("M", { a: z.string() })["~validators"].payload as Validator;
    const checked = fastCheck(validator)(JSON.parse('{"a":"x","__proto__":{"admin":true}}')) as Record<string, unknown>;
    expect(checked).toEqual({ a: "x" });
    expect(checked["admin"]).toBeUndefined();
  });
});
