import type {
  AnswerOf,
  AnyRpc,
  InferMeta,
  InferPayload,
  InferProgressInput,
  ServerAsks,
  WhyNot,
} from "@ws-kit/core/protocol";
import type { Off } from "./off.ts";

/** One request of the server, as its handler gets it. */
export interface ServerRequest<R extends AnyRpc = AnyRpc> {
  readonly type: R["type"];
  /** What its schema made of what arrived. */
  readonly payload: InferPayload<R>;
  readonly meta: InferMeta<R>;
  /** Aborts when the server no longer wants the answer, its time is over or the connection is lost for good. */
  readonly signal: AbortSignal;
  /** Milliseconds until its time is over, as the server said; `Infinity` where it did not. */
  readonly timeLeftMs: number;
  /**
   * Reports progress, before the answer. False where nobody waits for it any more, or it does not fit its schema, which
   * `onError` is told.
   */
  progress(this: void, payload: InferProgressInput<R>): boolean;
}

/**
 * Returns the response. What it throws ends the request: a `WsKitError` with its code and details, anything else with INTERNAL
 * and without its text, which `onError` is told.
 */
export type RequestHandler<R extends AnyRpc> = (
  request: ServerRequest<R>,
) => AnswerOf<R["response"]> | Promise<AnswerOf<R["response"]>>;

/** What `handlers()` gives a client. */
export interface Handling {
  /**
   * Answers what the server asks. A request without a handler is answered with UNIMPLEMENTED.
   *
   * @returns its undoing; a request that runs goes on.
   * @throws TypeError for an rpc that servers do not ask, and for one that is handled already.
   *
   * @example
   * client.handle(Confirm, async ({ payload, signal }) => ({ yes: await ask(payload.text, signal) }));
   */
  handle<R extends AnyRpc>(rpc: ServerAsks<WhyNot<R, "ctx.request">> & R, handler: RequestHandler<R>): Off;
}

export interface HandlersOptions {
  /** Requests of the server that run beside each other; one more is answered with RESOURCE_EXHAUSTED. Default: 64. */
  readonly maxRunning?: number | undefined;
}
