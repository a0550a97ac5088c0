import { isPromise } from "@ws-kit/core/protocol";
import type { ErrorKind } from "../api/client.ts";

/** Tells the application of a failure that is no call's own. */
export type Report = (kind: ErrorKind, error: unknown, message?: string, payload?: unknown) => void;

/** Told what a function of the application threw. */
export type Fail = (error: unknown) => void;

/** Runs a step that may fail now or later. */
export function attempt<T>(step: () => T | Promise<T>, fail: (error: unknown) => T): T | Promise<T> {
  try {
    const result = step();
    return isPromise(result) ? result.then(undefined, fail) : result;
  } catch (error) {
    return fail(error);
  }
}
