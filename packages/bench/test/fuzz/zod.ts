/* oxlint-disable no-shadow -- the choices of a value hide those of its schema, which must not be made again */
import * as z from "zod";
import { type Case, type Choose, KEYS, list, numeric, odd, pick, scalar, text, word, among } from "./fuzz.ts";
import { Mixed, Role } from "./values.ts";

type ZodCase = Case<z.ZodType>;

/** Options of a union of which few accept the same. */
const TOLD: readonly (readonly z.ZodType[])[] = [
  [z.string(), z.number(), z.boolean()],
  [z.literal("a"), z.literal(["ab", 3, null]), z.literal("a")],
  [z.array(z.string()), z.object({ a: z.string().optional() }).readonly()],
  [z.object({ a: z.string().optional() }), z.array(z.string())],
  [z.string().nullable(), z.record(z.string(), z.number()), z.tuple([z.string()])],
  [z.union([z.string(), z.number()]), z.null()],
];

/** Schemas that hold no others. */
export const leaves: readonly ((choose: Choose) => ZodCase)[] = [
  () => text(z.string()),
  (choose) => text(z.string().min(choose(4)).max(8)),
  (choose) => text(z.string().length(choose(4))),
  () =>
    text(
      z
        .string()
        .regex(/^[a-z"'`\\]/u)
        .max(20)
        .regex(/o$|b/),
    ),
  () => text(z.string().regex(/a/g)),
  (choose) =>
    text(
      pick(choose, [
        z.string().startsWith("a"),
        z.string().endsWith("b"),
        z.string().includes("b"),
        z.string().includes("b", { position: 1 }),
        z.string().startsWith("a").includes("b").max(3),
        z.string().nonempty(),
      ]),
    ),
  (choose) =>
    text(pick(choose, [z.string().trim(), z.string().toLowerCase(), z.string().toUpperCase(), z.string().normalize()])),
  (choose) => text(pick(choose, [z.string().lowercase(), z.string().uppercase(), z.iban(), z.creditCard()])),
  (choose) =>
    text(
      pick(choose, [
        z.email(),
        z.uuid(),
        z.uuidv4(),
        z.guid(),
        z.url(),
        z.httpUrl(),
        z.url({ normalize: true }),
        z.emoji(),
        z.nanoid(),
        // oxlint-disable-next-line typescript/no-deprecated -- as long as zod has it
        z.cuid(),
        z.cuid2(),
      ]),
    ),
  (choose) =>
    text(
      pick(choose, [
        z.ulid(),
        z.ipv6(),
        z.guid(),
        z.nanoid(),
        z.xid(),
        z.ksuid(),
        z.ipv4(),
        z.ipv6(),
        z.mac(),
        z.cidrv4(),
        z.cidrv6(),
        z.base64(),
        z.base64url(),
        z.e164(),
        z.jwt(),
      ]),
    ),
  (choose) =>
    text(
      pick(choose, [
        z.iso.date(),
        z.iso.datetime(),
        z.iso.datetime({ offset: true, local: true }),
        z.iso.time(),
        z.iso.duration(),
      ]),
    ),
  (choose) =>
    text(
      pick(choose, [
        z.hostname(),
        z.hex(),
        z.hash("md5"),
        z.stringFormat("ab", (given) => given === "ab"),
        z.stringFormat("x", /^x/),
      ]),
    ),
  () => text(z.templateLiteral(["a", z.string().optional()])),
  () => text(z.stringbool()),
  () => numeric(z.number()),
  (choose) => numeric(z.number().min(-1).max(choose(12))),
  () => numeric(z.number().gt(0).lt(10)),
  (choose) =>
    numeric(
      pick(choose, [
        z.int(),
        z.number().int(),
        z.int32(),
        z.uint32(),
        z.float32(),
        z.float64(),
        z.number().positive(),
        z.number().multipleOf(3),
        z.number().nonnegative(),
      ]),
    ),
  () => among(z.boolean(), true, false),
  () => among(z.null(), null),
  () => among(z.undefined(), undefined),
  () => among(z.void(), undefined),
  () => among(z.never(), "a"),
  () => ({ schema: z.any(), value: scalar }),
  () => ({ schema: z.unknown(), value: scalar }),
  () => among(z.literal("ab"), "ab", "a"),
  () => among(z.literal([0, "a", true, null]), 0, -0, "a", true, null, false),
  () => among(z.literal([undefined, "a"]), undefined, "a"),
  () => among(z.enum(["a", "ab"]), "a", "ab", "b"),
  () => among(z.enum({ A: "a", B: "ab" }), "a", "ab", "A"),
  () => among(z.enum(Role), Role.Guest, Role.Admin, "Guest", "Admin", "0", 1),
  () => among(z.enum(Mixed), 1, "two", -1, "One", "Two", "Minus", "1"),
  () => among(z.enum(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, `v${i}`]))), "v3", "v29", "k3"),
  () => ({ schema: z.custom<string>((value) => value === "a"), value: word }),
  () => text(z.string().refine((given) => given !== "a")),
  () =>
    text(
      z.string().superRefine((given, ctx) => {
        if (given === "a") ctx.addIssue({ code: "custom", message: "no" });
      }),
    ),
  () =>
    text(
      z.string().check(
        z.minLength(1),
        z.overwrite((given) => `${given}!`),
      ),
    ),
  () => text(z.string().transform((given) => given.length)),
  () => text(z.string().transform((given) => (given === "a" ? undefined : given))),
  () => text(z.string().pipe(z.string().min(1))),
  () => text(z.preprocess((given) => (given === null ? "" : given), z.string())),
  () => text(z.codec(z.string(), z.number(), { decode: Number.parseFloat, encode: String }).or(z.null())),
  () => text(z.string().brand<"Name">()),
  () => text(z.string().describe("a name").meta({ title: "x" })),
  (choose) => ({ schema: pick(choose, [z.coerce.string(), z.coerce.number(), z.coerce.boolean()]), value: scalar }),
  () => ({ schema: z.json(), value: scalar }),
];

