import type { ErrorCode } from "../protocol/codes.ts";
import type { Uncarried } from "../protocol/carried.ts";
import type { Meta } from "../protocol/envelope.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";
import type { Validator } from "../schema/validator.ts";

/**
 * One kind of message, known to both ends. `In` is what a sender gives, `Out` what a receiver gets; they differ where
 * the schema transforms. A definition is a frozen plain object, and itself a Standard Schema of the whole frame.
 */
export interface Message<
  T extends string = string,
  In = undefined,
  Out = In,
  MetaIn = unknown,
  MetaOut = MetaIn,
> extends StandardSchema<Frame<T, In, MetaIn>, Frame<T, Out, MetaOut>> {
  readonly kind: "message" | "rpc";
  readonly type: T;
  /** The validator's own schema of the payload; undefined where there is none. */
  readonly payload: StandardSchema<In, Out> | undefined;
  readonly meta: StandardSchema<MetaIn, MetaOut> | undefined;
  /** How both ends check it; for WS-Kit's packages, not for applications. */
  readonly "~validators": Validators;
}

/** A message that expects an answer of a known kind. */
export interface Rpc<
  T extends string = string,
  In = undefined,
  Out = In,
  MetaIn = unknown,
  MetaOut = MetaIn,
  Res extends AnyMessage = AnyMessage,
  Progress extends StandardSchema | undefined = StandardSchema | undefined,
  Errors extends ErrorSchemas = ErrorSchemas,
> extends Message<T, In, Out, MetaIn, MetaOut> {
  readonly kind: "rpc";
  readonly response: Res;
  readonly progress: Progress;
  /** Schemas of the error details, by code. */
  readonly errors: Errors;
  /** Whether a client may send a request again when it cannot know if the first one ran. */
  readonly idempotent: boolean;
}

// oxlint-disable-next-line typescript/no-explicit-any -- details of any type
export type ErrorSchemas = { readonly [C in ErrorCode]?: StandardSchema<any, any> };

/** What becomes of a message for a peer that has not read everything yet. */
export interface Overflow {
  /** Names what the message replaces; undefined where it is left out. */
  readonly by: ((payload: never) => string) | undefined;
}

export interface Validators {
  readonly payload?: Validator | undefined;
  readonly meta?: Validator | undefined;
  readonly progress?: Validator | undefined;
  readonly errors?: { readonly [C in ErrorCode]?: Validator } | undefined;
  /**
   * Finds what JSON cannot carry. Here, so that a page has it once and only where it has messages.
   */
  readonly uncarried?: ((frame: unknown) => Uncarried | undefined) | undefined;
  /** Set where a slow peer need not get every message. */
  readonly overflow?: Overflow | undefined;
}

/** What a schema may be declared for; an error code stands for the details that go with it. */
export type PartName = "payload" | "meta" | "progress" | ErrorCode;

/** A frame as an application sees it. */
export interface Frame<T extends string, P, M> {
  type: T;
  meta?: Meta & M;
  payload: P;
}

/** Any message or rpc, whatever its types: the constraint for code that is generic over definitions. */
// oxlint-disable-next-line typescript/no-explicit-any -- the one place where "whatever its payload" has to be said
export type AnyMessage = Message<string, any, any, any, any>;

// oxlint-disable-next-line typescript/no-explicit-any -- as above
export type AnyRpc = Rpc<string, any, any, any, any, AnyMessage, any, any>;

/** What a sender gives as payload. */
export type InferInput<M> = M extends Message<string, infer In, infer _O, infer _MI, infer _MO> ? In : never;

/** What a handler gets as payload. */
export type InferPayload<M> = M extends Message<string, infer _I, infer Out, infer _MI, infer _MO> ? Out : never;

/** What a handler gets as meta. */
export type InferMeta<M> = M extends Message<string, infer _I, infer _O, infer _MI, infer MO> ? Meta & MO : never;

/** What a sender gives as meta. */
export type InferMetaInput<M> = M extends Message<string, infer _I, infer _O, infer MI, infer _MO> ? MI : never;

/** A received message: its type, meta and payload. */
export type InferMessage<M extends AnyMessage> = { type: M["type"]; meta: InferMeta<M>; payload: InferPayload<M> };

/** Payload of an rpc's response, as the caller gets it. */
export type InferResponse<R> = R extends { readonly response: infer Res } ? InferPayload<Res> : never;

/** One progress report of an rpc, as the caller gets it. */
export type InferProgress<R> = R extends { readonly progress: StandardSchema<infer _, infer Out> } ? Out : never;

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

/** Options of one outgoing message. */
export interface SendOptions<MetaIn = unknown> {
  /** Sent along as `meta`, checked against the message's meta schema. */
  meta?: Meta & MetaIn;
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
