import * as fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { compareSchemas } from "./compare.ts";
import type { Schema } from "./schema.ts";

/** A schema, and values that it takes, as they travel. */
interface Kind {
  readonly schema: z.ZodType;
  readonly values: fc.Arbitrary<unknown>;
}

const texts = fc.constantFrom("", "a", "b", "ab", "abc");
const numbers = fc.constantFrom(-1, 0, 1, 2, 2.5);
const within = (schema: z.ZodType, values: fc.Arbitrary<unknown>): Kind => ({
  schema,
  values: values.filter((value) => schema.safeParse(value).success),
});

const leaves: fc.Arbitrary<Kind> = fc.oneof(
  fc.constantFrom(
    within(z.string(), texts),
    within(z.string().min(1), texts),
    within(z.string().max(2), texts),
    within(z.number(), numbers),
    within(z.int(), numbers),
    within(z.number().min(0), numbers),
    within(z.number().positive().max(2), numbers),
    within(z.boolean(), fc.boolean()),
    within(z.null(), fc.constant(null)),
    within(z.literal("a"), texts),
    within(z.literal([1, 2]), numbers),
    within(z.enum(["a", "b"]), texts),
    within(z.unknown(), fc.oneof(texts, numbers)),
  ),
);

type Two = readonly [old: Kind, now: Kind];

const each = (inner: Two, make: (kind: Kind) => Kind): Two => [make(inner[0]), make(inner[1])];

/** A property of an object: in which of two it is, and where it has to be. */
const field = fc.record({
  had: fc.constantFrom(true, true, false),
  has: fc.constantFrom(true, true, false),
  needed: fc.boolean(),
  needs: fc.boolean(),
});
const MAKERS = [z.object, z.object, z.strictObject, z.looseObject] as const;

function objectOf(make: (typeof MAKERS)[number], fields: readonly [key: string, kind: Kind, needs: boolean][]): Kind {
  const shape = fields.map(([key, { schema }, needs]) => [key, needs ? schema : schema.optional()]);
  const values = Object.fromEntries(fields.map(([key, kind]) => [key, kind.values]));
  const requiredKeys = fields.filter(([, , needs]) => needs).map(([key]) => key);
  return {
    schema: make(Object.fromEntries(shape) as Record<string, z.ZodType>),
    values: fc.record(values, { requiredKeys }),
  };
}

/** Two schemas that have much in common: most of what is found out about them hangs on one change. */
const { two: twins } = fc.letrec<{ two: Two }>((tie) => ({
  two: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: leaves.map((leaf): Two => [leaf, leaf]) },
    { weight: 1, arbitrary: fc.tuple(leaves, leaves) },
    {
      weight: 1,
      arbitrary: tie("two").map((inner) =>
        each(inner, ({ schema, values }) => ({ schema: z.array(schema), values: fc.array(values, { maxLength: 2 }) })),
      ),
    },
    {
      weight: 1,
      arbitrary: tie("two").map((inner) =>
        each(inner, ({ schema, values }) => ({
          schema: z.record(z.string(), schema),
          values: fc.dictionary(fc.constantFrom("a", "b", "c"), values, { maxKeys: 2 }),
        })),
      ),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(tie("two"), tie("two"), fc.constantFrom("both", "both", "first")).map(([a, b, now]): Two => {
        const union = ([one, other]: readonly [Kind, Kind]): Kind => ({
          schema: z.union([one.schema, other.schema]),
          values: fc.oneof(one.values, other.values),
        });
        return [union([a[0], b[0]]), now === "both" ? union([b[1], a[1]]) : a[1]];
      }),
    },
    {
      weight: 5,
      arbitrary: fc
        .tuple(
          fc.dictionary(fc.constantFrom("a", "b", "c"), fc.tuple(tie("two"), field), { maxKeys: 3 }),
          fc.constantFrom(...MAKERS),
          fc.constantFrom(undefined, undefined, ...MAKERS),
        )
        .map(([fields, was, is]): Two => {
          const entries = Object.entries(fields);
          const old = entries.filter(([, [, { had }]]) => had);
          const now = entries.filter(([, [, { has }]]) => has);
          return [
            objectOf(
              was,
              old.map(([key, [kinds, { needed }]]) => [key, kinds[0], needed]),
            ),
            objectOf(
              is ?? was,
              now.map(([key, [kinds, { needs }]]) => [key, kinds[1], needs]),
            ),
          ];
        }),
    },
  ),
}));

const json = ({ schema }: Kind) => z.toJSONSchema(schema, { io: "input" }) as Schema;

test("whoever writes by a schema is refused by another one only where that is said to be narrower", () => {
  let refused = 0;
  fc.assert(
    fc.property(
      twins.chain(([old, now]) => fc.record({ old: fc.constant(old), now: fc.constant(now), value: old.values })),
      ({ old, now, value }) => {
        // A sender leaves out what its schema does not have.
        if (now.schema.safeParse(old.schema.parse(value)).success) return;
        refused++;
        expect(compareSchemas(json(old), json(now), "x").some(({ narrows }) => narrows)).toBe(true);
        expect(compareSchemas(json(now), json(old), "x").some(({ widens }) => widens)).toBe(true);
      },
    ),
    { numRuns: 3_000 },
  );
  expect(refused).toBeGreaterThan(200);
});

test("a schema is no news to itself, and what narrows one way widens the other", () => {
  fc.assert(
    fc.property(twins, ([a, b]) => {
      expect(compareSchemas(json(a), json(a), "x")).toEqual([]);
      const there = compareSchemas(json(a), json(b), "x");
      const back = compareSchemas(json(b), json(a), "x");
      expect(there.some(({ narrows }) => narrows)).toBe(back.some(({ widens }) => widens));
      expect(there.some(({ widens }) => widens)).toBe(back.some(({ narrows }) => narrows));
      // Nothing that has changed goes unsaid.
      const same = JSON.stringify(json(a)) === JSON.stringify(json(b));
      expect(same && there.length > 0).toBe(false);
    }),
    { numRuns: 500 },
  );
});