/** Schemas of others. */
export const branches: readonly ((choose: Choose, inner: () => ZodCase) => ZodCase)[] = [
  object,
  object,
  object,
  (choose, inner) => {
    const { schema, value } = inner();
    const [least, most] = [choose(3), 2 + choose(30)];
    const made = pick(choose, [
      z.array(schema),
      z.array(schema),
      z.array(schema).min(least),
      z.array(schema).max(most),
      z.array(schema).nonempty(),
      z.array(schema).length(2),
    ]);
    return { schema: made, value: (choose) => odd(choose, () => list(choose, () => value(choose))) };
  },
  (choose, inner) => {
    const [first, second, rest] = [inner(), inner(), inner()];
    const open = choose(2) === 0;
    const items = [first.schema, second.schema] as const;
    return {
      schema: open ? z.tuple([...items], rest.schema) : z.tuple([...items]),
      value: (choose) =>
        odd(choose, () => [
          first.value(choose),
          second.value(choose),
          ...(open ? list(choose, () => rest.value(choose)) : []),
        ]),
    };
  },
  (choose, inner) => {
    const { schema, value } = inner();
    const made = pick(choose, [
      z.record(z.string(), schema),
      z.record(z.string().min(2), schema),
      z.partialRecord(z.enum(["a", "b"]), schema),
      z.record(z.enum(["a", "b"]), schema),
      z.record(z.string().startsWith("a"), schema.optional()),
      z.record(z.literal(["a", "toString"]), schema),
      z.record(z.string().trim(), schema),
      z.looseRecord(z.string().regex(/a/), schema),
    ]);
    return {
      schema: made,
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
      schema: choose(4) === 0 ? z.xor(schemas) : z.union(schemas),
      value: (choose) => pick(choose, options).value(choose),
    };
  },
  (choose, inner) => {
    const [left, right] = [object(choose, inner), object(choose, inner)];
    return {
      schema: z.intersection(left.schema, right.schema),
      value: (choose) => Object.assign({}, left.value(choose), right.value(choose)),
    };
  },
  variant,
  (choose, inner) => {
    const { schema, value } = inner();
    const fallback = pick<unknown>(choose, ["d", 1, null, undefined, {}]);
    const made = pick(choose, [
      () => schema.nullable(),
      () => schema.nullable(),
      () => schema.nullish(),
      () => schema.optional(),
      () => schema.readonly(),
      () => z.lazy(() => schema),
      () => z.nonoptional(schema.optional()),
      () => z.exactOptional(schema),
      () => schema.default(fallback as never),
      () => schema.prefault(fallback as never),
      () => schema.catch(fallback as never),
      () => schema.refine((given) => given !== "ab"),
      () => schema.optional().refine((given) => given !== "ab"),
      () => schema.default(fallback as never).optional(),
      () => schema.default(() => fallback as never),
      () => schema.nullable().default(fallback as never),
      () => schema.optional().nullable(),
      () => schema.optional().readonly(),
      () => z.array(schema.optional()).or(schema),
      () => z.array(schema.default(fallback as never)),
      () => schema.transform((given) => [given]),
      () => schema.brand<"B">(),
      () => schema.or(z.null()),
      () => z.success(schema),
    ])();
    return { schema: made, value: (choose) => odd(choose, () => (choose(8) === 0 ? null : value(choose))) };
  },
  (choose, inner) => {
    const leaf = inner();
    type Tree = { leaf: unknown; below: Tree[] };
    const schema: z.ZodType = z.object({
      leaf: leaf.schema,
      get below() {
        return z.array(schema);
      },
    });
    const value = (choose: Choose, depth = 3): Tree => ({
      leaf: leaf.value(choose),
      below: depth === 0 ? [] : Array.from({ length: choose(3) }, () => value(choose, depth - 1)),
    });
    return { schema, value: (choose) => value(choose) };
  },
];

