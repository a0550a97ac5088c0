import { check, jsonCodec, ValidationError, when, validatorsOf } from "@ws-kit/core/protocol";
import type { AnyMessage, Codec, Meta } from "@ws-kit/core/protocol";

/** What a schema has seen: ready to be handled or sent. */
export interface CheckedMessage {
  type: string;
  meta: Meta;
  payload: unknown;
}

/**
 * Checks meta and payload; meta keeps the keys that the message does not declare.
 *
 * @param codec Where it is to be sent: another one than JSON is trusted to carry it.
 * @throws ValidationError, also later under an asynchronous schema.
 */
export function checked(
  definition: AnyMessage,
  direction: "in" | "out",
  given: Meta | undefined,
  payload: unknown,
  codec?: Codec,
): CheckedMessage | Promise<CheckedMessage> {
  const { type, from } = definition;
  if (from === (direction === "in" ? "client" : "server")) throw new TypeError(`Only ${from}s send ${type}`);
  // As it is now, whenever the schema has done.
  const meta = { ...given };
  return when(check(definition, "meta", direction, meta), (declared) =>
    when(check(definition, "payload", direction, payload), (value) => {
      const frame = {
        type,
        meta: (given && (declared ? { ...meta, ...declared } : meta)) as Meta,
        payload: value,
      };
      const found = codec === jsonCodec && validatorsOf(definition).uncarried?.(frame);
      if (found) throw new ValidationError(frame.type, found.path.shift() as string, "out", [found]);
      return frame;
    }),
  );
}
