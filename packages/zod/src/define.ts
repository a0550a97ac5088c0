import {
  messageMaker,
  rpcMaker,
  type DefineKit,
  type DefineMessage,
  type DefineRpc,
  type Sources,
} from "@ws-kit/core/schema";
import type { $InferObjectInput, $InferObjectOutput } from "zod/v4/core";
import { compile, metaKeys } from "./compile.ts";
import type { IsPlain } from "./plain-types.ts";

/**
 * Any zod 4 schema, classic or mini. Said by structure: zod's own base types differ between minor versions, and two
 * copies of zod in one program are common.
 */
export interface ZodSchema {
  readonly _zod: { readonly input: unknown; readonly output: unknown };
}
/** The fields of an object, as in `z.object(shape)`. */
export type ZodShape = { readonly [key: string]: ZodSchema };
type NoExtra = {};

/** What a sender gives for a schema or shape. */
type In<S> = S extends ZodSchema ? S["_zod"]["input"] : S extends ZodShape ? $InferObjectInput<S, NoExtra> : undefined;
/** What a receiver gets from a schema or shape. */
type Out<S> = S extends ZodSchema
  ? S["_zod"]["output"]
  : S extends ZodShape
    ? $InferObjectOutput<S, NoExtra>
    : undefined;

/** All of it, for the types of `message` and `rpc`. */
interface ZodSources extends Sources {
  readonly any: ZodSchema | ZodShape;
  readonly in: In<this["source"]>;
  readonly out: Out<this["source"]>;
  readonly plain: IsPlain<this["source"]>;
}

const kit: DefineKit = { compile, metaKeys };

/**
 * Defines a message: its type, its payload (a shape for `z.object`, or any zod schema; nothing for none) and its meta.
 *
 * @throws TypeError when the type or a meta key is reserved, when a schema is not zod 4's, or when JSON cannot carry
 * what it accepts (a `z.date()`, say).
 *
 * @example
 * const Join = message("JOIN", { roomId: z.string() });
 * const Said = message.fromServer("SAID", { text: z.string() }); // clients never send it
 */
export const message = /* @__PURE__ */ messageMaker(kit) as DefineMessage<ZodSources>;

/**
 * Defines a request with its response, either in place (its type, then its payload) or as a message of its own.
 *
 * @throws TypeError as `message` does, and when a code of `errors` is not one of gRPC's.
 *
 * @example
 * const GetUser = rpc("GET_USER", { id: z.string() }, "USER", { name: z.string() }, {
 *   errors: { NOT_FOUND: { id: z.string() } },
 * });
 * const Confirm = rpc.fromServer("CONFIRM", { text: z.string() }, "CONFIRMED", { yes: z.boolean() }); // the server asks
 */
export const rpc = /* @__PURE__ */ rpcMaker(kit) as DefineRpc<ZodSources>;
