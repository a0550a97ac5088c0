import { isPromise, toIssues, ValidationError } from "@ws-kit/core/protocol";
import type { AnyMessage, Meta, Validator } from "@ws-kit/core/protocol";
import type { ErrorKind } from "./types.ts";

/** What a schema has seen: ready to be handled or sent. */
export interface CheckedMessage {
  type: string;
  meta: Meta;
  payload: unknown;
}

/** Tells the application of a failure that is no call's own. */
export type Report = (kind: ErrorKind, error: unknown, message?: string, payload?: unknown) => void;

/** Calls a function of the application. */
export type Guard = <T>(call: () => T) => T | undefined;

/** Applies a step to a value that may come later, without making it later where it is there. */
export function chain<T, R>(value: T | Promise<T>, step: (value: T) => R | Promise<R>): R | Promise<R> {
  return isPromise(value) ? value.then(step) : step(value);
}

/** Runs a step that may fail now or later. */
export function attempt<T>(step: () => T | Promise<T>, fail: (error: unknown) => T): T | Promise<T> {
  try {
    const result = step();
    return isPromise(result) ? result.then(undefined, fail) : result;
  } catch (error) {
    return fail(error);
  }
}

/** Makes a call of the application's functions safe: what one throws goes to `fail`. */
export function guarded(fail: (error: unknown) => void): Guard {
  return (call) =>
    attempt<ReturnType<typeof call> | undefined>(call, fail as (error: unknown) => undefined) as
      | ReturnType<typeof call>
      | undefined;
}

/** @throws ValidationError, or rejects with it where the schema is asynchronous. */
export function check(
  validator: Validator | undefined,
  type: string,
  part: string,
  direction: "in" | "out",
  value: unknown,
): unknown {
  return (
    validator &&
    chain(validator[`${direction}bound`](value), (result) => {
      if (result.issues) throw new ValidationError(type, part, direction, toIssues(result.issues));
      return result.value;
    })
  );
}

/** Checks meta and payload; meta keeps the keys that the message does not declare. */
export function checkMessage(
  { type, "~validators": validators }: AnyMessage,
  direction: "in" | "out",
  meta: Meta = {},
  payload: unknown,
): CheckedMessage | Promise<CheckedMessage> {
  return chain(check(validators.meta, type, "meta", direction, meta), (checkedMeta) =>
    chain(check(validators.payload, type, "payload", direction, payload), (checkedPayload) => ({
      type,
      meta: { ...meta, ...(checkedMeta as Meta | undefined) },
      payload: checkedPayload,
    })),
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
    const result = tail ? tail.then(step) : step();
    if (isPromise(result)) {
      tail = result;
      void result.then(() => {
        if (tail === result) tail = undefined;
      });
    }
    return result;
  };
}
