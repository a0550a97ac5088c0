import { message, rpc } from "@ws-kit/valibot";
import * as v from "valibot";
import { Differs } from "../case.ts";
import type { Kit } from "../kit.ts";

const when = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => new Date(text)),
);
const user = v.object({ id: v.string() });
const even = v.pipe(
  v.number(),
  v.check((n) => n % 2 === 0),
);
const evenLater = v.pipeAsync(
  v.number(),
  v.checkAsync(async (n) => Promise.resolve(n % 2 === 0)),
);
const length = v.pipe(
  v.string(),
  v.transform((text) => text.length),
);

interface Tree {
  id: string;
  below: Tree[];
}
const tree: v.GenericSchema<Tree> = v.object({ id: v.string(), below: v.array(v.lazy(() => tree)) });
interface LengthTree<Text> {
  text: Text;
  below: LengthTree<Text>[];
}
const lengthTree: v.GenericSchema<LengthTree<string>, LengthTree<number>> = v.object({
  text: length,
  below: v.array(v.lazy(() => lengthTree)),
});

export const valibotKit: Kit = {
  name: "valibot",
  from: "@ws-kit/valibot",
  message,
  rpc,
  strips: true,
  schemas: {
    shape: { id: v.string(), n: v.number() },
    object: v.object({ id: v.string(), n: v.number() }),
    strict: v.strictObject({ id: v.string(), n: v.number() }),
    loose: v.looseObject({ id: v.string(), n: v.number() }),
    nested: v.object({ user, list: v.array(user), by: v.record(v.string(), user) }),
    nestedTransform: v.object({ at: when, user, list: v.array(user), pair: v.tuple([user, v.number()]) }),
    union: v.union([user, v.string()]),
    discriminated: v.variant("kind", [
      v.object({ kind: v.literal("text"), text: v.string() }),
      v.object({ kind: v.literal("size"), width: v.number() }),
    ]),
    unionTransform: v.union([
      v.object({ kind: v.literal("at"), at: when }),
      v.object({ kind: v.literal("in"), ms: v.number() }),
    ]),
    intersection: v.intersect([v.object({ a: v.string() }), v.object({ b: v.number() })]),
    array: v.array(v.string()),
    tuple: v.tuple([v.string(), v.number()]),
    record: v.record(v.string(), v.number()),
    primitive: v.string(),
    choice: v.picklist(["red", "green"]),
    nullable: { a: v.nullable(v.string()) },
    optional: { a: v.optional(v.string()) },
    default: { a: v.optional(v.string(), "none") },
    fallback: { a: v.fallback(v.string(), "none") },
    refinement: { even },
    asyncRefinement: v.objectAsync({ even: evenLater }),
    asyncShape: new Differs("as `v.objectAsync(…)`", () => {
      const shape = { even: evenLater } as never;
      let refused = false;
      try {
        message("X", shape);
      } catch (error) {
        refused = error instanceof TypeError;
      }
      if (!refused) throw new Error("An asynchronous shape was taken");
    }),
    transform: { text: length },
    asyncTransform: v.objectAsync({
      text: v.pipeAsync(
        v.string(),
        v.transformAsync(async (text) => Promise.resolve(text.length)),
      ),
    }),
    codec: { at: when },
    coercion: { n: v.pipe(v.string(), v.transform(Number)) },
    rewriting: { text: v.pipe(v.string(), v.trim(), v.toLowerCase()) },
    recursive: tree,
    recursiveTransform: lengthTree,
    brand: { id: v.pipe(v.string(), v.brand("UserId")) },
  },
  uncarried: {
    date: v.date(),
    bigint: v.bigint(),
    map: v.map(v.string(), v.string()),
    set: v.set(v.string()),
    symbol: v.symbol(),
    nan: v.nan(),
    promise: v.promise(),
    function: v.function(),
    file: v.file(),
    instance: v.instance(Date),
    "bigint literal": v.literal(1n),
    "endless literal": v.literal(Infinity),
    picklist: v.picklist([1n, 2n] as never),
  },
  meta: { trace: v.object({ trace: v.string() }), reserved: { clientId: v.string() } },
};
