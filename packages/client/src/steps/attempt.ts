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

/** Runs a step, given what stands behind `fail`, that may fail now or later. A message then needs no function of its own. */
export function attempt<T, A = void, B = void>(
  step: (first: A, second: B) => T | Promise<T>,
  fail: (error: unknown) => T,
  first?: A,
  second?: B,
): T | Promise<T> {
  try {
    const result = step(first as A, second as B);
    return isPromise(result) ? result.then(null, fail) : result;
  } catch (error) {
    return fail(error);
  }
}
