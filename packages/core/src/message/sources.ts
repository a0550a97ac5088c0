import type { AnyMessage, Message, Rpc } from "./message.ts";
import type { MessageSpec, RpcSpec } from "./spec.ts";
import type { ClientSends, ServerSends } from "./direction.ts";
import type { ErrorCode } from "../protocol/codes.ts";

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
  /** `true` where a look tells that both are the same; left out, or anything else: they are compared, which costs more. */
  readonly plain?: unknown;
}

type In<V extends Sources, S> = (V & { readonly source: S })["in"];
type Out<V extends Sources, S> = (V & { readonly source: S })["out"];

// What follows are conditions, some of which always hold: by them, editors show what comes of it and not its name.

/** Exactly the same type, not merely assignable. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- an unresolved type is what makes it exact
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Whether what a sender gives is what a receiver gets. */
type IsPlain<V extends Sources, S> = (V & { readonly source: S })["plain"] extends true
  ? true
  : Same<In<V, S>, Out<V, S>>;
type Meta<V extends Sources, M> =
  IsPlain<V, M> extends true ? { meta: Out<V, M> } : { meta: Out<V, M>; metaInput: In<V, M> };
type Flat<S> = S extends infer All ? { [K in keyof All]: All[K] } : never;

type Payload<V extends Sources, T extends string, S> = [S] extends [undefined]
  ? { type: T }
  : IsPlain<V, S> extends true
    ? { type: T; payload: Out<V, S> }
    : { type: T; payload: Out<V, S>; input: In<V, S> };

/** The spec of a message. */
type Spec<V extends Sources, T extends string, S, M> = [M] extends [undefined]
  ? Payload<V, T, S>
  : Flat<Payload<V, T, S> & Meta<V, M>>;

type From = "client" | "server";
type Directed<S extends MessageSpec, F extends From> = Flat<{ type: S["type"]; from: F } & S>;

type Progress<V extends Sources, P> = [P] extends [undefined]
  ? unknown
  : IsPlain<V, P> extends true
    ? { progress: Out<V, P> }
    : { progress: Out<V, P>; progressInput: In<V, P> };

type Ins<V extends Sources, E> = E extends object ? { [C in keyof E]: In<V, E[C]> } : never;
type Outs<V extends Sources, E> = E extends object ? { [C in keyof E]: Out<V, E[C]> } : never;
type Errors<V extends Sources, E> = [keyof E] extends [never]
  ? unknown
  : Same<Ins<V, E>, Outs<V, E>> extends true
    ? { errors: Outs<V, E> }
    : { errors: Outs<V, E>; errorsInput: Ins<V, E> };

type Streams<V extends Sources, X> = [keyof X] extends [never]
  ? unknown
  : Same<Ins<V, X>, Outs<V, X>> extends true
    ? { stream: Outs<V, X> }
    : { stream: Outs<V, X>; streamInput: Ins<V, X> };

/** The spec of an rpc; most declare nothing besides. */
type Call<V extends Sources, T extends string, S, R extends AnyMessage, M, P, E, X> = [
  M,
  P,
  keyof E | keyof X,
] extends [undefined, undefined, never]
  ? [S] extends [undefined]
    ? { type: T; response: R }
    : IsPlain<V, S> extends true
      ? { type: T; payload: Out<V, S>; response: R }
      : { type: T; payload: Out<V, S>; input: In<V, S>; response: R }
  : Flat<Spec<V, T, S, M> & { response: R } & Progress<V, P> & Errors<V, E> & Streams<V, X>>;

