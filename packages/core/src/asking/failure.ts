import { when } from "../base/when.ts";
import { check } from "../message/check.ts";
import type { AnyRpc } from "../message/message.ts";
import { RequestError } from "../message/request-error.ts";
import { validatorsOf } from "../message/validators.ts";
import { ERROR_CODES, type ErrorCode } from "../protocol/codes.ts";
import type { ErrorPayload } from "../protocol/envelope.ts";

/**
 * What a client's `$ws:failed` says, which may be anything.
 * @param sent Whether the client may have been asked.
 * @throws ValidationError for details that do not fit what the rpc declares for their code, also as a rejection.
 */
export function failureOf(rpc: AnyRpc, payload: unknown, sent: boolean): RequestError | Promise<RequestError> {
  if (payload === undefined) return new RequestError("UNIMPLEMENTED", "The client handles no such request", undefined);
  const { code: given, message, details, retryable, retryAfterMs } = Object(payload) as Partial<ErrorPayload>;
  const code = typeof given === "string" && Object.hasOwn(ERROR_CODES, given) ? (given as ErrorCode) : "UNKNOWN";
  const declared = details !== undefined && validatorsOf(rpc).errors?.[code] !== undefined;
  return when(
    declared ? check(rpc, code, "in", details) : details,
    (checked) =>
      new RequestError(code, typeof message === "string" ? message : `The client answered ${code}`, checked, {
        retryable: typeof retryable === "boolean" ? retryable : undefined,
        retryAfterMs: typeof retryAfterMs === "number" ? retryAfterMs : undefined,
        sent,
      }),
  );
}
