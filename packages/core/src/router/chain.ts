import type { Middleware } from "../api/handlers.ts";
import { isPromise } from "../base/when.ts";
import type { Passage, Stage, Stages } from "../state/route.ts";

type Caught = (ctx: never, error: unknown) => void;

type AnyMiddleware = Middleware<never>;

/** Middleware that may have something to do with some messages alone. */
type Asked = AnyMiddleware & { readonly when?: (ctx: never) => boolean };

/** What runs a message through middleware and then `last`; undefined where there is no middleware. */
export function stagesOf(middleware: readonly Asked[], last: Stage): Stages | undefined {
  const [first, ...rest] = middleware;
  if (first === undefined) return undefined;
  if (first.when === undefined) return new Chain(middleware.map(asking), last);
  const past = stagesOf(rest, last);
  const through = new Chain([first, ...rest.map(asking)], last);
  return new Detour(first.when, through, past === undefined ? last : (ctx) => past.run(ctx));
}

/** One that is asked where it stands. */
function asking(middleware: Asked): AnyMiddleware {
  const { when } = middleware;
  return when === undefined ? middleware : (ctx, next) => (when(ctx) ? middleware(ctx, next) : next());
}

/** Leads round a middleware what it has nothing to do with: as if there were none. */
class Detour implements Stages {
  private readonly when: Stage;
  private readonly through: Stages;
  private readonly past: Stage;

  constructor(when: Stage, through: Stages, past: Stage) {
    this.when = when;
    this.through = through;
    this.past = past;
  }

  run(ctx: Passage, caught?: Caught): unknown {
    return this.when(ctx as never) ? this.through.run(ctx, caught) : this.past(ctx as never);
  }
}

/**
 * Runs a context through middleware. Composed once per route; `next` functions belong to a run, and a run that finished
 * synchronously is used again, so that a message creates no closure.
 */
export class Chain implements Stages {
  readonly stages: readonly AnyMiddleware[];
  readonly last: Stage;
  /** A run that nobody is in. */
  private idle: Run | undefined = undefined;

  constructor(stages: readonly AnyMiddleware[], last: Stage) {
    this.stages = stages;
    this.last = last;
  }

  run(ctx: Passage, caught?: Caught): unknown {
    const run = this.idle ?? new Run(this);
    this.idle = undefined;
    run.ctx = ctx;
    run.entering = true;
    let result: unknown;
    // One for all stages, and no second one where somebody takes it here: what is thrown takes its time at each.
    try {
      result = run.begin();
    } catch (error) {
      this.leave(run, ctx, undefined);
      if (caught === undefined) throw error;
      return caught(ctx as never, error);
    }
    this.leave(run, ctx, result);
    return result;
  }

  private leave(run: Run, ctx: Passage, result: unknown): void {
    left(run, ctx, result);
    if (isPromise(result)) run.endWith(result);
    else if (!run.waits) this.ended(run);
  }

  private ended(run: Run): void {
    run.ctx = undefined;
    // Only a run in which everything was called can have no `next` left that somebody may call.
    if (run.reached !== this.stages.length) return;
    run.reached = -1;
    this.idle = run;
  }
}

class Run {
  ctx: Passage | undefined = undefined;
  /** The furthest stage that was entered. */
  reached = -1;
  waits = false;
  /** A stage is being entered: what is entered meanwhile is inside it. */
  entering = false;
  /** The promise that was returned last while stages were entered. */
  latest: PromiseLike<unknown> | undefined = undefined;
  /** Enters the first stage. */
  readonly begin: () => unknown;

  constructor({ stages, last }: Chain) {
    this.begin = stages.reduceRight<() => unknown>(
      (next, stage, index) => entry(this, index, stage as InnerStage, next),
      // What comes last is given no next(): it may take something else there.
      entry(this, stages.length, (ctx) => last(ctx as never), nothingLeft),
    );
  }

  /** A `next` that is called after its message has ended is refused. */
  endWith(result: PromiseLike<unknown>): void {
    const end = () => void (this.ctx = undefined);
    result.then(end, end);
  }
}

type InnerStage = (ctx: Passage, next: () => unknown) => unknown;

/** Makes the function that enters one stage of a run, once: the `next` of the stage before it. */
function entry(run: Run, index: number, stage: InnerStage, next: () => unknown): () => unknown {
  return () => {
    const { ctx } = run;
    if (ctx === undefined || index <= run.reached)
      throw new Error("next() was called more than once, or after its message had ended");
    run.reached = index;
    if (run.entering) return remember(run, stage(ctx, next));
    run.entering = true;
    try {
      return remember(run, stage(ctx, next));
    } finally {
      left(run, ctx, undefined);
    }
  };
}

/** Nothing is being entered any more; what the whole run answers is waited for anyway. */
function left(run: Run, ctx: Passage, answer: unknown): void {
  run.entering = false;
  const { latest } = run;
  run.latest = undefined;
  if (latest !== undefined && latest !== answer) watch(ctx, latest);
}

function remember(run: Run, result: unknown): unknown {
  if (isPromise(result)) {
    run.waits = true;
    run.latest = result;
  }
  return result;
}

function nothingLeft(): void {}

/** Remembers the promise of an inner stage, in case the middleware around it returns without waiting for it. */
function watch(ctx: Passage, promise: PromiseLike<unknown>): void {
  ctx.inner = promise;
  const clear = () => {
    if (ctx.inner === promise) ctx.inner = undefined;
  };
  promise.then(clear, clear);
}
