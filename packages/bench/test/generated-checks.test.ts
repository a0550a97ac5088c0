import { checksOf, judge, plainOf, type Validator, validatorsOf } from "@ws-kit/core/schema";
import { createRouter as createValibotRouter, message as valibotMessage, v } from "@ws-kit/valibot";
import { createRouter as createZodRouter, message as zodMessage, z } from "@ws-kit/zod";
import { describe, expect, it } from "vitest";
import { Role } from "./fuzz/values.ts";

// Making a router teaches the server to read the validator's schemas.
createZodRouter();
createValibotRouter();

describe("a generated check", () => {
  it.each([
    ["zod", zodMessage("M", z.discriminatedUnion("kind", [z.object({ kind: z.literal("a"), n: z.number() })]))],
    ["valibot", valibotMessage("M", v.variant("kind", [v.object({ kind: v.literal("a"), n: v.number() })]))],
  ])("chooses among the objects of %s by their key", (_, definition) => {
    const { payload } = validatorsOf(definition);
    const check = checksOf(payload as Validator).out;
    expect(check({ kind: "a", n: 1, secret: 2 })).toEqual({ kind: "a", n: 1 });
    for (const other of [{ kind: "a" }, { kind: "b", n: 1 }, { n: 1 }, [], null, "a"])
      expect(check(other)).toBeUndefined();
  });

  it.each([
    ["zod", zodMessage("M", { text: z.string(), link: z.url().optional(), size: z.number().default(1) })],
    [
      "valibot",
      valibotMessage("M", {
        text: v.string(),
        link: v.optional(v.pipe(v.string(), v.url())),
        size: v.optional(v.number(), 1),
      }),
    ],
  ])("asks %s for the parts that do more than look", (_, definition) => {
    const { payload } = validatorsOf(definition);
    const checks = checksOf(payload as Validator);
    const link = "https://example.com";
    // Only a run of the whole schema shows that nothing has to be waited for.
    expect(checks.in({ text: "a" })).toBeUndefined();
    expect(judge(checks, { text: "a" })).toEqual({ value: { text: "a", size: 1 } });
    expect(checks.in({ text: "a", undeclared: 1 })).toEqual({ text: "a", size: 1 });
    expect(checks.in({ text: "a", link, size: 2 })).toEqual({ text: "a", link, size: 2 });
    expect(checks.in({ text: "a", link: "nowhere" })).toBeUndefined();
    expect(checks.in({ text: "a", link: undefined })).toBeUndefined();
    // What a default puts there is not what travels.
    expect(checks.out({ text: "a", undeclared: 1 })).toEqual({ text: "a" });
    expect(checks.out({ text: "a", link: "nowhere" })).toBeUndefined();
  });

  it("begins nothing that has to be waited for", async () => {
    let asked = 0;
    const taken = z.string().refine(async () => (asked++, true));
    const { payload } = validatorsOf(zodMessage("M", { name: taken }));
    const checks = checksOf(payload as Validator);
    for (let i = 1; i <= 3; i++) {
      expect(checks.in({ name: "a" })).toBeUndefined();
      expect(checks.out({ name: "a" })).toBeUndefined();
      await judge(checks, { name: "a" });
      expect(asked).toBe(i);
    }
  });

  it("leaves what only the schema can tell to the schema", () => {
    const others = [
      z.string().trim(),
      z.url(),
      z.string().regex(/a/g),
      z.stringFormat("email", (text) => text === "a"),
      z.coerce.number(),
      z.object({ a: z.string() }).refine(() => false),
      z.discriminatedUnion("a", [z.object({ a: z.literal(1) })], { unionFallback: true }),
      z.discriminatedUnion("a", [z.object({ a: z.literal(1) }), z.object({ a: z.undefined() })]),
      z.union([z.url(), z.string()]),
      z.object({ ["__proto__"]: z.string() }),
      z.record(z.string().trim(), z.string()),
      z.record(z.enum(["constructor"]), z.string()),
    ];
    for (const source of others) expect(plainOf(source)).toMatchObject({ kind: "opaque", schema: source });
    const valibotOthers = [
      v.pipe(v.string(), v.trim()),
      v.pipe(v.string(), v.regex(/a/y)),
      v.pipe(v.string(), v.toLowerCase(), v.email()),
      v.fallback(v.pipe(v.string(), v.trim()), "x"),
      v.pipe(
        v.object({ a: v.string() }),
        v.check(() => false),
      ),
      v.variant("a", [v.object({ a: v.literal(1), b: v.string() }), v.object({ a: v.literal(1) })]),
      v.variant("a", [v.object({ a: v.literal(1) }), v.variant("b", [v.object({ a: v.literal(2), b: v.literal(1) })])]),
      v.nullable(v.string(), "x"),
    ];
    for (const source of valibotOthers) expect(plainOf(source)).toMatchObject({ kind: "opaque", schema: source });
  });

  // Each is compared with its validator by the fuzz; here is told that the validator need not be asked.
  it.each<[string, z.ZodType, unknown, unknown]>([
    ["a length in code points", z.string().length(2), "ab", "abc"],
    ["what a text contains", z.string().startsWith("a").endsWith("c").includes("b"), "abc", "ac"],
    ["a union of literals", z.union([z.literal("a"), z.literal(2)]), 2, 3],
    ["a union told by types", z.union([z.string(), z.object({ a: z.string() })]), { a: "a" }, { a: 1 }],
    [
      "a union told by a key",
      z.union([z.object({ k: z.literal(1) }), z.object({ k: z.literal(2) })]),
      { k: 2 },
      { k: 3 },
    ],
    ["an enum of many", z.enum(Array.from({ length: 50 }, (_, i) => `v${i}`)), "v49", "v50"],
    ["int32", z.int32(), -(2 ** 31), 2 ** 31],
    ["uint32", z.uint32(), 2 ** 32 - 1, -1],
    ["a multiple", z.number().multipleOf(5), 15, 16],
    ["a tuple", z.tuple([z.string(), z.number()], z.boolean()), ["a", 1, true], ["a", 1, 2]],
    ["a record", z.record(z.string().max(2), z.number()), { a: 1 }, { abc: 1 }],
    ["a record of an enum", z.record(z.enum(["a", "b"]), z.number()), { a: 1, b: 2 }, { a: 1 }],
    ["a strict object", z.strictObject({ a: z.string() }), { a: "a" }, { a: "a", b: 1 }],
    ["a loose object", z.looseObject({ a: z.string() }), { a: "a", b: [1] }, { b: [1] }],
    ["a catchall", z.object({ a: z.string() }).catchall(z.number()), { a: "a", b: 1 }, { a: "a", b: "b" }],
    ["readonly", z.array(z.string()).readonly(), ["a"], [1]],
    ["any and unknown", z.tuple([z.any(), z.unknown()]), [{}, []], {}],
    ["a default", z.array(z.string().default("x")), ["a"], [1]],
    ["a brand", z.string().brand("B"), "a", 1],
    ["a lazy schema", z.lazy(() => z.string()), "a", 1],
    ["a template", z.templateLiteral(["a", z.number()]), "a1", "aa"],
  ])("knows %s of zod without asking", (_, schema, fits, misfits) => {
    const checks = checksOf(validatorsOf(zodMessage("M", { it: schema })).payload as Validator);
    for (const check of [checks.in, checks.out]) {
      expect(check({ it: fits })).toEqual({ it: fits });
      expect(check({ it: misfits })).toBeUndefined();
    }
  });

  it.each<[string, v.GenericSchema, unknown, unknown]>([
    ["a length", v.pipe(v.string(), v.length(2)), "ab", "abc"],
    ["what a text contains", v.pipe(v.string(), v.startsWith("a"), v.endsWith("c"), v.includes("b")), "abc", "ac"],
    ["a brand", v.pipe(v.string(), v.brand("B")), "a", 1],
    ["a picklist", v.picklist(["a", 2]), 2, 3],
    ["a union told by types", v.union([v.string(), v.number()]), 2, true],
    ["a tuple", v.tupleWithRest([v.string()], v.number()), ["a", 1], ["a", "b"]],
    ["a record", v.record(v.string(), v.number()), { a: 1 }, { a: "a" }],
    ["a strict object", v.strictObject({ a: v.string() }), { a: "a" }, { a: "a", b: 1 }],
    ["a loose object", v.looseObject({ a: v.string() }), { a: "a", b: [1] }, { b: [1] }],
    ["an object with a rest", v.objectWithRest({ a: v.string() }, v.number()), { a: "a", b: 1 }, { a: "a", b: "b" }],
    ["any and unknown", v.tuple([v.any(), v.unknown()]), [{}, []], {}],
    ["nullish", v.nullish(v.string()), null, 1],
    ["a default", v.array(v.optional(v.string(), "x")), ["a"], [1]],
  ])("knows %s of valibot without asking", (_, schema, fits, misfits) => {
    const checks = checksOf(validatorsOf(valibotMessage("M", { it: schema })).payload as Validator);
    for (const check of [checks.in, checks.out]) {
      expect(check({ it: fits })).toEqual({ it: fits });
      expect(check({ it: misfits })).toBeUndefined();
    }
  });

  it("freezes what zod freezes, and makes each default anew", () => {
    const list = z.array(z.string()).default(() => []);
    const checks = checksOf(validatorsOf(zodMessage("M", { list, it: z.object({}).readonly() })).payload as Validator);
    const [first, second] = [1, 2].map(() => checks.in({ it: {} }) as { list: unknown; it: unknown });
    expect(Object.isFrozen(first?.it)).toBe(true);
    expect(first?.list).toEqual([]);
    expect(first?.list).not.toBe(second?.list);
  });

  it("knows what JSON carries of what a schema let through", () => {
    const checks = checksOf(validatorsOf(zodMessage("M", { it: z.any() })).payload as Validator);
    const values = ["a", 1, null, { a: 1 }, new Date(0), Number.NaN];
    expect(values.map((value) => (checks.out({ it: value }), checks.carried))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  // A schema that has a pipe begins another one, as where an application reuses its own `Email`.
  it.each<[string, v.GenericSchema, unknown, unknown]>([
    ["a text", v.pipe(v.pipe(v.string(), v.email()), v.maxLength(20)), "a@b.co", "ab"],
    ["a brand", v.pipe(v.pipe(v.string(), v.email()), v.brand("Email")), "a@b.co", "ab"],
    ["a number", v.pipe(v.pipe(v.number(), v.integer()), v.minValue(1)), 1, 1.5],
    ["a list", v.pipe(v.pipe(v.array(v.string()), v.minLength(2)), v.maxLength(3)), ["a", "b"], ["a"]],
    [
      "an object",
      v.pipe(
        v.pipe(
          v.pipe(
            v.object({ a: v.number() }),
            v.check(({ a }) => a > 1),
          ),
          v.title("one"),
        ),
        v.brand("B"),
      ),
      { a: 2 },
      { a: 1 },
    ],
  ])("holds %s of valibot to the checks of each pipe in it", (_, schema, fits, misfits) => {
    const checks = checksOf(validatorsOf(valibotMessage("M", { it: schema })).payload as Validator);
    expect(judge(checks, { it: fits })).toEqual({ value: { it: fits } });
    for (const check of [checks.in, checks.out]) {
      expect(check({ it: fits })).toEqual({ it: fits });
      expect(check({ it: misfits })).toBeUndefined();
    }
  });

  it.each([
    ["zod", zodMessage("M", { role: z.enum(Role) })],
    ["valibot", valibotMessage("M", { role: v.enum(Role) })],
  ])("takes the values of a numeric enum of %s, and not its names", (_, definition) => {
    const { payload } = validatorsOf(definition);
    const checks = checksOf(payload as Validator);
    for (const role of [0, 9]) expect(checks.in({ role })).toEqual({ role });
    for (const role of ["Guest", "Admin", "0", 1]) {
      expect(checks.in({ role })).toBeUndefined();
      expect(checks.out({ role })).toBeUndefined();
    }
  });

  it("reads a __proto__ key from the wire as an undeclared one", () => {
    const validator = validatorsOf(zodMessage("M", { a: z.string() })).payload as Validator;
    const checked = checksOf(validator).out(JSON.parse('{"a":"x","__proto__":{"admin":true}}')) as Record<
      string,
      unknown
    >;
    expect(checked).toEqual({ a: "x" });
    expect(checked["admin"]).toBeUndefined();
  });
});

describe("a schema that throws for some values", () => {
  // Whatever fits both sides cannot be merged: zod throws, also where only a part of the payload is looked at.
  const sides = z.intersection(z.object({ b: z.string() }), z.object({ b: z.string().transform((b) => [b]) }));
  const recursive: z.ZodType = z.object({ in: sides.optional(), below: z.array(z.lazy(() => recursive)).optional() });
  const M = zodMessage("M", { a: z.string(), part: recursive, list: z.array(recursive) });
  const validator = validatorsOf(M).payload as Validator;
  const bad = () => ({ a: "a", part: { in: { b: "x" } }, list: Array.from({ length: 60 }, () => ({ in: { b: 1 } })) });

  it("accepts none of them, however often the same one is looked at, and rejects nowhere else", async () => {
    const loose: unknown[] = [];
    const note = (error: unknown) => void loose.push(error);
    process.on("unhandledRejection", note);
    const checks = checksOf(validator);
    const value = bad();
    for (let i = 0; i < 3; i++) {
      const outcome = await Promise.resolve()
        .then(() => judge(checks, value))
        .then(({ issues }) => (issues === undefined ? "accepted" : "refused"), String);
      expect(outcome).not.toBe("accepted");
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("unhandledRejection", note);
    expect(loose).toEqual([]);
  });
});
