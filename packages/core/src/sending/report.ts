import type { ErrorHandler } from "../api/handlers.ts";
import { toError } from "../base/thrown.ts";
import { isPromise } from "../base/when.ts";
import type { Connection, Listener } from "../state/connection.ts";

/** What was at work when something failed: a context, as the log and `onError` see it. */
export interface Subject {
  /** What extensions are told of it. */
  readonly subject: string | undefined;
  /** A message's, by which the log tells one failure from another. */
  readonly type?: string;
  readonly clientId: string;
  errorHandlers(): readonly ErrorHandler<never>[];
}

/** Hands an error to the routers' `onError`, or to the log where there is none. Never throws. */
export function report(hub: Listener, thrown: unknown, ctx: Subject | undefined, conn?: Connection, id?: string): void {
  const error = toError(thrown);
  hub.runtime.failed?.(error);
  if (hub.hooks !== undefined) hub.hooks.failed(conn, error, ctx?.subject, id);
  const handlers = ctx?.errorHandlers() ?? hub.handlers.errorHandlers();
  if (handlers.length === 0) {
    const where = [ctx?.type ?? ctx?.subject, ctx?.clientId ?? conn?.clientId, id]
      .filter((part) => part !== undefined)
      .join(", ");
    hub.logger.error(`${error.message}${where ? ` (${where})` : ""}`, error);
    return;
  }
  const context = ctx ?? (conn && hub.contextOf(conn));
  for (const handler of handlers) {
    try {
      const result: unknown = handler(error, context as never, id);
      if (isPromise(result)) result.then(undefined, (late: unknown) => hub.logger.error("onError failed", late));
    } catch (failure) {
      hub.logger.error("onError failed", failure);
    }
  }
}

/** Runs a callback of the application that nobody can be told about; what it throws or rejects with is reported. */
export function guarded(hub: Listener, callback: () => unknown): void {
  try {
    const result = callback();
    if (isPromise(result)) result.then(undefined, (error: unknown) => report(hub, error, undefined));
  } catch (error) {
    report(hub, error, undefined);
  }
}
