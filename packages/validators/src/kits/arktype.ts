import { message, rpc } from "@ws-kit/core";
import { scope, type } from "arktype";
import { Differs } from "../case.ts";
import type { Kit } from "../kit.ts";

const user = type({ id: "string" });
const even = type("number").narrow((n, ctx) => n % 2 === 0 || ctx.reject("even"));
const length = type("string").pipe((text) => text.length);
const noAsync = new Differs("ArkType has no asynchronous schemas");

const { tree } = scope({ tree: { id: "string", below: "tree[]" } }).export();
const { lengthTree } = scope({ length, lengthTree: { text: "length", below: "lengthTree[]" } }).export();

export const arktypeKit: Kit = {
  name: "ArkType, or any Standard Schema",
  from: "@ws-kit/core",
  message,
  rpc,
  strips: false,
  schemas: {
    shape: new Differs("wrap it: `type({ … })`", () => {
      let refused = false;
      try {
        message("X", { id: type.string } as never);
      } catch (error) {
        refused = error instanceof TypeError;
      }
      if (!refused) throw new Error("A raw shape was taken");
    }),
    object: type({ id: "string", n: "number" }),
    strict: type({ "+": "reject", id: "string", n: "number" }),
    loose: type({ id: "string", n: "number" }),
    nested: type({ user, list: user.array(), by: { "[string]": user } }),
    nestedTransform: type({ at: "string.date.iso.parse", user, list: user.array(), pair: [user, "number"] }),
    union: user.or("string"),
    discriminated: type({ kind: "'text'", text: "string" }).or({ kind: "'size'", width: "number" }),
    unionTransform: type({ kind: "'at'", at: "string.date.iso.parse" }).or({ kind: "'in'", ms: "number" }),
    intersection: type({ a: "string" }).and({ b: "number" }),
    array: type("string[]"),
    tuple: type(["string", "number"]),
    record: type({ "[string]": "number" }),
    primitive: type("string"),
    choice: type("'red' | 'green'"),
    nullable: type({ a: "string | null" }),
    optional: type({ "a?": "string" }),
    default: type({ a: "string = 'none'" }),
    fallback: new Differs("ArkType has no fallback"),
    refinement: type({ even }),
    asyncRefinement: noAsync,
    asyncShape: noAsync,
    transform: type({ text: length }),
    asyncTransform: noAsync,
    codec: type({ at: "string.date.iso.parse" }),
    coercion: type({ n: "string.numeric.parse" }),
    rewriting: type({ text: type("string.trim").to("string.lower") }),
    recursive: tree,
    recursiveTransform: lengthTree,
    brand: type({ id: "string#UserId" }),
  },
  uncarried: {},
  meta: { trace: type({ trace: "string" }), reserved: undefined },
};
