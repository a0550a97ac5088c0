import type { AnyMessage, AnyRpc, DEFINED, Holds, SPEC } from "./any.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import type { Meta } from "../protocol/envelope.ts";
import type {
  ErrorSchemasOf,
  FromOf,
  InputOf,
  MessageSpec,
  MetaInputOf,
  MetaOf,
  PayloadOf,
  ProgressSchemaOf,
  RpcSpec,
  StreamSchemasOf,
} from "./spec.ts";
import type { StandardProps, StandardSchema } from "../schema/standard-schema.ts";

/**
 * One kind of message, known to both ends. A definition is a frozen plain object, and itself a Standard Schema of the
 * whole frame.
 *
 * @typeParam S What it is, as one would write it down: `payload` is what a receiver gets; `input`, only where the schema
 *   transforms, what a sender gives.
 *
 * @example
 * export const Join: Message<{ type: "JOIN"; payload: { roomId: string } }> = message("JOIN", { roomId: z.string() });
 */
export interface Message<S extends MessageSpec> {
  readonly kind: "message" | "rpc";
  readonly type: S["type"];
  /** Who sends it; undefined where both ends may. */
  readonly from: FromOf<S>;
  /** The validator's own schema of the payload; undefined where there is none. */
  readonly payload: StandardSchema<InputOf<S>, PayloadOf<S>> | undefined;
  readonly meta: StandardSchema<MetaInputOf<S>, MetaOf<S>> | undefined;
  readonly "~standard": StandardProps<FrameIn<S>, FrameOut<S>>;
  readonly [SPEC]: Holds<S>;
  readonly [DEFINED]: true;
}

type FrameIn<S extends MessageSpec> = Frame<S["type"], InputOf<S>, MetaInputOf<S>>;
type FrameOut<S extends MessageSpec> = Frame<S["type"], PayloadOf<S>, MetaOf<S>>;

/**
 * A message that expects an answer of a known kind.
 *
 * @typeParam S What it is: a message, with its `response`, and where declared what it reports as `progress` and the details
 *   of its `errors`.
 *
 * @example
 * type GetUser = Rpc<{
 *   type: "GET_USER";
 *   payload: { id: string };
 *   response: Message<{ type: "USER"; payload: { name: string } }>;
 *   errors: { NOT_FOUND: { id: string } };
 * }>;
 */
export interface Rpc<S extends RpcSpec> extends Message<S> {
  readonly kind: "rpc";
  readonly response: S["response"];
  readonly progress: ProgressSchemaOf<S>;
  /** Schemas of the error details, by code. */
  readonly errors: ErrorSchemasOf<S>;
  /** Schemas of the items of its streams, by who sends them; undefined where it has none. */
  readonly stream: StreamSchemasOf<S>;
  /** Whether a client may send a request again when it cannot know if the first one ran. */
  readonly idempotent: boolean;
}

export type { AnyMessage, AnyRpc };

// oxlint-disable-next-line typescript/no-explicit-any -- details of any type
export type ErrorSchemas = { readonly [C in ErrorCode]?: StandardSchema<any, any> };

/** A frame as an application sees it. */
export interface Frame<T extends string, P, M> {
  type: T;
  meta?: Meta & M;
  payload: P;
}

type SpecOf<M> = M extends { readonly [SPEC]: Holds<infer S> } ? S : never;

/** What a sender gives as payload. */
export type InferInput<M> = InputOf<SpecOf<M>>;

/** What a handler gets as payload. */
export type InferPayload<M> = PayloadOf<SpecOf<M>>;

/** What a handler gets as meta. */
export type InferMeta<M> = Meta & MetaOf<SpecOf<M>>;

/** What a sender gives as meta. */
export type InferMetaInput<M> = MetaInputOf<SpecOf<M>>;
/** A received message: its type, meta and payload. Of several messages, one or the other, which `type` tells apart. */
export type InferMessage<M extends AnyMessage> = M extends AnyMessage ? Received<M> : never;

/** As `InferMessage`, for one message alone: code that is generic over messages sees through it. */
export interface Received<M extends AnyMessage> {
  type: M["type"];
  meta: InferMeta<M>;
  payload: InferPayload<M>;
}

/** Payload of an rpc's response, as the caller gets it. */
export type InferResponse<R extends { readonly response: unknown }> = InferPayload<R["response"]>;

/** What a handler returns to answer with this message: its payload, or nothing where that may be left out. */
export type AnswerOf<M> = InferInput<M> | (undefined extends InferInput<M> ? void : never);

/** One progress report of an rpc, as the caller gets it. */
export type InferProgress<R> = R extends { readonly progress: StandardSchema<infer _, infer Out> } ? Out : never;

/** Who is called for each progress report of an rpc, where it declares any. */
export type OnProgress<R> = R extends { readonly progress: StandardSchema<infer _, infer Out> }
  ? (progress: Out) => void
  : "This rpc declares no progress";

/** One progress report of an rpc, as the handler gives it. */
export type InferProgressInput<R> = R extends { readonly progress: StandardSchema<infer In, infer _> } ? In : never;

/** Declared error details of an rpc by code, as the handler gives them. */
export type InferErrorsInput<R> = R extends { readonly errors: infer E }
  ? { [C in keyof E]: E[C] extends StandardSchema<infer In, infer _> ? In : never }
  : Record<never, never>;

/** Declared error details of an rpc by code, as the caller gets them. */
export type InferErrors<R> = R extends { readonly errors: infer E }
  ? { [C in keyof E]: E[C] extends StandardSchema<infer _, infer Out> ? Out : never }
  : Record<never, never>;

/** One item of an rpc's stream, as who reads it gets it; `End` is who sends it. */
export type InferChunk<R, End extends "fromClient" | "fromServer"> = R extends {
  readonly stream: { readonly [E in End]: StandardSchema<infer _, infer Out> };
}
  ? Out
  : never;

/** One item of an rpc's stream, as who writes it gives it; `End` is who sends it. */
export type InferChunkInput<R, End extends "fromClient" | "fromServer"> = R extends {
  readonly stream: { readonly [E in End]: StandardSchema<infer In, infer _> };
}
  ? In
  : never;

/** Options of one outgoing message. */
export interface SendOptions<MetaIn = unknown> {
  /** Sent along as `meta`, checked against the message's meta schema. */
  meta?: (Meta & MetaIn) | undefined;
}

/**
 * Arguments after the message: the payload, left out where there is none or all of it is optional, then options,
 * required where the meta schema has required keys.
 */
export type SendArgs<In, MetaIn = unknown, Opts = SendOptions<MetaIn>> = object extends MetaIn
  ? undefined extends In
    ? [payload?: In, options?: Opts]
    : [payload: In, options?: Opts]
  : [payload: In, options: Opts & { meta: MetaIn }];

/** What follows a message in a call that sends it. */
export type SendArgsOf<M extends AnyMessage, Opts = SendOptions<InferMetaInput<M>>> = SendArgs<
  InferInput<M>,
  InferMetaInput<M>,
  Opts
>;
