import { ERROR_CODES, type ErrorCode } from "../protocol/codes.ts";
import type { ErrorPayload } from "../protocol/envelope.ts";
import type { Issue } from "../schema/issues.ts";

/** How a failure may be repeated. */
export interface RetryOptions {
  /** Whether the same request may succeed later. Default: the code's own, see `ERROR_CODES`. */
  retryable?: boolean | undefined;
  /** Milliseconds to wait before trying again. */
  retryAfterMs?: number | undefined;
}

/**
 * A failure meant for the peer: thrown in a handler or middleware, it becomes an `ERROR` frame with this code, message
 * and details. Anything else that is thrown reaches the peer as INTERNAL without its text.
 *
 * @example
 * throw new WsKitError("NOT_FOUND", "No such file", { file });
 */
export class WsKitError<D = unknown> extends Error {
  override readonly name: string = "WsKitError";
  // Set, not defined: an engine takes twice as long to define fields of an error.
  declare readonly code: ErrorCode;
  declare readonly details: D | undefined;
  declare readonly retryable: boolean;
  declare readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details?: D, options?: RetryOptions & ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
    this.retryable = options?.retryable ?? ERROR_CODES[code];
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** A payload or meta that does not fit its schema. */
export class ValidationError extends Error {
  override readonly name: string = "ValidationError";
  /** Type of the message concerned. */
  declare readonly type: string;
  /** Whether it was on its way in or out. */
  declare readonly direction: "in" | "out";
  declare readonly issues: readonly Issue[];

  constructor(type: string, part: string, direction: "in" | "out", issues: readonly Issue[]) {
    super(describeMisfit(type, part, issues));
    this.type = type;
    this.direction = direction;
    this.issues = issues;
  }
}

/** Details of a refused payload or meta: nothing but short texts and numbers, which need no look at whether JSON carries them. */
export class Misfit {
  readonly in: "payload" | "meta";
  readonly issues: readonly Issue[];

  constructor(part: "payload" | "meta", issues: readonly Issue[]) {
    this.in = part;
    this.issues = issues;
  }
}

/** Says in one line why a part of a message does not fit. */
export function describeMisfit(type: string, part: string, [first]: readonly Issue[]): string {
  return `Invalid ${part} of "${type}" at ${first?.path.join(".") || "its root"}: ${first?.message}`;
}

/** An error without a stack, which takes most of the time of making one: what a peer did wrong is at no place in the code. */
export function withoutStack<E extends Error>(make: () => E): E {
  const limit = Error as { stackTraceLimit?: number };
  const { stackTraceLimit } = limit;
  // Where it may not be changed, errors have their stacks.
  if (stackTraceLimit === undefined || !Reflect.set(limit, "stackTraceLimit", 0)) return make();
  try {
    return make();
  } finally {
    limit.stackTraceLimit = stackTraceLimit;
  }
}

/** Builds the payload of an `ERROR` frame. */
export function errorPayload(code: ErrorCode, message: string, details?: unknown, retry?: RetryOptions): ErrorPayload {
  const payload: ErrorPayload = { code, message, retryable: retry?.retryable ?? ERROR_CODES[code] ?? false };
  if (details !== undefined) payload.details = details;
  // One that is no number, or never over, says nothing that JSON could carry.
  if (retry?.retryAfterMs !== undefined && Number.isFinite(retry.retryAfterMs))
    payload.retryAfterMs = Math.max(0, Math.ceil(retry.retryAfterMs));
  return payload;
}
