import type { MaybePromise } from "../api/data.ts";
import type { Middleware, Next } from "../api/handlers.ts";
import { checkOptions } from "../base/options.ts";
import { isPromise } from "../base/when.ts";
import { WsKitError } from "../message/errors.ts";
import { ERROR_CODES, type ErrorCode } from "../protocol/codes.ts";

/** How a guard answers those it does not let through. */
export interface GuardRefusal {
  /** Default UNAUTHENTICATED. */
  code?: ErrorCode | undefined;
  /** Default "Not allowed". */
  message?: string | undefined;
}

/** What a guard asks of the data of a connection: whether it is narrower, or where nothing was narrowed, whether it will do. */
export type GuardCheck<Data, Narrow extends Data> =
  | ((data: Data) => data is Narrow)
  | ([Narrow] extends [never] ? (data: Data) => MaybePromise<boolean> : never);

/** What it lets through. By what is known of `Narrow`, so that it is not inferred from what is wanted of the router. */
export type Guarded<Data, Narrow> = [Narrow] extends [infer Known] ? ([Known] extends [never] ? Data : Known) : never;

export function guardBy(check: (data: never) => unknown, refusal: GuardRefusal = {}): Middleware<never> {
  checkOptions("router.guard()", refusal, { code: "string", message: "string" });
  const { code = "UNAUTHENTICATED", message = "Not allowed" } = refusal;
  if (!Object.hasOwn(ERROR_CODES, code)) {
    throw new TypeError(`router.guard(): ${JSON.stringify(code)} is no gRPC status code`);
  }
  const go = (passed: unknown, next: Next): unknown => {
    if (passed === true) return next();
    throw new WsKitError(code, message);
  };
  return (ctx: { readonly data: unknown }, next: Next) => {
    const passed = check(ctx.data as never);
    return isPromise(passed) ? Promise.resolve(passed).then((late) => go(late, next)) : go(passed, next);
  };
}
