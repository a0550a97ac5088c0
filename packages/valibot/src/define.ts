import {
  defineRpc,
  messageMaker,
  type DefineKit,
  type DefineMessage,
  type DefineRpc,
  type Sources,
} from "@ws-kit/core/schema";
import type { GenericSchema, GenericSchemaAsync, InferInput, InferOutput, ObjectEntries, ObjectSchema } from "valibot";
import { compile, metaKeys } from "./compile.ts";
import type { IsPlain } from "./plain-types.ts";

/** Any valibot schema. */
export type ValibotSchema = GenericSchema | GenericSchemaAsync;
/** The fields of an object, as in `v.object(entries)`. */
export type ValibotShape = ObjectEntries;
type Source = ValibotSchema | ValibotShape;

/** The schema that a source stands for. */
type Schema<S> = S extends ValibotSchema ? S : S extends ObjectEntries ? ObjectSchema<S, undefined> : never;
/** What a sender gives for a schema or shape. */
type In<S> = S extends Source ? InferInput<Schema<S>> : undefined;
/** What a receiver gets from a schema or shape. */
type Out<S> = S extends Source ? InferOutput<Schema<S>> : undefined;

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
 */
export const rpc = ((type: string, payload: unknown, ...rest: unknown[]) =>
  defineRpc(kit, type, payload, ...rest)) as DefineRpc<ValibotSources>;
