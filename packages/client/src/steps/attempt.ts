import { isPromise } from "@ws-kit/core/protocol";

/** What was thrown as an error whose text can be read, whatever it is. */
export function asError(cause: unknown): Error {
  try {
    const text = String(cause);
    return cause instanceof Error && typeof cause.message === "string" ? cause : new Error(text);
  } catch {
    return new Error("No text");
  }
}

/** Told what went wrong. */
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
