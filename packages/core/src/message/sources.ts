import type { AnyMessage, Message, Rpc } from "./message.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";

/**
 * What one validator takes for a part of a definition, and what it infers of that. A validator extends it, with `in`
 * and `out` said of `this["source"]`; both are undefined where that is no source.
 *
 * @example
 * interface MySources extends Sources {
 *   readonly any: MySchema;
 *   readonly in: MyInput<this["source"]>;
 *   readonly out: MyOutput<this["source"]>;
 * }
 * export const message = ((...given) => defineMessage(kit, ...given)) as DefineMessage<MySources>;
 */
export interface Sources {
  /** The one in question. */
  readonly source: unknown;
  /** Whatever it takes: its schemas, and where it has them its shapes. */
  readonly any: unknown;
  /** What a sender gives for the source. */
  readonly in: unknown;
  /** What a receiver gets from it. */
  readonly out: unknown;
}

type In<V extends Sources, S> = (V & { readonly source: S })["in"];
type Out<V extends Sources, S> = (V & { readonly source: S })["out"];
type MetaIn<V extends Sources, S> = S extends V["any"] ? In<V, S> : unknown;
type MetaOut<V extends Sources, S> = S extends V["any"] ? Out<V, S> : unknown;
type Part<V extends Sources, S> = S extends V["any"] ? StandardSchema<In<V, S>, Out<V, S>> : undefined;
// The condition always holds: by it, editors show the schemas themselves and not this type's name.
type Errors<V extends Sources, E> = E extends object
  ? { readonly [C in keyof E & ErrorCode]: StandardSchema<In<V, E[C]>, Out<V, E[C]>> }
  : never;

/** What a message may declare besides its payload. */
export interface MessageOptions<M> {
  /** Schema of the meta that travels along; with zod and valibot also a shape. */
  meta?: M;
}

/**
 * What becomes of a server's message for a peer that has not read everything sent before. Left out: it waits, and the
 * peer is closed with 1013 where it falls too far behind. `drop`: this peer does not get it. `conflate`: the last one of
 * each key and topic is kept, and sent when the peer has caught up.
 *
 * @example
 * const Moved = message("MOVED", { id: z.string(), x: z.number() }, { overflow: "conflate", by: ({ id }) => id });
 */
export type OverflowOptions<P> =
  | { overflow?: "drop"; by?: never }
  | {
      overflow: "conflate";
      /** Names what the message replaces, by its payload. */
      by: (payload: P) => string;
    };

/** What an rpc may declare besides its payload and response. */
export interface RpcOptions<M, P, E> extends MessageOptions<M> {
  /** Schema of what the handler reports while it runs; with zod and valibot also a shape. */
  progress?: P;
  /** Schemas of the details that go with an error, by gRPC code; with zod and valibot also shapes. */
  errors?: E & { [C in Exclude<keyof E, ErrorCode>]: never };
  /** Whether running the request twice is the same as once, so that a client may resend it. Default: false. */
  idempotent?: boolean;
}

/** The type of a validator's `message`. */
export type DefineMessage<V extends Sources> = <
  const T extends string,
  S extends V["any"] | undefined = undefined,
  M extends V["any"] | undefined = undefined,
>(
  type: T,
  payload?: S,
  options?: MessageOptions<M> & OverflowOptions<In<V, S>>,
) => Message<T, In<V, S>, Out<V, S>, MetaIn<V, M>, MetaOut<V, M>>;

/** The type of a validator's `rpc`: its response either in place (its type, then its payload) or as a message. */
export interface DefineRpc<V extends Sources> {
  <
    const T extends string,
    S extends V["any"] | undefined,
    const RT extends string,
    R extends V["any"] | undefined = undefined,
    M extends V["any"] | undefined = undefined,
    P extends V["any"] | undefined = undefined,
    E extends { readonly [C in ErrorCode]?: V["any"] } = Record<never, never>,
  >(
    type: T,
    payload: S,
    responseType: RT,
    response?: R,
    options?: RpcOptions<M, P, E>,
  ): Rpc<
    T,
    In<V, S>,
    Out<V, S>,
    MetaIn<V, M>,
    MetaOut<V, M>,
    Message<RT, In<V, R>, Out<V, R>>,
    Part<V, P>,
    Errors<V, E>
  >;
  <
    const T extends string,
    S extends V["any"] | undefined,
    R extends AnyMessage,
    M extends V["any"] | undefined = undefined,
    P extends V["any"] | undefined = undefined,
    E extends { readonly [C in ErrorCode]?: V["any"] } = Record<never, never>,
  >(
    type: T,
    payload: S,
    response: R,
    options?: RpcOptions<M, P, E>,
  ): Rpc<T, In<V, S>, Out<V, S>, MetaIn<V, M>, MetaOut<V, M>, R, Part<V, P>, Errors<V, E>>;
}
