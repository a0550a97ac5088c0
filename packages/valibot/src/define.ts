import {
  defineMessage,
  defineRpc,
  type DefineKit,
  type DefineMessage,
  type DefineRpc,
  type Sources,
} from "@ws-kit/core/schema";
import type { GenericSchema, GenericSchemaAsync, InferInput, InferOutput, ObjectEntries, ObjectSchema } from "valibot";
import { compile, metaKeys } from "./compile.ts";

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
}

const kit: DefineKit = { compile, metaKeys };

/**
 * Defines a message: its type, its payload (a shape for `v.object`, or any valibot schema; nothing for none) and its meta.
 *
 * @throws TypeError when the type or a meta key is reserved, when a schema is not valibot's, or when JSON cannot carry
 * what it accepts (a `v.date()`, say).
 */
export const message = ((type, payload, options) =>
  defineMessage(kit, type, payload, options)) as DefineMessage<ValibotSources>;

/**
 * Defines a request with its response, either in place (its type, then its payload) or as a message of its own.
 *
 * @throws TypeError as `message` does, and when a code of `errors` is not one of gRPC's.
 */
export const rpc = ((type: string, payload: unknown, ...rest: unknown[]) =>
  defineRpc(kit, type, payload, ...rest)) as DefineRpc<ValibotSources>;
