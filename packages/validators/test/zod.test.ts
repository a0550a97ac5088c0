import { toIssues, validatorsOf } from "@ws-kit/core/schema";
import { z, message, rpc } from "@ws-kit/zod";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import * as zod from "zod";
import { z as zod3 } from "zod-3/v3";
import { z as oldZod3 } from "zod-3";
import { z as other } from "zod-oldest";

const outbound = (schema: unknown, value: unknown) =>
  validatorsOf(message("X", schema as never)).payload?.outbound(value);

it("runs with the zod that its project asks for", () => {
  expect("xor" in zod).toBe(process.env["OLDEST"] !== "true");
});

describe("schemas of other origin", () => {
  it.each([
    ["zod 3", zod3.object({ id: zod3.string() })],
    ["a field of zod 3", { id: zod3.string() }],
    ["zod 3 as its last version had it", oldZod3.object({ id: oldZod3.string() })],
  ])("refuses %s when defined, and says why", (_, schema) => {
    expect(() => message("X", schema as never)).toThrow(/payload of "X".*zod 3.*zod 4/);
    expect(() => rpc("X", undefined, "Y", schema as never)).toThrow(/payload of "Y".*zod 3/);
  });

  it("refuses another validator's, and says which package takes it", () => {
    expect(() => message("X", v.object({ id: v.string() }) as never)).toThrow(/@ws-kit\/valibot/);
    expect(() => message("X", { id: v.string() } as never)).toThrow(/at id.*@ws-kit\/valibot/);
  });

  it("takes those of another copy of zod 4, alone and among its own", async () => {
    const at = other.codec(other.iso.datetime(), other.date(), {
      decode: (text) => new Date(text),
      encode: (date) => date.toISOString(),
    });
    const whole = other.object({ at, user: other.object({ id: other.string() }) });
    const value = { at: "2026-03-01T12:00:00Z", user: { id: "u1", hash: "x" }, x: 1 };
    const wire = { at: "2026-03-01T12:00:00Z", user: { id: "u1" } };
    for (const schema of [whole, { at, user: z.object({ id: z.string() }) }]) {
      expect(await outbound(schema, value)).toEqual({ value: wire });
    }
    expect(() => message("X", { at: other.date() } as never)).toThrow(/at at is a date/);
  });
});

describe("instances of a class", () => {
  class Point {
    x = 0;
  }
  it.each([Point, Date, Map, Set, File, Uint8Array, Promise, Function])("are refused when defined: %o", (Class) => {
    const schema = z.instanceof(Class as typeof Point);
    for (const wrapped of [
      { at: schema },
      { at: z.union([z.string(), schema]) },
      { at: schema.optional() },
      { at: other.instanceof(Class as typeof Point) },
      { at: schema.transform((value) => JSON.stringify(value)) },
    ]) {
      expect(() => message("X", wrapped as never)).toThrow(
        /payload of "X" at at.* is a class instance \(\w+\), which JSON cannot carry; use z\.object/,
      );
    }
  });

  it("are received where a codec makes them of what JSON carries", async () => {
    const point = z.codec(z.object({ x: z.number() }), z.instanceof(Point), {
      decode: ({ x }) => Object.assign(new Point(), { x }),
      encode: ({ x }) => ({ x }),
    });
    const { payload } = validatorsOf(message("X", { at: point }));
    expect(await payload?.outbound({ at: { x: 1, y: 2 } })).toEqual({ value: { at: { x: 1 } } });
    expect(await payload?.inbound({ at: { x: 1 } })).toEqual({ value: { at: Object.assign(new Point(), { x: 1 }) } });
  });

  it("are taken of the classes that JSON has", async () => {
    for (const [Class, given] of [
      [Object, { a: 1 }],
      [Array, [1]],
    ] as const) {
      expect(await outbound(z.instanceof(Class as ObjectConstructor), given)).toEqual({ value: given });
    }
  });
});

