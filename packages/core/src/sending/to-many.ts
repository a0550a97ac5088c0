import { checkGiven } from "../base/options.ts";
import { isPromise } from "../base/when.ts";
import type { AnyMessage, SendOptions } from "../message/message.ts";
import type { Packet } from "../protocol/codec.ts";
import type { Connection, Listener } from "../state/connection.ts";
import { checkSent, encode } from "./encode.ts";
import { type Skip, skipOf } from "./overflow.ts";
import { report } from "./report.ts";
import { postFrame, SEND_OPTIONS } from "./send.ts";

/** A message that is ready for any number of connections. */
export interface Encoded {
  readonly frame: Packet;
  readonly type: string;
  readonly skip: Skip | undefined;
}

/** @throws whatever is wrong with the message; as a rejection where its schema is asynchronous. */
export function encodeForMany(
  hub: Listener,
  message: AnyMessage,
  payload: unknown,
  options: SendOptions | undefined,
): Encoded | Promise<Encoded> {
  if (options !== undefined) checkGiven("send()", options, SEND_OPTIONS);
  const meta = hub.hooks === undefined ? options?.meta : hub.hooks.stamp(undefined, message, options?.meta);
  checkSent(message);
  const skip = skipOf(message, payload, "");
  const frame = encode(hub, message, payload, meta);
  const { type } = message;
  return isPromise(frame) ? frame.then((ready) => ({ frame: ready, type, skip })) : { frame, type, skip };
}

/** Sends it to each of them, and says to how many. A socket that throws does not cut off those after it. */
export function sendToMany(connections: Iterable<Connection>, { frame, type, skip }: Encoded): number {
  let reached = 0;
  for (const conn of connections) {
    try {
      if (postFrame(conn, frame, type, skip)) reached++;
    } catch (error) {
      report(conn.hub, error, undefined, conn);
    }
  }
  return reached;
}
