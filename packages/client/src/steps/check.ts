import { check, when } from "@ws-kit/core/protocol";
import type { AnyMessage, Meta } from "@ws-kit/core/protocol";
import { attempt } from "./attempt.ts";

/** What a schema has seen: ready to be handled or sent. */
export interface CheckedMessage {
  type: string;
  meta: Meta;
  payload: unknown;
}

/** Checks meta and payload, then goes on with them; meta keeps the keys that the message does not declare. */
export function checked<T>(
  definition: AnyMessage,
  direction: "in" | "out",
  meta: Meta = {},
  payload: unknown,
  use: (message: CheckedMessage) => T | Promise<T>,
  fail: (error: unknown) => T,
): T | Promise<T> {
  return attempt(
    () =>
      when(check(definition, "meta", direction, meta), (declared) =>
        when(check(definition, "payload", direction, payload), (value) =>
          use({ type: definition.type, meta: declared ? { ...meta, ...declared } : meta, payload: value }),
        ),
      ),
    fail,
  );
}
