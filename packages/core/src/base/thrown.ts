// JavaScript throws anything: an object without a prototype, a revoked proxy, an error whose message is a getter that
// throws. What looks at it must not fail in turn, since nobody is left to catch that.

/** Whether a value is an instance of a class; false where it refuses to be looked at. */
export function isA<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

/** A text for whatever it is. */
export function describe(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `something of type ${typeof value} that has no text`;
  }
}

/** The error that was thrown, or one that says what else was. */
export function toError(thrown: unknown): Error {
  if (isA(thrown, Error) && hasText(thrown)) return thrown;
  return new Error(`Something that is no Error was thrown: ${describe(thrown)}`, { cause: thrown });
}

/** Whether it is this error, or has it as its cause. */
export function comesOf(thrown: unknown, error: Error): boolean {
  try {
    return thrown === error || (isA(thrown, Error) && thrown.cause === error);
  } catch {
    return false;
  }
}

function hasText(error: Error): boolean {
  try {
    return typeof error.message === "string";
  } catch {
    return false;
  }
}
