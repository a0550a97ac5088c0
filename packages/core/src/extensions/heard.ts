import { isPromise } from "../base/when.ts";
import type { Outgoing } from "../api/facts.ts";
import type { Logger } from "../base/logger.ts";

/** Whether there is anything to add to what leaves. */
export type StampsWhen = (kind: Outgoing["kind"]) => boolean;

type Call<A, B> = (connection: A, fact: B) => unknown;

/** One hook of one extension. What it throws is logged once, and never reaches whoever calls. */
export class Heard<A, B> {
  /** The extension's name. */
  readonly by: string;
  /** False where there is nothing to ask it for; undefined where it is to be asked each time. */
  readonly when: StampsWhen | undefined;
  private readonly hook: string;
  private readonly call: Call<A, B>;
  private readonly logger: Logger;
  private failedBefore = false;

  constructor(by: string, hook: string, call: Call<A, B>, logger: Logger, when?: StampsWhen) {
    this.by = by;
    this.when = when;
    this.hook = hook;
    this.call = call;
    this.logger = logger;
  }

  /** @returns what the hook returned; undefined where it threw, or was asynchronous. */
  tell(connection: A, fact: B): unknown {
    try {
      const result = this.call(connection, fact);
      return isPromise(result) ? this.later(result) : result;
    } catch (error) {
      return this.failed(error);
    }
  }

  private later(result: PromiseLike<unknown>): undefined {
    void Promise.resolve(result).then(undefined, (error: unknown) => this.failed(error));
    if (this.hook === "gate" || this.hook === "stamp") {
      this.failed(new TypeError("It returned a promise, which nothing waits for"));
    }
    return undefined;
  }

  private failed(error: unknown): undefined {
    if (this.failedBefore) return undefined;
    this.failedBefore = true;
    try {
      const text = `The ${this.hook} hook of the extension ${JSON.stringify(this.by)} failed; it is not reported again`;
      this.logger.error(text, error);
    } catch {
      // A log that fails as well has nobody left to tell.
    }
    return undefined;
  }
}

/** Tells all of them the same. */
export function tellAll<A, B>(all: readonly Heard<A, B>[], connection: A, fact: B): void {
  for (const heard of all) heard.tell(connection, fact);
}

/** True where one of them is; undefined where one is to be asked each time. */
export function anyOf(all: readonly (StampsWhen | undefined)[] | undefined): StampsWhen | undefined {
  if (all === undefined || all.length <= 1) return all?.[0];
  return all.includes(undefined) ? undefined : (kind) => all.some((when) => when?.(kind));
}
