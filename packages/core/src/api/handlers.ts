import type {
  AnyContext,
  MessageContext,
  MiddlewareContext,
  RequestContext,
  RpcContext,
  StreamsOf,
} from "./contexts.ts";
import type { MaybePromise } from "./data.ts";
import type { AnyMessage, AnyRpc, InferInput } from "../message/message.ts";

/** Calls the rest of the chain: middleware after this one, validation, the handler. */
export type Next = () => MaybePromise<unknown>;

export type Middleware<Ctx = MiddlewareContext> = (ctx: Ctx, next: Next) => unknown;

/**
 * Told of every failure that a peer was not to blame for, and of outgoing payloads that do not fit their schema. `id` is what the
 * peer was told instead of the error's text, where it was told of it: the `id` of an INTERNAL.
 */
export type ErrorHandler<Data> = (error: Error, ctx: AnyContext<Data> | undefined, id?: string) => unknown;

/** What it returns is ignored, so that `(ctx) => ctx.send(…)` will do; a promise is waited for. */
export type MessageHandler<M extends AnyMessage, Data> = (ctx: MessageContext<M, Data>) => unknown;

export type RequestHandler<M extends AnyMessage, Data> = (ctx: RequestContext<M, Data>) => MaybePromise<void>;

export type RpcHandler<R extends AnyRpc, Data> = (
  ctx: RpcContext<R, Data> & StreamsOf<R>,
) => MaybePromise<InferInput<R["response"]> | void>;
