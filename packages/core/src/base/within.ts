import type { Clock } from "./clock.ts";

/** What comes of something, if it comes in time. @throws Error otherwise, by rejecting. */
export function within<T>(clock: Clock, ms: number, doing: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms);
    doing.then(resolve, reject).finally(() => clock.clearTimeout(timer));
  });
}

export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, ms));
}

export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

/** A promise that is resolved from outside. */
export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  return { promise: new Promise<T>((done) => (resolve = done)), resolve };
}
