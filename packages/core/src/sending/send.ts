import { checkGiven, type PlainKinds } from "../base/options.ts";
import { describe } from "../base/thrown.ts";
import { isPromise } from "../base/when.ts";
import { Misfit } from "../message/errors.ts";
import type { AnyMessage, SendOptions } from "../message/message.ts";
import { validatorsOf } from "../message/validators.ts";
import type { Packet } from "../protocol/codec.ts";
import { ERROR_TYPE, type ErrorPayload } from "../protocol/envelope.ts";
import { checkSent, encode, encodeWhole } from "./encode.ts";
import { write } from "./frames.ts";
import { inTurn, waits } from "./outbox.ts";
import { type Skip, skipOf, writeUnlessBehind } from "./overflow.ts";
import { report } from "./report.ts";
import type { Connection } from "../state/connection.ts";
import { CLOSED, LEAVING } from "../state/phases.ts";

export const SEND_OPTIONS: PlainKinds<SendOptions> = { meta: "object" };

/** Sends one message to one connection; failures go to `onError`, never to the caller. */
export function sendMessage(
  conn: Connection,
  message: AnyMessage,
  payload: unknown,
  options: SendOptions | undefined,
): boolean {
  if (conn.state >= LEAVING) return false;
  const { hub } = conn;
  const { hooks } = hub;
  let frame: Packet | Promise<Packet>;
  try {
    if (options !== undefined) checkGiven("send()", options, SEND_OPTIONS);
    const meta = hooks !== undefined && hooks.stamps ? hooks.stamp(conn, message, options?.meta) : options?.meta;
    checkSent(message);
    frame = encode(hub, message, payload, meta);
  } catch (error) {
    report(hub, error, undefined, conn);
    return false;
  }
  if (validatorsOf(message).overflow !== undefined) return postUnlessBehind(conn, frame, message, payload);
  // As `post` and `writeOne` do: an engine inlines calls that are few deep, and this is what nearly every message takes.
  if (conn.outbox === undefined && (hooks === undefined || !hooks.hearsSent) && !isPromise(frame))
    return write(conn, frame);
  return post(conn, frame, message.type, undefined);
}

/** Of a message that may be skipped. */
function postUnlessBehind(
  conn: Connection,
  frame: Packet | Promise<Packet>,
  message: AnyMessage,
  payload: unknown,
): boolean {
  let skip: Skip | undefined;
  try {
    skip = skipOf(message, payload, "");
  } catch (error) {
    report(conn.hub, error, undefined, conn);
  }
  if (skip === undefined) return false;
  if (isPromise(frame)) return post(conn, frame, message.type, undefined);
  return postFrame(conn, frame, message.type, skip);
}

/** Sends a frame that may be one of those that are skipped. */
export function postFrame(conn: Connection, frame: Packet, type: string, skip: Skip | undefined): boolean {
  if (conn.state >= LEAVING) return false;
  if (skip === undefined || waits(conn)) return post(conn, frame, type, undefined);
  const written = writeUnlessBehind(conn, frame, skip);
  conn.hub.hooks?.sent(conn, type, undefined, frame, written);
  return written;
}

/** Writes a frame now, or in its turn behind frames that are still being validated. Type and id are for who observes. */
export function post(
  conn: Connection,
  frame: Packet | Promise<Packet>,
  type: string,
  correlationId: string | undefined,
): boolean {
  if (conn.outbox === undefined && !isPromise(frame)) return writeOne(conn, frame, type, correlationId);
  return postLater(conn, frame, type, correlationId);
}

/** Writes a frame whose turn it is. */
export function writeOne(conn: Connection, frame: Packet, type: string, correlationId: string | undefined): boolean {
  return conn.hub.hooks?.hearsSent === true ? writeObserved(conn, frame, type, correlationId) : write(conn, frame);
}

function writeObserved(conn: Connection, frame: Packet, type: string, correlationId: string | undefined): boolean {
  const written = write(conn, frame);
  conn.hub.hooks?.sent(conn, type, correlationId, frame, written);
  return written;
}

/** Apart from `post`: a function that holds a closure pays for it at every call. */
function postLater(
  conn: Connection,
  frame: Packet | Promise<Packet>,
  type: string,
  correlationId: string | undefined,
): boolean {
  const { outbox } = conn;
  const later = isPromise(frame);
  if (!later && outbox?.acting === true) return writeOne(conn, frame, type, correlationId);
  if (conn.state >= LEAVING) return false;
  if (!later) outbox?.add(() => void writeOne(conn, frame, type, correlationId));
  else
    inTurn(
      conn,
      frame,
      (ready) => void writeOne(conn, ready, type, correlationId),
      (error) => report(conn.hub, error, undefined, conn),
    );
  return true;
}

/** Sends an `ERROR` frame. */
export function sendError(
  conn: Connection,
  meta: { correlationId?: string; inReplyTo?: string },
  payload: ErrorPayload,
): void {
  if (conn.state >= CLOSED) return;
  post(conn, encodeError(conn, meta, payload), ERROR_TYPE, meta.correlationId);
}

export function encodeError(
  conn: Connection,
  meta: { correlationId?: string; inReplyTo?: string },
  payload: ErrorPayload,
): Packet {
  const { hub } = conn;
  try {
    const frame = { type: ERROR_TYPE, meta, payload };
    return isPlain(payload) ? hub.codec.encode(frame) : encodeWhole(hub, frame);
  } catch (error) {
    // Details that cannot be encoded: the code and message still can.
    report(hub, error, undefined, conn);
    const { details: _details, ...rest } = payload;
    return hub.codec.encode({ type: ERROR_TYPE, meta, payload: { ...rest, message: describe(rest.message) } });
  }
}

/** Whether it is known that JSON carries it: most errors are told to peers that did something wrong, as often as they like. */
function isPlain({ message, details }: ErrorPayload): boolean {
  return typeof message === "string" && (details === undefined || details instanceof Misfit);
}
