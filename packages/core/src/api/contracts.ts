import type { Ended, MessageContext, RpcContext, StreamsOf } from "./contexts.ts";
import type { MaybePromise } from "./data.ts";
import type { HandledNames } from "../message/contract.ts";
import type { AnswerOf, AnyMessage, AnyRpc } from "../message/message.ts";
import type { Parts } from "../message/parts.ts";

/** The handler of one part of a contract: of an rpc, it returns its answer, or what `ctx.reply` and `ctx.error` give. */
export type PartHandler<M, Data> = M extends AnyRpc
  ? (ctx: RpcContext<M, Data> & StreamsOf<M>) => MaybePromise<AnswerOf<M["response"]> | Ended>
  : M extends AnyMessage
    ? (ctx: MessageContext<M, Data>) => unknown
    : never;

/** A handler for each part of a contract that clients send. */
export type PartHandlers<P extends Parts, Data> = { readonly [Name in HandledNames<P>]: PartHandler<P[Name], Data> };
