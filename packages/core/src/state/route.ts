import type { ErrorHandler } from "../api/handlers.ts";
import type { AnyMessage } from "../message/message.ts";
import type { Validators } from "../message/validators.ts";

/** A message on its way through its route. */
export interface Passage {
  /** A promise of an inner stage that its middleware may not have waited for. */
  inner: PromiseLike<unknown> | undefined;
}

/** One stage of a route: a middleware, validation, the handler. */
export type Stage = (ctx: never) => unknown;

/** Stages that call each other, ready to be entered by one message after the other. */
export interface Stages {
  /** @param caught Given what they throw, and answers in their place. Default: it is thrown on. */
  run(ctx: Passage, caught?: (ctx: never, error: unknown) => void): unknown;
}

/** A route with everything around it, ready to run. */
export interface CompiledRoute {
  /** How many of its messages in a row were not over when their stages returned a promise. */
  unfinished: number;
  readonly message: AnyMessage;
  /** Those of the message: what a frame of thousands of types has to be looked up by is read from memory, not from a cache. */
  readonly payload: Validators["payload"];
  readonly meta: Validators["meta"];
  readonly isRpc: boolean;
  /** An rpc beside which items travel. */
  readonly streams: boolean;
  readonly concurrent: boolean;
  readonly handler: Stage;
  readonly errorHandlers: readonly ErrorHandler<never>[];
  /** Middleware, validation and handler; undefined where there is no middleware. */
  readonly outer: Stages | undefined;
  /** What runs after validation: typed middleware and the handler; undefined where there is no typed middleware. */
  readonly typed: Stages | undefined;
}

/** Routes by type. An object without a prototype: looking up a type that was just parsed costs half of what a Map takes. */
export type RouteTable = Readonly<Record<string, CompiledRoute | undefined>>;
