import type { Connection } from "./connection.ts";
import type { BaseContext } from "./context.ts";
import type { Hub } from "./hub.ts";
import { ERROR_CODES, isPromise, type ErrorCode, type ErrorPayload, type RetryOptions } from "./protocol/index.ts";

export function toError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error(`Something that is no Error was thrown: ${String(thrown)}`, { cause: thrown });
}

/** Builds the payload of an `ERROR` frame. */
export function errorPayload(code: ErrorCode, message: string, details?: unknown, retry?: RetryOptions): ErrorPayload {
  const payload: ErrorPayload = { code, message, retryable: retry?.retryable ?? ERROR_CODES[code] ?? false };
  if (details !== undefined) payload.details = details;
  if (retry?.retryAfterMs !== undefined) payload.retryAfterMs = Math.max(0, Math.ceil(retry.retryAfterMs));
  return payload;
}

/** Hands an error to the routers' `onError`, or to the log where there is none. Never throws. */
export function report(hub: Hub, thrown: unknown, ctx: BaseContext | undefined, conn?: Connection, id?: string): void {
  const error = toError(thrown);
  hub.runtime.failed?.(error);
  const handlers = ctx?.errorHandlers() ?? hub.router.errorHandlers();
  if (handlers.length === 0) {
    const where = [ctx?.subject, ctx?.clientId ?? conn?.clientId, id].filter((part) => part !== undefined).join(", ");
    hub.logger.error(`${error.message}${where ? ` (${where})` : ""}`, error);
    return;
  }
  const context = ctx ?? conn?.context();
  for (const handler of handlers) {
    try {
      const result: unknown = handler(error, context as never);
      if (isPromise(result)) result.then(undefined, (late: unknown) => hub.logger.error("onError failed", late));
    } catch (failure) {
      hub.logger.error("onError failed", failure);
    }
  }
}

/** Runs a callback of the application that nobody can be told about; what it throws or rejects with is reported. */
export function guarded(hub: Hub, callback: () => unknown): void {
  try {
    const result = callback();
    if (isPromise(result)) result.then(undefined, (error: unknown) => report(hub, error, undefined));
  } catch (error) {
    report(hub, error, undefined);
  }
}
