import { ValidationError } from "@ws-kit/core/protocol";
import type { AnyRpc, ErrorCode, ErrorPayload, InferErrors } from "@ws-kit/core/protocol";

export { ValidationError };

/** A request got no answer in time, by this side's clock or by the server's (gRPC DEADLINE_EXCEEDED). */
export class TimeoutError extends Error {
  override readonly name: string = "TimeoutError";
  /** The time the request had, in milliseconds. */
  declare readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`No answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** The server answered with an error. `isServerError(error, Rpc)` gives `code` and `context` the rpc's own types. */
export class ServerError extends Error {
  override readonly name: string = "ServerError";
  /** A gRPC status code. */
  declare readonly code: ErrorCode;
  /** The details that the handler gave along. */
  declare readonly context: unknown;
  /** Whether the same request may succeed later. */
  declare readonly retryable: boolean;
  /** How long to wait before trying again, in milliseconds. */
  declare readonly retryAfterMs: number | undefined;
  /** Names an unexpected failure in the server's log. */
  declare readonly id: string | undefined;

  /** @param payload As it came; a server may send anything. */
  constructor(payload: ErrorPayload) {
    const { code, message, details, retryable, retryAfterMs, id } = Object(payload) as ErrorPayload;
    super(typeof message === "string" ? message : "");
    Object.assign(this, {
      code: typeof code === "string" ? code : "UNKNOWN",
      context: details,
      retryable,
      retryAfterMs,
      id,
    });
  }
}

/** The connection ended before the answer came, or before the message could be known to have arrived. */
export class ConnectionClosedError extends Error {
  override readonly name: string = "ConnectionClosedError";
  /** Whether the server may have received it: false only when it certainly never left this client. */
  declare readonly mayHaveExecuted: boolean;

  constructor(reason: string, mayHaveExecuted = false) {
    super(`Connection closed: ${reason}`);
    this.mayHaveExecuted = mayHaveExecuted;
  }
}

/** The client could not take or had to give up the operation: aborted, closed, too many at once. */
export class StateError extends Error {
  override readonly name: string = "StateError";
}

/** A `ServerError` of one code. */
export interface CodedError<C extends ErrorCode, D> extends ServerError {
  readonly code: C;
  readonly context: D;
}

/** The server answers ABORTED by itself where a repeat of an idempotent request finds that nobody knows how the first one ended. */
type Undeclared<C> = C extends "ABORTED" ? { readonly mayHaveExecuted?: true } | undefined : unknown;

/** A `ServerError` whose `code` narrows `context` to the details that the rpc declares for it. */
export type ServerErrorOf<R> = {
  [C in ErrorCode]: CodedError<C, C extends keyof InferErrors<R> ? InferErrors<R>[C] | undefined : Undeclared<C>>;
}[ErrorCode];

/**
 * Whether the server answered with an error, typed by the rpc's declared ones.
 *
 * @param _rpc The rpc that was called; only its type matters.
 *
 * @example
 * if (isServerError(error, GetUser) && error.code === "NOT_FOUND") show(error.context?.id);
 */
export function isServerError<R extends AnyRpc>(error: unknown, _rpc?: R): error is ServerErrorOf<R> {
  return error instanceof ServerError;
}
