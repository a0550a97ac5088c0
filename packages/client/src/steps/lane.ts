import { isPromise, when } from "@ws-kit/core/protocol";

/** Runs steps in order; see `createLane`. A step must not throw or reject. */
export type Lane = <T>(step: () => T | Promise<T>) => T | Promise<T>;

/**
 * Runs steps one after the other: at once while each finishes at once, behind the last one otherwise, so that an
 * asynchronous schema cannot let a later message overtake.
 */
export function createLane(): Lane {
  let tail: Promise<unknown> | undefined;
  return (step) => {
    const result = when(tail, step);
    if (isPromise(result)) {
      void (tail = result).then(() => {
        if (tail === result) tail = undefined;
      });
    }
    return result;
  };
}
