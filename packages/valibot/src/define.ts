import {
  messageMaker,
  rpcMaker,
  type DefineKit,
  type DefineMessage,
  type DefineRpc,
  type Sources,
} from "@ws-kit/core/schema";
import type { GenericSchema, GenericSchemaAsync, ObjectEntries, ObjectSchema } from "valibot";
import { compile, metaKeys } from "./compile.ts";
import type { IsPlain } from "./plain-types.ts";

/** Any valibot schema. */
export type ValibotSchema = GenericSchema | GenericSchemaAsync;
/** The fields of an object, as in `v.object(entries)`. */
export type ValibotShape = ObjectEntries;
type Source = ValibotSchema | ValibotShape;

// Looked up as valibot's own `InferInput` and `InferOutput` do, which demand of a schema besides what is known of it here: to see
// to that is an eighth of all that the compiler does for a message.
/** What a sender gives for a schema or shape. */
type In<S> = S extends ValibotSchema
  ? NonNullable<S["~types"]>["input"]
  : S extends ObjectEntries
    ? NonNullable<ObjectSchema<S, undefined>["~types"]>["input"]
    : undefined;
/** What a receiver gets from a schema or shape. */
type Out<S> = S extends ValibotSchema
  ? NonNullable<S["~types"]>["output"]
  : S extends ObjectEntries
    ? NonNullable<ObjectSchema<S, undefined>["~types"]>["output"]
    : undefined;

/** All of it, for the types of `message` and `rpc`. */
interface ValibotSources extends Sources {
  readonly any: Source;
  readonly in: In<this["source"]>;
  readonly out: Out<this["source"]>;
  readonly plain: IsPlain<this["source"]>;
}

const kit: DefineKit = { compile, metaKeys };

/**
 * Defines a message: its type, its payload (a shape for `v.object`, or any valibot schema; nothing for none) and its meta.
 *
 * @throws TypeError when the type or a meta key is reserved, when a schema is not valibot's, or when JSON cannot carry
 * what it accepts (a `v.date()`, say).
 *
 * @example
 * const Join = message("JOIN", { roomId: v.string() });
 * const Said = message.fromServer("SAID", { text: v.string() }); // clients never send it
 */
export const message = /* @__PURE__ */ messageMaker(kit) as DefineMessage<ValibotSources>;

/**
 * Defines a request with its response, either in place (its type, then its payload) or as a message of its own.
 *
 * @throws TypeError as `message` does, and when a code of `errors` is not one of gRPC's.
 *
 * @example
 * const GetUser = rpc("GET_USER", { id: v.string() }, "USER", { name: v.string() }, {
 *   errors: { NOT_FOUND: { id: v.string() } },
 * });
 * const Confirm = rpc.fromServer("CONFIRM", { text: v.string() }, "CONFIRMED", { yes: v.boolean() }); // the server asks
 */
export const rpc = /* @__PURE__ */ rpcMaker(kit) as DefineRpc<ValibotSources>;
