/* oxlint-disable no-shadow -- the choices of a value hide those of its schema, which must not be made again */
import * as v from "valibot";
import { type Case, type Choose, KEYS, list, odd, pick, scalar, word } from "./fuzz.ts";
import * as fuzz from "./fuzz.ts";
import { Mixed, Role } from "./values.ts";

type Schema = v.GenericSchema;
type ValibotCase = Case<Schema>;
type Item = v.PipeItem<never, never, v.BaseIssue<unknown>>;

// The library's types tell the actions apart, which are chosen by chance here.
const text = (schema: unknown): ValibotCase => fuzz.text(schema as Schema);
const numeric = (schema: unknown): ValibotCase => fuzz.numeric(schema as Schema);
const among = (schema: unknown, ...values: unknown[]): ValibotCase => fuzz.among(schema as Schema, ...values);
const step = (choose: Choose, ...items: readonly unknown[]) => pick(choose, items) as Item;

/** Every validation of the library that takes no argument and is a pattern: they are told by that alone. */
const patterns: readonly v.PipeItem<string, string, v.BaseIssue<unknown>>[] = Object.entries(v).flatMap(
  ([name, made]) => {
    if (typeof made !== "function" || made.length > 1 || name.endsWith("Async")) return [];
    try {
      const item = (made as () => { kind?: string; requirement?: unknown })();
      return item.kind === "validation" && item.requirement instanceof RegExp ? [item as never] : [];
    } catch {
      return [];
    }
  },
);

/** Options of a union of which few accept the same. */
const TOLD: readonly (readonly Schema[])[] = [
  [v.string(), v.number(), v.boolean()],
  [v.literal("a"), v.picklist(["ab", 3]), v.null(), v.literal("a")],
  [v.array(v.string()), v.object({ a: v.optional(v.string()) })],
  [v.object({ a: v.optional(v.string()) }), v.array(v.string())],
  [v.nullable(v.string()), v.record(v.string(), v.number()), v.tuple([v.string()])],
  [v.union([v.string(), v.number()]), v.null()],
];

