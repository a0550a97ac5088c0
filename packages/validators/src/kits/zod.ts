import { z, message, rpc } from "@ws-kit/zod";
import type { Kit } from "../kit.ts";

const when = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const user = z.object({ id: z.string() });
const even = z.number().refine((n) => n % 2 === 0);
const evenLater = z.number().refine(async (n) => Promise.resolve(n % 2 === 0));
const length = z.string().transform((text) => text.length);

const tree = z.object({
  id: z.string(),
  get below() {
    return z.array(tree);
  },
});
interface Node {
  text: number;
  below: Node[];
}
const lengthTree: z.ZodType<Node> = z.lazy(() => z.object({ text: length, below: z.array(lengthTree) }));

export const zodKit: Kit = {
  name: "zod",
  from: "@ws-kit/zod",
  message,
  rpc,
  strips: true,
  schemas: {
    shape: { id: z.string(), n: z.number() },
    object: z.object({ id: z.string(), n: z.number() }),
    strict: z.strictObject({ id: z.string(), n: z.number() }),
    loose: z.looseObject({ id: z.string(), n: z.number() }),
    nested: z.object({ user, list: z.array(user), by: z.record(z.string(), user) }),
    nestedTransform: z.object({ at: when, user, list: z.array(user), pair: z.tuple([user, z.number()]) }),
    union: z.union([user, z.string()]),
    discriminated: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("text"), text: z.string() }),
      z.object({ kind: z.literal("size"), width: z.number() }),
    ]),
    unionTransform: z.union([
      z.object({ kind: z.literal("at"), at: when }),
      z.object({ kind: z.literal("in"), ms: z.number() }),
    ]),
    intersection: z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() })),
    array: z.array(z.string()),
    tuple: z.tuple([z.string(), z.number()]),
    record: z.record(z.string(), z.number()),
    primitive: z.string(),
    choice: z.enum(["red", "green"]),
    nullable: { a: z.string().nullable() },
    optional: { a: z.string().optional() },
    default: { a: z.string().default("none") },
    fallback: { a: z.string().catch("none") },
    refinement: { even },
    asyncRefinement: z.object({ even: evenLater }),
    asyncShape: { even: evenLater },
    transform: { text: length },
    asyncTransform: { text: z.string().transform(async (text) => Promise.resolve(text.length)) },
    codec: { at: when },
    coercion: { n: z.coerce.number() },
    rewriting: { text: z.string().trim().toLowerCase() },
    recursive: tree,
    recursiveTransform: lengthTree,
    brand: { id: z.string().brand<"UserId">() },
  },
  uncarried: {
    date: z.date(),
    bigint: z.bigint(),
    map: z.map(z.string(), z.string()),
    set: z.set(z.string()),
    symbol: z.symbol(),
    nan: z.nan(),
    promise: z.promise(z.string()),
    function: z.function(),
    file: z.file(),
    "bigint literal": z.literal(1n),
    "endless literal": z.literal(Infinity),
    "class instance": z.instanceof(URL),
  },
  meta: { trace: z.object({ trace: z.string() }), reserved: { clientId: z.string() } },
};
