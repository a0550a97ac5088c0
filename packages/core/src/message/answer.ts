import type { AnyMessage, AnyRpc } from "./any.ts";

// A request has two signatures, with an answer given and by an rpc. Of what fits neither the compiler would say that no
// overload matches: each of them asks for more than can be given where the other is meant, and is passed over.

declare const NONE: unique symbol;

/** Any answer, and what the compiler takes for one where none is given. */
export interface MaybeAnswer extends AnyMessage {
  readonly [NONE]?: never;
}

/** Whether it is an answer: also one of which nothing is known yet, in code that is generic, and `any`. */
type IsAnswer<A> = { is: 0 } extends { is: 1 & A } ? true : typeof NONE extends keyof A ? false : true;

/** What follows the answer in `request(message, payload, answer, …)`; out of reach where options of an rpc stand for it. */
export type AfterAnswer<A, Options> = IsAnswer<A> extends false ? [never, never] : [options?: Options];

/** What follows an rpc in `request(rpc, …)`; out of reach where it is none, and an answer (`O`) stands for its options. */
export type UnlessAnswer<R extends AnyRpc, O, Args extends unknown[]> = AnyRpc extends R
  ? O extends AnyMessage
    ? [never, never, never, never]
    : [payload?: unknown, options?: O]
  : Args;
