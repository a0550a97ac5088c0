import { unawaited, when } from "../base/when.ts";
import { redact } from "./issues.ts";
import type { FastCheck, Plain } from "./plain.ts";
import type { StandardIssue, StandardResult, StandardSchema } from "./standard-schema.ts";
import type { Strip } from "./wire.ts";

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
  /** Whether what travels is not the validated output. */
  readonly strips: boolean;
  /** Where a server keeps the checks it made. */
  checks?: Checks | undefined;
}

/** The checks that a server made for one validator, and what it knows of it. */
export interface Checks {
  /** From the wire to the handler. */
  readonly in: FastCheck;
  /** From the sender to the wire. */
  readonly out: FastCheck;
  /** What they look at; undefined where there are none. */
  readonly plain: Plain | undefined;
  /** Whether lists or records are among them: only such a value can have more issues than are told. */
  readonly holdsMany: boolean;
  /** Whether they are in use: at first those accept nothing that ask other schemas. */
  readonly begun: boolean;
  /** Whether JSON carries all that `out` answered last: it may hold what a schema let through as it was given. */
  readonly carried: boolean;
  /** Runs the schema itself on what arrived. */
  validate(value: unknown): Checked<unknown>;
  /**
   * The schema was run as a whole. Whether anything in it has to be waited for shows only then: what waits is never
   * begun by a check that would have to give up, and so run twice.
   */
  ran(later: boolean): void;
  /** Whether an incoming part fits its description. */
  fits(plain: Plain, value: unknown): boolean;
}

/** Makes the issues of a failure fit to be shown: without the value, which a validator's own messages may quote. */
export type Tell = (issues: readonly StandardIssue[], value: unknown) => readonly StandardIssue[];

/**
 * Makes a validator out of what a package knows of its schemas.
 *
 * @param strip Takes undeclared keys out of the input, which is what travels; undefined where the schema only checks,
 * so that its output may travel.
 * @param tell Runs for failures alone.
 */
export function createValidator<In, Out>(
  schema: StandardSchema<In, Out>,
  strip: Strip | undefined,
  tell?: Tell,
): Validator<In, Out> {
  const standard = schema["~standard"];
  const inbound = (value: unknown): Checked<Out> => {
    const result = standard.validate(value);
    return tell ? when(result, (done) => (done.issues ? { issues: tell(done.issues, value) } : done)) : result;
  };
  const made: Validator<In, Out> = {
    schema,
    inbound,
    outbound(given) {
      const value = unawaited(given);
      // A server may run it in another way.
      const result = made.inbound(value);
      if (!strip) return result;
      return when(result, (done): Checked<unknown> =>
        done.issues ? done : when(strip(value), (stripped) => ({ value: stripped })),
      );
    },
    strips: strip !== undefined,
    checks: undefined,
  };
  return made;
}

/**
 * A Standard Schema of unknown make: it cannot be told whether it transforms, so what the sender gave is what travels.
 */
export function standardValidator<In, Out>(schema: StandardSchema<In, Out>): Validator<In, Out> {
  return createValidator(schema, (value) => value, redact);
}
