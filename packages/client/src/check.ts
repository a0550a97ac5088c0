import { isPromise, toIssues, ValidationError } from "@ws-kit/core/protocol";
import type { AnyMessage, Meta, Validator } from "@ws-kit/core/protocol";

/** What a schema has seen: ready to be handled or sent. */
export interface CheckedMessage {
  type: string;
  meta: Meta;
  payload: unknown;
}

/** Applies a step to a value that may come later, without making it later where it is there. */
export function chain<T, R>(value: T | Promise<T>, step: (value: T) => R | Promise<R>): R | Promise<R> {
  return isPromise(value) ? value.then(step) : step(value);
}

/** Runs a step that may fail now or later. */
export function attempt<T>(step: () => T | Promise<T>, fail: (error: unknown) => T): T | Promise<T> {
  try {
    const result = step();
    return isPromise(result) ? result.catch(fail) : result;
  } catch (error) {
    return fail(error);
  }
}

/** @throws ValidationError, or rejects with it where the schema is asynchronous. */
export function check(
  validator: Validator | undefined,
  type: string,
  part: string,
  direction: "in" | "out",
  value: unknown,
): unknown {
  if (!validator) return undefined;
  return chain(direction === "in" ? validator.inbound(value) : validator.outbound(value), (result) => {
    if (result.issues) throw new ValidationError(type, part, direction, toIssues(result.issues));
    return result.value;
  });
}

/** Checks meta and payload; meta keeps the keys that the message does not declare. */
export function checkMessage(
  { type, "~validators": { meta, payload } }: AnyMessage,
  direction: "in" | "out",
  given: { meta?: Meta | undefined; payload?: unknown },
): CheckedMessage | Promise<CheckedMessage> {
  return chain(check(meta, type, "meta", direction, given.meta ?? {}), (checkedMeta) =>
    chain(check(payload, type, "payload", direction, given.payload), (checkedPayload) => ({
      type,
      meta: { ...given.meta, ...(checkedMeta as Meta | undefined) },
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
    if (!isPromise(result)) return result;
    tail = result;
    return result.finally(() => {
      if (tail === result) tail = undefined;
    });
  };
}
