import { isA } from "../base/thrown.ts";
import { ERROR_CODES, type ErrorCode } from "../protocol/codes.ts";
import type { RetryOptions } from "./errors.ts";
import type { AnyRpc, InferErrors } from "./message.ts";

/**
 * A request to a client that has no answer: `code` says why. It is not meant for another peer: a handler that lets it through
 * ends with INTERNAL.
 */
export class RequestError<C extends ErrorCode = ErrorCode, D = unknown> extends Error {
  override readonly name: string = "RequestError";
  /**
   * What the client said, or UNIMPLEMENTED where it has no handler; of this side DEADLINE_EXCEEDED, CANCELLED by the signal,
   * UNAVAILABLE where the connection is over and RESOURCE_EXHAUSTED over `limits.maxServerRequests`.
   */
  declare readonly code: C;
  /** Checked by the schema that the rpc declares for the code, where it does. */
  declare readonly details: D;
  /** Whether the same request may succeed later. */
  declare readonly retryable: boolean;
  /** Milliseconds to wait before trying again, where the client said so. */
  declare readonly retryAfterMs: number | undefined;
  /** Whether the client may have received it: false only where it certainly has not. */
  declare readonly mayHaveExecuted: boolean;

  constructor(code: C, message: string, details: D, options: RetryOptions & ErrorOptions & { sent?: boolean } = {}) {
    super(message, options);
    this.code = code;
    this.details = details;
    this.retryable = options.retryable ?? ERROR_CODES[code];
    this.retryAfterMs = options.retryAfterMs;
    this.mayHaveExecuted = options.sent ?? true;
  }
}

/** A `RequestError` whose `code` narrows `details` to what the rpc declares for it. */
export type RequestErrorOf<R> = {
  [C in ErrorCode]: RequestError<C, C extends keyof InferErrors<R> ? InferErrors<R>[C] | undefined : unknown>;
}[ErrorCode];

/**
 * Whether a request to a client has failed, typed by the rpc's declared errors.
 *
 * @param _rpc The rpc that was asked; only its type matters.
 *
 * @example
 * if (isRequestError(error, Confirm) && error.code === "UNAVAILABLE") return false;
 */
export function isRequestError<R extends AnyRpc>(error: unknown, _rpc?: R): error is RequestErrorOf<R> {
  return isA(error, RequestError);
}
