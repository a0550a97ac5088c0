import { when } from "../base/when.ts";
import { check } from "../message/check.ts";
import type { AnyMessage, AnyRpc, Received } from "../message/message.ts";
import { RequestError } from "../message/request-error.ts";
import { type Envelope, FAILED_TYPE } from "../protocol/envelope.ts";
import { failureOf } from "./failure.ts";

/**
 * What a client's last frame for a request says, checked.
 * @param sent Whether the client may have been asked, where it is a failure.
 * @throws RequestError for a failure and for another type than the response's; ValidationError for what does not fit the rpc. Also as
 *   a rejection, where a schema is asynchronous.
 */
export function answerOf(
  rpc: AnyRpc,
  { type, meta = {}, payload }: Envelope,
  sent = true,
): Received<AnyMessage> | Promise<Received<AnyMessage>> {
  if (type === FAILED_TYPE) {
    return when(failureOf(rpc, payload, sent), (error): Received<AnyMessage> => {
      throw error;
    });
  }
  const { response } = rpc;
  if (type !== response.type) {
    throw new RequestError("UNKNOWN", `Got ${JSON.stringify(type)} for an answer`, undefined);
  }
  return when<unknown, Received<AnyMessage>>(check(response, "meta", "in", meta), (declared) =>
    when<unknown, Received<AnyMessage>>(check(response, "payload", "in", payload), (value) => ({
      type,
      meta: { ...meta, ...(declared as object) },
      payload: value,
    })),
  );
}