/** Schemas that hold no others. */
export const leaves: readonly ((choose: Choose) => ValibotCase)[] = [
  () => text(v.string()),
  (choose) => text(v.pipe(v.string(), v.minLength(choose(4)), v.maxLength(8))),
  (choose) =>
    text(
      v.pipe(
        v.string() as never,
        step(
          choose,
          v.length(choose(4)),
          v.nonEmpty(),
          v.empty(),
          v.notLength(2),
          v.startsWith("a"),
          v.endsWith("b"),
          v.includes("b"),
          v.excludes("b"),
        ),
      ),
    ),
  (choose) =>
    text(
      v.pipe(
        v.string() as never,
        step(
          choose,
          v.minBytes(2),
          v.maxGraphemes(2),
          v.words("en", 1),
          v.value("a"),
          v.notValue("a"),
          v.values(["a", "b"]),
          v.ltValue("b"),
        ),
      ),
    ),
  (choose) => text(v.pipe(v.string(), pick(choose, patterns))),
  (choose) => text(v.pipe(v.string(), v.minLength(1), pick(choose, patterns))),
  (choose) => text(v.pipe(v.pipe(v.string(), pick(choose, patterns)), v.maxLength(8))),
  () => text(v.pipe(v.pipe(v.string(), v.trim()), v.brand("B"))),
  () => text(v.pipe(v.pipe(v.string(), v.url()), v.nonEmpty())),
  () => text(v.pipe(v.string(), v.regex(/^[a-z"'`\\]/u), v.maxLength(20), v.regex(/o$|b/))),
  (choose) =>
    text(
      v.pipe(
        v.string() as never,
        step(choose, v.trim(), v.toLowerCase(), v.toUpperCase(), v.trimStart(), v.normalize()),
      ),
    ),
  (choose) => text(v.pipe(v.string() as never, step(choose, v.url(), v.creditCard(), v.hash(["md5"]), v.imei()))),
  () =>
    text(
      v.pipe(
        v.string(),
        v.check((given) => given !== "a"),
      ),
    ),
  () =>
    text(
      v.pipe(
        v.string(),
        v.rawCheck(({ dataset, addIssue }) => dataset.typed && dataset.value === "a" && addIssue({ message: "no" })),
      ),
    ),
  () =>
    text(
      v.pipe(
        v.string(),
        v.transform((given) => given.length),
      ),
    ),
  () =>
    text(
      v.pipe(
        v.string(),
        v.transform((given) => (given === "a" ? undefined : given)),
      ),
    ),
  () => text(v.pipe(v.string(), v.toLowerCase(), v.email())),
  () => text(v.pipe(v.string(), v.brand("Name"), v.title("x"), v.readonly())),
  () => numeric(v.number()),
  (choose) => numeric(v.pipe(v.number(), v.minValue(-1), v.maxValue(choose(12)))),
  (choose) =>
    numeric(
      v.pipe(
        v.number() as never,
        step(
          choose,
          v.integer(),
          v.safeInteger(),
          v.multipleOf(3),
          v.finite(),
          v.gtValue(0),
          v.ltValue(9),
          v.toMinValue(2),
        ),
      ),
    ),
  () => among(v.boolean(), true, false),
  () => among(v.null(), null),
  () => among(v.undefined(), undefined),
  () => among(v.void(), undefined),
  () => among(v.never(), "a"),
  () => ({ schema: v.any(), value: scalar }),
  () => ({ schema: v.unknown(), value: scalar }),
  // One that never throws: a check that tells an option by its tag calls nothing of the others, which the library does.
  () => ({
    schema: v.pipe(
      v.unknown(),
      v.transform((value) => typeof value),
    ) as never,
    value: scalar,
  }),
  () => among(v.literal("ab"), "ab", "a"),
  () => among(v.literal(0), 0, -0, false),
  () => among(v.picklist(["a", "ab", 3]), "a", "ab", 3, "3"),
  () => among(v.enum({ A: "a", B: "ab" }), "a", "ab", "A"),
  () => among(v.enum(Role), Role.Guest, Role.Admin, "Guest", "Admin", "0", 1),
  () => among(v.enum(Mixed), 1, "two", -1, "One", "Two", "Minus", "1"),
  () => among(v.picklist(Array.from({ length: 30 }, (_, i) => `v${i}`)), "v3", "v29", "k3"),
  () => ({ schema: v.custom((value) => value === "a"), value: word }),
];

/** Schemas of others. */
export const branches: readonly ((choose: Choose, inner: () => ValibotCase) => ValibotCase)[] = [
  object,
  object,
  object,
  (choose, inner) => {
    const { schema, value } = inner();
    const [least, most] = [choose(3), 2 + choose(30)];
    const made = pick<unknown>(choose, [
      v.array(schema),
      v.array(schema),
      v.pipe(v.array(schema), v.minLength(least)),
      v.pipe(v.array(schema), v.maxLength(most)),
      v.pipe(v.array(schema), v.nonEmpty()),
      v.pipe(v.array(schema), v.length(2)),
      v.pipe(
        v.array(schema),
        v.everyItem((item) => item !== "ab"),
      ),
    ]);
    return { schema: made as Schema, value: (choose) => odd(choose, () => list(choose, () => value(choose))) };
  },
  (choose, inner) => {
    const [first, second, rest] = [inner(), inner(), inner()];
    const items = [first.schema, second.schema] as const;
    const made = pick<unknown>(choose, [
      v.tuple(items),
      v.looseTuple(items),
      v.strictTuple(items),
      v.tupleWithRest(items, rest.schema),
    ]);
    return {
      schema: made as Schema,
      value: (choose) =>
        odd(choose, () => [
          first.value(choose),
          second.value(choose),
          ...list(choose, () => rest.value(choose)).slice(choose(3)),
        ]),
    };
  },
  (choose, inner) => {
    const { schema, value } = inner();
    const made = pick<unknown>(choose, [
      v.record(v.string(), schema),
      v.record(v.pipe(v.string(), v.minLength(2)), schema),
      v.record(v.picklist(["a", "b"]), schema),
    ]);
    return {
      schema: made as Schema,
      value: (choose) =>
        odd(choose, () => Object.fromEntries(["a", "b", "ab"].slice(choose(3)).map((key) => [key, value(choose)]))),
    };
  },
  (choose, inner) => {
    const options = [inner(), inner(), inner()];
    const schemas = options.map(({ schema }) => schema);
    // Told by their types, when they are plain.
    if (choose(3) === 0) schemas.splice(0, choose(3), ...pick(choose, TOLD));
    return {
      schema: v.union(schemas),
      value: (choose) => pick(choose, options).value(choose),
    };
  },
  (choose, inner) => {
    const [left, right] = [object(choose, inner), object(choose, inner)];
    return {
      schema: v.intersect([left.schema, right.schema]) as Schema,
      value: (choose) => Object.assign({}, left.value(choose), right.value(choose)),
    };
  },
  variant,
  (choose, inner) => {
    const { schema, value } = inner();
    const fallback = pick<never>(choose, ["d", 1, null, undefined, {}] as never[]);
    const made = pick<() => unknown>(choose, [
      () => v.nullable(schema),
      () => v.nullable(schema),
      () => v.nullish(schema),
      () => v.optional(schema),
      () => v.undefinedable(schema),
      () => v.exactOptional(schema),
      () => v.lazy(() => schema),
      () => v.nonOptional(v.optional(schema)),
      () => v.nonNullable(v.nullable(schema)),
      () => v.nonNullish(v.nullish(schema)),
      () => v.optional(schema, fallback),
      () => v.nullish(schema, fallback),
      () => v.nullable(schema, fallback),
      () => v.optional(schema, () => fallback),
      () => v.nullish(v.optional(schema, fallback)),
      () => v.optional(v.optional(schema, fallback)),
      () => v.pipe(schema, v.brand("B"), v.readonly(), v.description("x")),
      () => v.array(v.optional(schema)),
      () => v.array(v.optional(schema, fallback)),
      () =>
        v.pipe(
          v.pipe(
            schema,
            v.check((given) => given !== "ab"),
          ),
          v.title("x"),
        ),
      () => v.fallback(schema, fallback),
      () => v.fallback(v.optional(schema), fallback),
      () =>
        v.pipe(
          v.optional(schema, fallback),
          v.check((given) => given !== "ab"),
        ),
      () =>
        v.pipe(
          schema,
          v.check((given) => given !== "ab"),
        ),
      () =>
        v.pipe(
          schema,
          v.transform((given) => [given]),
        ),
      () => v.union([schema, v.null()]),
      () => v.optional(v.fallback(schema, fallback)),
      () => v.exactOptional(schema, fallback),
    ])();
    return { schema: made as Schema, value: (choose) => odd(choose, () => (choose(8) === 0 ? null : value(choose))) };
  },
  (choose, inner) => {
    const leaf = inner();
    type Tree = { leaf: unknown; below: Tree[] };
    const schema: Schema = v.object({ leaf: leaf.schema, below: v.array(v.lazy(() => schema)) });
    const value = (choose: Choose, depth = 3): Tree => ({
      leaf: leaf.value(choose),
      below: depth === 0 ? [] : Array.from({ length: choose(3) }, () => value(choose, depth - 1)),
    });
    return { schema, value: (choose) => value(choose) };
  },
];

/** An object with a part that has to be waited for. */
export function asynchronous(choose: Choose, inner: () => ValibotCase): ValibotCase {
  const { schema, value } = object(choose, inner);
  const waits = pick<() => unknown>(choose, [
    () => v.checkAsync(async (given) => given !== "a"),
    () => v.transformAsync(async (given) => `${given as string}!`),
    // For some values alone.
    () => v.checkAsync((given) => (given === "ab" ? Promise.resolve(false) : true)),
  ])();
  const late = v.pipeAsync(v.string(), waits as v.CheckActionAsync<string, undefined>);
  const made = v.objectAsync({ late, list: v.optionalAsync(v.arrayAsync(late)), rest: v.unionAsync([schema, late]) });
  return {
    schema: made as unknown as Schema,
    value: (choose) => {
      const made = { late: word(choose), list: list(choose, () => word(choose)), rest: value(choose), undeclared: 1 };
      return choose(4) === 0 ? { late: word(choose), rest: word(choose) } : made;
    },
  };
}

export function object(choose: Choose, inner: () => ValibotCase): ValibotCase {
  return shaped(choose, inner, {});
}

function shaped(choose: Choose, inner: () => ValibotCase, tag: Readonly<Record<string, ValibotCase>>): ValibotCase {
  const fields: Record<string, ValibotCase> = {};
  for (let i = choose(5); i >= 0; i--) {
    const field = inner();
    fields[pick(choose, KEYS)] = choose(3) === 0 ? { ...field, schema: v.optional(field.schema) } : field;
  }
  Object.assign(fields, tag);
  const entries = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.schema]));
  const others: readonly unknown[] = [
    v.strictObject(entries),
    v.looseObject(entries),
    v.objectWithRest(entries, v.number()),
    v.partial(v.object(entries)),
    v.pipe(
      v.object(entries),
      v.check((given) => !("a" in given)),
    ),
  ];
  const schema = Object.keys(tag).length > 0 || choose(5) > 0 ? v.object(entries) : pick(choose, others);
  return {
    schema: schema as Schema,
    value: (choose) =>
      odd(choose, () => {
        const made: Record<string, unknown> = choose(9) === 0 ? Object.create({ a: "a", b: 1 }) : {};
        for (const [key, field] of Object.entries(fields).toSorted(() => choose(3) - 1))
          if (choose(16) > 0) made[key] = field.value(choose);
        if (choose(3) === 0) made["undeclared"] = "secret";
        return made;
      }),
  };
}

/** Objects that are told apart by one key. */
export function variant(choose: Choose, inner: () => ValibotCase): ValibotCase {
  const key = pick(choose, KEYS);
  const tags = [
    among(v.literal("a"), "a"),
    among(v.picklist(["ab", "abc"]), "ab"),
    among(v.literal(3), 3),
    among(v.enum(Role), Role.Admin, "Admin"),
  ];
  const options = tags.slice(0, 1 + choose(4)).map((tag) => shaped(choose, inner, { [key]: tag }));
  return {
    schema:
      choose(4) === 0
        ? v.union(options.map(({ schema }) => schema))
        : (v.variant(key, options.map(({ schema }) => schema) as never) as Schema),
    value: (choose) => pick(choose, options).value(choose),
  };
}
