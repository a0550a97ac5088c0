import { check, when } from "@ws-kit/core/protocol";
import type { AnyMessage, Meta } from "@ws-kit/core/protocol";

/** What a schema has seen: ready to be handled or sent. */
export interface CheckedMessage {
  type: string;
  meta: Meta;
  payload: unknown;
}

/**
 * Checks meta and payload; meta keeps the keys that the message does not declare.
 *
 * @throws ValidationError, also later under an asynchronous schema.
 */
export function checked(
  definition: AnyMessage,
  direction: "in" | "out",
  meta: Meta = {},
  payload: unknown,
): CheckedMessage | Promise<CheckedMessage> {
  return when(check(definition, "meta", direction, meta), (declared) =>
    when(check(definition, "payload", direction, payload), (value) => ({
      type: definition.type,
      meta: declared ? { ...meta, ...declared } : meta,
      payload: value,
    })),
  );
}
