import { type DefineKit, defineMessage, defineRpc } from "./define.ts";
import type { AnyMessage, Message, Rpc } from "./message.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import type { SchemaInput, SchemaOutput, StandardSchema } from "../schema/standard-schema.ts";
import { standardValidator, type Validator } from "../schema/validator.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- a schema of any input and output
type Schema = StandardSchema<any, any>;

type In<S> = S extends Schema ? SchemaInput<S> : undefined;

type Out<S> = S extends Schema ? SchemaOutput<S> : undefined;

type MetaIn<S> = S extends Schema ? SchemaInput<S> : unknown;

type MetaOut<S> = S extends Schema ? SchemaOutput<S> : unknown;

type Part<S> = S extends Schema ? StandardSchema<SchemaInput<S>, SchemaOutput<S>> : undefined;

type Errors<E> = { readonly [C in keyof E & ErrorCode]: StandardSchema<In<E[C]>, Out<E[C]>> };

/** What a message may declare besides its payload. */
export interface StandardMessageOptions<M> {
  /** Schema of the meta that travels along. */
  meta?: M;
}

/** What an rpc may declare besides its payload and response. */
export interface StandardRpcOptions<M, P, E> extends StandardMessageOptions<M> {
  /** Schema of what the handler reports while it runs. */
  progress?: P;
  /** Schemas of the details that go with an error, by gRPC code. */
  errors?: E & { [C in Exclude<keyof E, ErrorCode>]: never };
  /** Whether running the request twice is the same as once, so that a client may resend it. Default: false. */
  idempotent?: boolean;
}

const kit: DefineKit = { compile, metaKeys: () => [] };

/**
 * Defines a message with any Standard Schema (https://standardschema.dev): ArkType, Effect Schema and others.
 *
 * A bare Standard Schema cannot be asked whether it transforms or which keys it declares, so what a sender gives is
 * validated and then sent as it is, undeclared keys included.
 *
 * @throws TypeError when the type is reserved or the payload is not a Standard Schema.
 */
export function message<
  const T extends string,
  S extends Schema | undefined = undefined,
  M extends Schema | undefined = undefined,
>(type: T, payload?: S, options?: StandardMessageOptions<M>): Message<T, In<S>, Out<S>, MetaIn<M>, MetaOut<M>> {
  return defineMessage(kit, type, payload, options) as Message<T, In<S>, Out<S>, MetaIn<M>, MetaOut<M>>;
}

/**
 * Defines a request with its response, either in place (its type, then its payload) or as a message of its own.
 *
 * @throws TypeError when a type is reserved, a schema is not a Standard Schema, or a code is not one of gRPC's.
 */
export function rpc<
  const T extends string,
  S extends Schema | undefined,
  const RT extends string,
  R extends Schema | undefined = undefined,
  M extends Schema | undefined = undefined,
  P extends Schema | undefined = undefined,
  E extends { readonly [C in ErrorCode]?: Schema } = Record<never, never>,
>(
  type: T,
  payload: S,
  responseType: RT,
  response?: R,
  options?: StandardRpcOptions<M, P, E>,
): Rpc<T, In<S>, Out<S>, MetaIn<M>, MetaOut<M>, Message<RT, In<R>, Out<R>>, Part<P>, Errors<E>>;
export function rpc<
  const T extends string,
  S extends Schema | undefined,
  R extends AnyMessage,
  M extends Schema | undefined = undefined,
  P extends Schema | undefined = undefined,
  E extends { readonly [C in ErrorCode]?: Schema } = Record<never, never>,
>(
  type: T,
  payload: S,
  response: R,
  options?: StandardRpcOptions<M, P, E>,
): Rpc<T, In<S>, Out<S>, MetaIn<M>, MetaOut<M>, R, Part<P>, Errors<E>>;
export function rpc(type: string, payload: unknown, ...rest: unknown[]): unknown {
  return defineRpc(kit, type, payload, ...rest);
}

function compile(source: unknown, what: string): Validator {
  const standard = (source as { "~standard"?: { validate?: unknown } } | null)?.["~standard"];
  if (typeof standard?.validate !== "function") {
    throw new TypeError(
      `The ${what} is not a Standard Schema; for zod and valibot shapes take message() from @ws-kit/zod or @ws-kit/valibot`,
    );
  }
  return standardValidator(source as StandardSchema);
}