/** Parts that have to be waited for. */
export const asynchronous: readonly ((choose: Choose) => ZodCase)[] = [
  () => text(z.string().refine(async (given) => given !== "a")),
  () => text(z.string().transform(async (given) => `${given}!`)),
  () => text(z.string().refine((given) => (given === "ab" ? Promise.resolve(false) : true))),
];

export function object(choose: Choose, inner: () => ZodCase): ZodCase {
  return shaped(choose, inner, {});
}

function shaped(choose: Choose, inner: () => ZodCase, tag: Readonly<Record<string, ZodCase>>): ZodCase {
  const fields: Record<string, ZodCase> = {};
  for (let i = choose(5); i >= 0; i--) {
    const field = inner();
    fields[pick(choose, KEYS)] = choose(3) === 0 ? { ...field, schema: field.schema.optional() } : field;
  }
  Object.assign(fields, tag);
  const shape = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.schema]));
  const schema =
    Object.keys(tag).length > 0 || choose(5) > 0
      ? z.object(shape)
      : pick(choose, [
          z.strictObject(shape),
          z.looseObject(shape),
          z.object(shape).catchall(z.number()),
          z.object(shape).catchall(z.string().optional()),
          z.object(shape).catchall(z.string().default("x")),
          z.object(shape).partial(),
          z.object(shape).refine((given) => !("a" in given)),
        ]);
  return {
    schema,
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
export function variant(choose: Choose, inner: () => ZodCase): ZodCase {
  const key = pick(choose, KEYS);
  const tags = [
    among(z.literal("a"), "a"),
    among(z.enum(["ab", "abc"]), "ab"),
    among(z.literal(3), 3),
    among(z.enum(Role), Role.Admin, "Admin"),
  ];
  const options = tags.slice(0, 1 + choose(4)).map((tag) => shaped(choose, inner, { [key]: tag }));
  const schemas = options.map(({ schema }) => schema) as unknown as [z.ZodObject];
  return {
    schema: choose(4) === 0 ? z.union(schemas) : z.discriminatedUnion(key, schemas, { unionFallback: choose(5) === 0 }),
    value: (choose) => pick(choose, options).value(choose),
  };
}
