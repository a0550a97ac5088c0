import {
  defineMessage,
  defineRpc,
  type AnyMessage,
  type DefineKit,
  type ErrorCode,
  type Message,
  type Rpc,
  type StandardSchema,
} from "@ws-kit/core/schema";
import type { $InferObjectInput, $InferObjectOutput } from "zod/v4/core";
import { compile, metaKeys } from "./compile.ts";

/**
 * Any zod 4 schema, classic or mini. Said by structure: zod's own base types differ between minor versions, and two
 * copies of zod in one program are common.
 */
export interface ZodSchema {
  readonly _zod: { readonly input: unknown; readonly output: unknown };
}
/** The fields of an object, as in `z.object(shape)`. */
export type ZodShape = { readonly [key: string]: ZodSchema };
type Source = ZodSchema | ZodShape;
type NoExtra = {};

/** What a sender gives for a schema or shape. */
type In<S> = S extends ZodSchema ? S["_zod"]["input"] : S extends ZodShape ? $InferObjectInput<S, NoExtra> : undefined;
/** What a receiver gets from a schema or shape. */
type Out<S> = S extends ZodSchema
  ? S["_zod"]["output"]
  : S extends ZodShape
    ? $InferObjectOutput<S, NoExtra>
    : undefined;
type MetaIn<S> = S extends Source ? In<S> : unknown;
type MetaOut<S> = S extends Source ? Out<S> : unknown;
type Part<S> = S extends Source ? StandardSchema<In<S>, Out<S>> : undefined;
type Errors<E> = { readonly [C in keyof E & ErrorCode]: StandardSchema<In<E[C]>, Out<E[C]>> };

/** What a message may declare besides its payload. */
export interface MessageOptions<M> {
  /** Schema or shape of the meta that travels along. */
  meta?: M;
}

/** What an rpc may declare besides its payload and response. */
export interface RpcOptions<M, P, E> extends MessageOptions<M> {
  /** Schema or shape of what the handler reports while it runs. */
  progress?: P;
  /** Schemas or shapes of the details that go with an error, by gRPC code. */
  errors?: E & { [C in Exclude<keyof E, ErrorCode>]: never };
  /** Whether running the request twice is the same as once, so that a client may resend it. Default: false. */
  idempotent?: boolean;
}

const kit: DefineKit = { compile, metaKeys };

/**
 * Defines a message: its type, its payload (a shape for `z.object`, or any zod schema; nothing for none) and its meta.
 *
 * @throws TypeError when the type or a meta key is reserved, when a schema is not zod 4's, or when JSON cannot carry
 * what it accepts (a `z.date()`, say).
 */
export function message<
  const T extends string,
  S extends Source | undefined = undefined,
  M extends Source | undefined = undefined,
>(type: T, payload?: S, options?: MessageOptions<M>): Message<T, In<S>, Out<S>, MetaIn<M>, MetaOut<M>> {
  const made: AnyMessage = defineMessage(kit, type, payload, options);
  return made as Message<T, In<S>, Out<S>, MetaIn<M>, MetaOut<M>>;
}

/**
 * Defines a request with its response, either in place (its type, then its payload) or as a message of its own.
 *
 * @throws TypeError as `message` does, and when a code of `errors` is not one of gRPC's.
 */
export function rpc<
  const T extends string,
  S extends Source | undefined,
  const RT extends string,
  R extends Source | undefined = undefined,
  M extends Source | undefined = undefined,
  P extends Source | undefined = undefined,
  E extends { readonly [C in ErrorCode]?: Source } = Record<never, never>,
>(
  type: T,
  payload: S,
  responseType: RT,
  response?: R,
  options?: RpcOptions<M, P, E>,
): Rpc<T, In<S>, Out<S>, MetaIn<M>, MetaOut<M>, Message<RT, In<R>, Out<R>>, Part<P>, Errors<E>>;
export function rpc<
  const T extends string,
  S extends Source | undefined,
  R extends AnyMessage,
  M extends Source | undefined = undefined,
  P extends Source | undefined = undefined,
  E extends { readonly [C in ErrorCode]?: Source } = Record<never, never>,
>(
  type: T,
  payload: S,
  response: R,
  options?: RpcOptions<M, P, E>,
): Rpc<T, In<S>, Out<S>, MetaIn<M>, MetaOut<M>, R, Part<P>, Errors<E>>;
export function rpc(type: string, payload: unknown, ...rest: unknown[]): unknown {
  return defineRpc(kit, type, payload, ...rest);
}
