import { check, isPromise, when } from "@ws-kit/core/protocol";
import type { AnyMessage, Meta } from "@ws-kit/core/protocol";
import type { ErrorKind } from "./types.ts";

/** What a schema has seen: ready to be handled or sent. */
export interface CheckedMessage {
  type: string;
  meta: Meta;
  payload: unknown;
}

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

/** Checks meta and payload, then goes on with them; meta keeps the keys that the message does not declare. */
export function checked<T>(
  definition: AnyMessage,
  direction: "in" | "out",
  meta: Meta = {},
  payload: unknown,
  use: (message: CheckedMessage) => T | Promise<T>,
  fail: (error: unknown) => T,
): T | Promise<T> {
  return attempt(
    () =>
      when(check(definition, "meta", direction, meta), (declared) =>
        when(check(definition, "payload", direction, payload), (value) =>
          use({ type: definition.type, meta: declared ? { ...meta, ...declared } : meta, payload: value }),
        ),
      ),
    fail,
  );
}

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
      tail = result;
      void result.then(() => {
        if (tail === result) tail = undefined;
      });
    }
    return result;
  };
}