describe("a schema that refers to a later one", () => {
  it("can be defined before it, and is read when it is sent", () => {
    const Tree = message("TREE", { id: z.string(), below: z.array(z.lazy(() => leaf)) });
    const leaf = z.object({ at: z.string().transform((text) => text.length) });
    const given = { id: "1", below: [{ at: "four", x: 1 }], x: 1 };
    expect(validatorsOf(Tree).payload?.outbound(given)).toEqual({ value: { id: "1", below: [{ at: "four" }] } });
  });
});

describe("what goes out", () => {
  it("carries coerced dates, which need no more than what they are made from", () => {
    expect(outbound({ at: z.coerce.date() }, { at: "2026-03-01", x: 1 })).toEqual({ value: { at: "2026-03-01" } });
  });

  it("strips in every shape that holds something", () => {
    const id = z.object({ id: z.string() });
    const leaky = { id: "1", x: 1 };
    const tidy = { id: "1" };
    const length = z.string().transform((text) => text.length);
    for (const [schema, given, wire] of [
      [z.tuple([id], id), [leaky, leaky], [tidy, tidy]],
      [z.record(z.string(), id), { a: leaky }, { a: tidy }],
      [z.looseObject({ a: id }), { a: leaky, b: leaky }, { a: tidy, b: leaky }],
      [z.object({ a: id }).catchall(id), { a: leaky, b: leaky }, { a: tidy, b: tidy }],
      [
        z.intersection(z.object({ a: id }), z.object({ a: z.object({ n: z.number() }) })),
        { a: { id: "1", n: 2, x: 1 } },
        { a: { id: "1", n: 2 } },
      ],
      [id.readonly().nullable().optional(), leaky, tidy],
      [id.default({ id: "0" }), leaky, tidy],
      [id.prefault({ id: "0" }), leaky, tidy],
      [id.catch({ id: "0" }), leaky, tidy],
      [id.pipe(z.object({ id: z.string() })), leaky, tidy],
      // Newer than the oldest zod that is taken.
      ["xor" in zod ? zod.xor([id, z.object({ n: z.number() })]) : id, leaky, tidy],
    ] as const) {
      // Beside a transform the input is what travels, stripped; without one it is zod's own output.
      expect(outbound(z.object({ at: length, it: schema }), { at: "four", it: given })).toEqual({
        value: { at: "four", it: wire },
      });
      expect(outbound(schema, given)).toMatchObject({ value: wire });
    }
  });

  it("asks asynchronous options in turn", async () => {
    const later = z.object({
      kind: z.literal("a"),
      at: z.string().transform(async (text) => Promise.resolve(text.length)),
    });
    const schema = z.object({ list: z.array(z.union([later, z.object({ kind: z.literal("b") })])) });
    const given = {
      list: [
        { kind: "b", x: 1 },
        { kind: "a", at: "four", x: 1 },
      ],
    };
    expect(await outbound(schema, given)).toEqual({ value: { list: [{ kind: "b" }, { kind: "a", at: "four" }] } });
  });

  it("leaves at home what a catch would replace", () => {
    const schema = z.object({ user: z.object({ id: z.string() }).catch({ id: "0" }) });
    expect(outbound(schema, { user: { id: 5, hash: "x" } })).toEqual({ value: {} });
  });

  it("never takes a __proto__ key for a prototype", () => {
    const given = JSON.parse('{"__proto__":{"admin":true},"a":"four"}') as object;
    const result = outbound(z.looseObject({ a: z.string().transform((text) => text.length) }), given) as {
      value: object;
    };
    expect(Object.getPrototypeOf(result.value)).toBe(Object.prototype);
    expect((result.value as { admin?: unknown }).admin).toBeUndefined();
  });
});

it("gives paths as plain lists", async () => {
  const result = await validatorsOf(message("X", { list: z.array(z.object({ n: z.number() })) })).payload?.inbound({
    list: [{ n: 1 }, { n: "2" }],
  });
  expect(toIssues(result?.issues ?? [])).toEqual([
    { path: ["list", 1, "n"], message: "Invalid input: expected number, received string" },
  ]);
});
