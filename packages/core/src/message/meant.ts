import { isA } from "../base/thrown.ts";
import { ERROR_CODES, type ErrorCode } from "../protocol/codes.ts";
import { type RetryOptions, WsKitError } from "./errors.ts";

/** What an error frame says. */
interface Meant {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: unknown;
  readonly retry: RetryOptions;
}

/** What a `WsKitError` tells its peer; undefined for anything else, one that breaks its own type included. */
export function meantForPeer(error: unknown): Meant | undefined {
  if (!isA(error, WsKitError)) return undefined;
  try {
    const { code, message, details, retryable, retryAfterMs } = error;
    if (typeof message !== "string" || !Object.hasOwn(ERROR_CODES, code)) return undefined;
    return { code, message, details, retry: retryAfterMs === undefined ? { retryable } : { retryable, retryAfterMs } };
  } catch {
    return undefined;
  }
}
