import type { StandardIssue, StandardResult, StandardSchema } from "./standard-schema.ts";

/** One reason why a value was refused. Never holds the value itself. */
export interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Most issues that one failure reports. */
export const MAX_ISSUES = 20;

/** A checked value, or why there is none; at once, or later where the schema is asynchronous. */
export type Checked<Out> = StandardResult<Out> | Promise<StandardResult<Out>>;

/**
 * One schema seen from both ends. A validator package makes these; core alone only needs a Standard Schema.
 *
 * The wire carries a schema's *input* side, so that the receiver can run the schema on it. For a schema without
 * transforms input and output are the same values, and `outbound` may answer the validated output.
 */
export interface Validator<In = unknown, Out = In> {
  readonly schema: StandardSchema<In, Out>;
  /** From the wire to the handler. */
  inbound(value: unknown): Checked<Out>;
  /** From the sender to the wire: validated, and without anything a plain object schema does not declare. */
  outbound(value: unknown): Checked<unknown>;
}

/** Reduces a validator's issues to what may be shown to a peer. */
export function toIssues(issues: readonly StandardIssue[]): Issue[] {
  return issues.slice(0, MAX_ISSUES).map(({ message, path }) => ({
    path: path?.map(segment) ?? [],
    message,
  }));
}

function segment(part: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof part === "object" ? part.key : part;
  return typeof key === "number" ? key : String(key);
}

export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

/**
 * A Standard Schema of unknown make: it cannot be told whether it transforms, so what the sender gave is what travels.
 */
export function standardValidator<In, Out>(schema: StandardSchema<In, Out>): Validator<In, Out> {
  const validate = schema["~standard"].validate;
  return {
    schema,
    inbound: validate,
    outbound(value) {
      const result = validate(value);
      return isPromise(result) ? Promise.resolve(result).then((r) => asGiven(r, value)) : asGiven(result, value);
    },
  };
}

function asGiven(result: StandardResult<unknown>, value: unknown): StandardResult<unknown> {
  return result.issues ? result : { value };
}