/** What a message may declare besides its payload. */
export interface MessageOptions<M> {
  /** Schema of the meta that travels along; with zod and valibot also a shape. */
  meta?: M | undefined;
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
  | { overflow?: "drop" | undefined; by?: undefined }
  | {
      overflow: "conflate";
      /** Names what the message replaces, by its payload. */
      by: (payload: P) => string;
    };

/** Of what clients alone send. */
interface NoOverflow {
  overflow?: "Clients send it, and overflow is of what servers send" | undefined;
}

/** What an editor offers for the keys, those of a type that is yet to be inferred it does not know; and no list. */
type Codes = { readonly [C in ErrorCode]?: unknown } & {
  readonly [Symbol.iterator]?: "Errors are declared by code, as { NOT_FOUND: schema }";
};

/** What an rpc that servers ask may declare besides its payload and response. */
export interface AskedOptions<M, P, E> extends MessageOptions<M> {
  /** Schema of what the handler reports while it runs; with zod and valibot also a shape. */
  progress?: P | undefined;
  /** Schemas of the details that go with an error, by gRPC code; with zod and valibot also shapes. `undefined`: it has none. */
  errors?: (E & object & Codes & { [C in Exclude<keyof E, ErrorCode>]: never }) | undefined;
}

/** What an rpc may declare besides its payload and response. */
export interface RpcOptions<M, P, E> extends AskedOptions<M, P, E> {
  /** Whether running the request twice is the same as once, so that a client may resend it. Default: false. */
  idempotent?: boolean | undefined;
  stream?: NoEnd | undefined;
}

type NoEnd = "A stream is { fromClient }, { fromServer } or both";
type SomeEnd<X> = [keyof X] extends [never] ? NoEnd : unknown;

/** Where an rpc has a stream. */
type Unreported = "An rpc with a stream reports by its items: declare them in stream.fromServer";

/** What an rpc with a stream may declare: it is never sent twice, and what it reports are items of its stream. */
export interface StreamingOptions<M, E, X> extends AskedOptions<M, Unreported, E> {
  /**
   * Schemas of the items that clients send while it runs (gRPC: client streaming), that the server sends (server streaming),
   * or of both; with zod and valibot also shapes.
   */
  stream: X & object & { readonly [End in Exclude<keyof X, "fromClient" | "fromServer">]: never } & SomeEnd<X>;
  idempotent?: "An rpc with a stream is never sent twice" | undefined;
}

/** What `message` and its two directions take and give. */
interface Define<V extends Sources, F extends From | undefined> {
  <const T extends string, S extends V["any"] | undefined = undefined, M extends V["any"] | undefined = undefined>(
    type: T,
    payload?: S,
    options?: MessageOptions<M> & (F extends "client" ? NoOverflow : OverflowOptions<In<V, S>>),
  ): Message<F extends From ? Directed<Spec<V, T, S, M>, F> : Spec<V, T, S, M>>;
}

/** The type of a validator's `message`. */
export interface DefineMessage<V extends Sources> extends Define<V, undefined> {
  /** A message that clients alone send: a server that sent it, or a client that listened for it, does not compile. */
  readonly fromClient: Define<V, "client">;
  /** A message that servers alone send: a client that sent it, or a router that handled it, does not compile. */
  readonly fromServer: Define<V, "server">;
}

/** What `rpc` and the one that servers ask take and give. */
interface Asking<V extends Sources, F extends "server" | undefined> {
  <
    const T extends string,
    S extends V["any"] | undefined,
    const RT extends string,
    R extends V["any"] | undefined = undefined,
    M extends V["any"] | undefined = undefined,
    P extends V["any"] | undefined = undefined,
    E extends { readonly [C in ErrorCode]?: V["any"] | undefined } = Record<never, never>,
    X extends { readonly fromClient?: V["any"]; readonly fromServer?: V["any"] } = Record<never, never>,
  >(
    type: T,
    payload: S,
    responseType: RT,
    response?: R,
    options?: F extends From ? AskedOptions<M, P, E> : RpcOptions<M, P, E> | StreamingOptions<M, E, X>,
  ): F extends From
    ? Rpc<FromServer<Call<V, T, S, Message<Payload<V, RT, R>>, M, P, E, X>>>
    : Rpc<Call<V, T, S, Message<Payload<V, RT, R>>, M, P, E, X>>;
  <
    const T extends string,
    S extends V["any"] | undefined,
    R extends AnyMessage,
    M extends V["any"] | undefined = undefined,
    P extends V["any"] | undefined = undefined,
    E extends { readonly [C in ErrorCode]?: V["any"] | undefined } = Record<never, never>,
    X extends { readonly fromClient?: V["any"]; readonly fromServer?: V["any"] } = Record<never, never>,
  >(
    type: T,
    payload: S,
    response: Answers<F, WhyNotAnswer<F, R>> & R,
    options?: F extends From ? AskedOptions<M, P, E> : RpcOptions<M, P, E> | StreamingOptions<M, E, X>,
  ): F extends From ? Rpc<FromServer<Call<V, T, S, R, M, P, E, X>>> : Rpc<Call<V, T, S, R, M, P, E, X>>;
}

/** A message with which the other end may answer. */
type Answers<F, Why> = F extends "server" ? ClientSends<Why> : ServerSends<Why>;
type WhyNotAnswer<F, R> = R extends { readonly response: object }
  ? "This is an rpc, and no answer: message() makes one"
  : `This message is sent by ${F extends "server" ? "servers" : "clients"}, and answers no request of theirs`;

type FromServer<S extends RpcSpec> = Flat<{ type: S["type"]; from: "server" } & S>;

/** The type of a validator's `rpc`: its response either in place (its type, then its payload) or as a message. */
export interface DefineRpc<V extends Sources> extends Asking<V, undefined> {
  /** A request that the server makes, by `ctx.request`, and that clients answer: a client that asked it does not compile. */
  readonly fromServer: Asking<V, "server">;
}
