export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && hasThen(value);
}

/** What a handler returns may refuse to be looked at. */
function hasThen(value: object): boolean {
  try {
    return typeof (value as { then?: unknown }).then === "function";
  } catch {
    return false;
  }
}

/** What is sent must not look like a promise, for which all that is sent later would wait: of such a value the function that makes it one. */
export function unawaited(value: unknown): unknown {
  if (!isPromise(value)) return value;
  calmed(value);
  // oxlint-disable-next-line unbound-method -- it is refused as a function, and not called
  return value.then;
}

/** A promise where none is waited for: should it reject, that is no unhandled rejection. */
export function calmed(value: unknown): void {
  if (isPromise(value)) value.then(undefined, () => {});
}

/** The same for every promise in a value that goes nowhere: should one reject, nobody else would hold it. */
export function calmedWithin(given: unknown): void {
  const seen = new Set<unknown>();
  const left: unknown[] = [given];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    try {
      if (isPromise(value)) calmed(value);
      else if (!ArrayBuffer.isView(value)) for (const part of Object.values(value)) left.push(part);
    } catch {
      // It refuses to be looked at.
    }
  }
}

/**
 * What a callback has answered that is not waited for.
 * @throws TypeError naming it, for a promise: one that rejects is no unhandled rejection.
 */
export function atOnce<T>(answer: T, callback: string): T {
  if (!isPromise(answer)) return answer;
  calmed(answer);
  throw new TypeError(`${callback} returned a promise: it has to answer at once`);
}

/** Goes on with a value: at once if it is there, otherwise when it comes. */
export function when<T, R>(value: T | PromiseLike<T>, then: (value: T) => R | Promise<R>): R | Promise<R> {
  return isPromise(value) ? Promise.resolve(value).then(then) : then(value);
}

export function whenAll<T, R>(
  values: readonly (T | PromiseLike<T>)[],
  then: (values: readonly T[]) => R | Promise<R>,
): R | Promise<R> {
  return when(values.some(isPromise) ? Promise.all(values) : (values as readonly T[]), then);
}

/** What it throws is what it rejects with, and nobody has to listen. */
export function attempt(act: () => unknown): Promise<unknown> {
  try {
    const done = Promise.resolve(act());
    done.catch(() => {});
    return done;
  } catch (error) {
    const failed = Promise.reject(error);
    failed.catch(() => {});
    return failed;
  }
}
