import type { AnyMessage } from "./any.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";

/** What a message is, in one type: what stands between the brackets of `Message<…>`. */
export interface MessageSpec {
  type: string;
  /** What a receiver gets. Left out: there is none. */
  payload?: unknown;
  /** What a sender gives, where the schema transforms it. Left out: what a receiver gets. */
  input?: unknown;
  /** What a receiver gets as meta. Left out: nothing is declared. */
  meta?: unknown;
  /** What a sender gives as meta, where its schema transforms it. */
  metaInput?: unknown;
  /** Who sends it. Left out: both ends may. */
  from?: "client" | "server";
}

/** What its streams carry, by who sends them. */
interface StreamItems {
  readonly fromClient?: unknown;
  readonly fromServer?: unknown;
}

/** What an rpc is, in one type: what stands between the brackets of `Rpc<…>`. */
export interface RpcSpec extends MessageSpec {
  response: AnyMessage;
  /** One progress report, as the caller gets it. Left out: there are none. */
  progress?: unknown;
  /** The same as the handler gives it, where its schema transforms. */
  progressInput?: unknown;
  /** Details that go with an error, by gRPC code, as the caller gets them. */
  errors?: { readonly [C in ErrorCode]?: unknown };
  /** The same as the handler gives them, where a schema transforms. */
  errorsInput?: { readonly [C in ErrorCode]?: unknown };
  /** One item of each stream that goes beside it, as who reads it gets it. Left out: there is none. */
  stream?: StreamItems;
  /** The same as who writes it gives it, where a schema transforms. */
  streamInput?: StreamItems;
}

// Looked up, not inferred, and each spelt out: that costs less, and of `any` it gives `any`.
export type PayloadOf<S> = S extends { payload: unknown } ? S["payload"] : undefined;
export type InputOf<S> = S extends { input: unknown }
  ? S["input"]
  : S extends { payload: unknown }
    ? S["payload"]
    : undefined;
export type MetaOf<S> = S extends { meta: unknown } ? S["meta"] : unknown;
export type MetaInputOf<S> = S extends { metaInput: unknown }
  ? S["metaInput"]
  : S extends { meta: unknown }
    ? S["meta"]
    : unknown;
export type FromOf<S> = S extends { from: unknown } ? S["from"] : undefined;

export type ProgressSchemaOf<S> = S extends { progress: infer Progress }
  ? StandardSchema<S extends { progressInput: infer Input } ? Input : Progress, Progress>
  : // Not undefined alone: what must have one would become never, and the compiler would say no more.
    StandardSchema<never> | undefined;

export type ErrorSchemasOf<S> = S extends { errors: infer Errors }
  ? {
      readonly [C in keyof Errors]: StandardSchema<
        S extends { errorsInput: { readonly [Code in C]: infer Input } } ? Input : Errors[C],
        Errors[C]
      >;
    }
  : Record<never, never>;

export type StreamSchemasOf<S> = S extends { stream: infer Streams }
  ? {
      readonly [End in keyof Streams]: StandardSchema<
        S extends { streamInput: { readonly [E in End]: infer Input } } ? Input : Streams[End],
        Streams[End]
      >;
    }
  : undefined;
