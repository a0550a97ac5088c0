import type { MessageContextImpl } from "./context.ts";
import { isPromise } from "./protocol/index.ts";
import type { Middleware } from "./types.ts";

/** One stage of a route that is not middleware: validation or the handler. */
export type Stage = (ctx: MessageContextImpl) => unknown;

type AnyMiddleware = Middleware<never>;

/**
 * Runs a context through middleware. Composed once per route; `next` functions belong to a run, and a run that finished
 * synchronously is used again, so that a message creates no closure.
 */
export class Chain {
  private readonly idle: Run[] = [];
  readonly stages: readonly AnyMiddleware[];
  readonly last: Stage;

  constructor(stages: readonly AnyMiddleware[], last: Stage) {
    this.stages = stages;
    this.last = last;
  }

  run(ctx: MessageContextImpl): unknown {
    const run = this.idle.pop() ?? new Run(this);
    run.ctx = ctx;
    const result = run.step(0);
    if (isPromise(result)) run.endWith(result);
    else if (!run.waits) {
      run.ctx = undefined;
      // Only a run in which everything was called can have no `next` left that somebody may call.
      if (run.reached === this.stages.length) {
        run.reached = -1;
        this.idle.push(run);
      }
    }
    return result;
  }
}

class Run {
  ctx: MessageContextImpl | undefined = undefined;
  /** The furthest stage that was entered. */
  reached = -1;
  waits = false;
  private readonly chain: Chain;
  private readonly nexts: (() => unknown)[];

  constructor(chain: Chain) {
    this.chain = chain;
    this.nexts = chain.stages.map((_, index) => () => this.step(index + 1));
  }

  /** A `next` that is called after its message has ended is refused. */
  endWith(result: PromiseLike<unknown>): void {
    const end = () => void (this.ctx = undefined);
    result.then(end, end);
  }

  step(index: number): unknown {
    const { ctx, chain } = this;
    if (ctx === undefined || index <= this.reached)
      throw new Error("next() was called more than once, or after its message had ended");
    this.reached = index;
    const stage = chain.stages[index];
    const result: unknown =
      stage === undefined ? chain.last(ctx) : stage(ctx as never, this.nexts[index] as () => unknown);
    if (isPromise(result)) {
      this.waits = true;
      watch(ctx, result);
    }
    return result;
  }
}

/** Remembers the promise of an inner stage, in case the middleware around it returns without waiting for it. */
function watch(ctx: MessageContextImpl, promise: PromiseLike<unknown>): void {
  ctx.inner = promise;
  const clear = () => {
    if (ctx.inner === promise) ctx.inner = undefined;
  };
  promise.then(clear, clear);
}
