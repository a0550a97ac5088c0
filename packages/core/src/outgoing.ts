import type { Connection } from "./connection.ts";
import { CLOSED, CLOSING } from "./state.ts";
import { report } from "./failures.ts";
import { fastCheck } from "./generate.ts";
import type { Hub } from "./hub.ts";
import { isLate } from "./late-sends.ts";
import { closeArguments } from "./socket.ts";
import {
  CLOSE,
  ERROR_TYPE,
  isPromise,
  toIssues,
  ValidationError,
  type AnyMessage,
  type Checked,
  type ErrorPayload,
  type Meta,
  type SendOptions,
  type StandardResult,
  type Validator,
} from "./protocol/index.ts";

/** Sends an encoded frame. False when the peer is gone, or so far behind that it is closed with 1013. */
export function write(conn: Connection, frame: string): boolean {
  if (conn.state >= CLOSING) return false;
  if (conn.congested && overBuffer(conn)) return false;
  if (!isLate(conn.hub, conn)) return hand(conn, frame);
  conn.hub.lateSends.add(conn, frame);
  return true;
}

/** Gives one frame to the socket. */
export function hand(conn: Connection, frame: string): boolean {
  if (conn.congested && overBuffer(conn)) return false;
  const sent = conn.socket.send(frame);
  // Bun: -1 when the frame was queued behind others, 0 when it was dropped. Runtimes that say nothing are asked.
  if (sent === -1 || (sent === undefined && conn.socket.getBufferedAmount() > 0)) conn.congested = true;
  return sent !== 0;
}

/** Closes a peer that has left more than `maxBufferedBytes` unread; false while it has not. */
export function overBuffer(conn: Connection): boolean {
  const buffered = conn.socket.getBufferedAmount();
  if (buffered <= conn.hub.limits.maxBufferedBytes) {
    conn.congested = buffered > 0;
    return false;
  }
  conn.hub.logger.warn(`Closing ${conn.clientId}: it has ${buffered} bytes unread, over limits.maxBufferedBytes`);
  close(conn, CLOSE.TRY_LATER, "Slow consumer");
  return true;
}

/** Starts the closing handshake with a code that `onClose` will see, whatever the runtime makes of it. */
export function close(conn: Connection, code: number, reason: string): void {
  if (conn.state >= CLOSING) return;
  conn.hub.lateSends.flushOne(conn);
  // Sending may have found that the peer is too far behind.
  if (conn.state >= CLOSING) return;
  conn.state = CLOSING;
  const [sent, why] = closeArguments(code, reason);
  conn.ending = { code: sent, reason: why };
  conn.socket.close(sent, why);
}

/**
 * Validates and encodes one message.
 * @throws ValidationError when payload or meta do not fit; also as a rejection where the schema is asynchronous.
 */
export function encode(
  hub: Hub,
  message: AnyMessage,
  payload: unknown,
  meta: Meta | undefined,
  correlationId?: string,
): string | Promise<string> {
  const { payload: validator, meta: metaValidator } = message["~validators"];
  let wire: unknown;
  let wireMeta: unknown = meta;
  if (!hub.validateOutgoing) {
    if (validator !== undefined) wire = payload;
  } else {
    // Only what the schema itself was asked may come later: most payloads are not looked at for a promise.
    let later = false;
    if (validator !== undefined) {
      wire = fastCheck(validator)(payload);
      if (wire === undefined) later = isPromise((wire = bySchema(validator, payload, message.type, "payload")));
    }
    if (metaValidator !== undefined) wireMeta = outbound(metaValidator, meta ?? {}, message.type, "meta");
    if (later || isPromise(wireMeta)) {
      return assembleLater(hub, message.type, wire, meta, wireMeta, correlationId);
    }
  }
  if (wireMeta === undefined) {
    const { type } = message;
    return hub.codec.encode(
      correlationId === undefined ? { type, payload: wire } : { type, meta: { correlationId }, payload: wire },
    );
  }
  return assemble(hub, message.type, wire, meta, wireMeta, correlationId);
}

function assembleLater(
  hub: Hub,
  type: string,
  payload: unknown,
  given: Meta | undefined,
  checked: unknown,
  correlationId: string | undefined,
): Promise<string> {
  return Promise.all([payload, checked]).then(([p, m]) => assemble(hub, type, p, given, m, correlationId));
}

function assemble(
  hub: Hub,
  type: string,
  payload: unknown,
  given: Meta | undefined,
  checked: unknown,
  correlationId: string | undefined,
): string {
  const meta = given === checked ? { ...given } : { ...given, ...(checked as Meta) };
  // Whatever the application put there, the protocol's own keys are the server's to write.
  delete meta["clientId"];
  delete meta["receivedAt"];
  if (correlationId === undefined) delete meta.correlationId;
  else meta.correlationId = correlationId;
  return hub.codec.encode({ type, meta, payload });
}

/** One part of a message, ready for the wire. Throws or rejects with a ValidationError. */
export function outbound(validator: Validator, value: unknown, type: string, part: string): unknown {
  return fastCheck(validator)(value) ?? bySchema(validator, value, type, part);
}

function bySchema(validator: Validator, value: unknown, type: string, part: string): unknown {
  const result: Checked<unknown> = validator.outbound(value);
  if (isPromise(result)) return passedLater(result, type, part);
  return result.issues === undefined ? result.value : passed(result, type, part);
}

function passedLater(result: PromiseLike<StandardResult<unknown>>, type: string, part: string): Promise<unknown> {
  return Promise.resolve(result).then((late) => passed(late, type, part));
}

function passed(result: StandardResult<unknown>, type: string, part: string): unknown {
  if (result.issues !== undefined) throw new ValidationError(type, part, "out", toIssues(result.issues));
  return result.value;
}

/** Sends one message to one connection; failures go to `onError`, never to the caller. */
export function sendMessage(
  conn: Connection,
  message: AnyMessage,
  payload: unknown,
  options: SendOptions | undefined,
): boolean {
  if (conn.state >= CLOSING) return false;
  let frame: string | Promise<string>;
  try {
    frame = encode(conn.hub, message, payload, options?.meta);
  } catch (error) {
    report(conn.hub, error, undefined, conn);
    return false;
  }
  return post(conn, frame);
}

/** Writes a frame now, or in its turn behind frames that are still being validated. */
export function post(conn: Connection, frame: string | Promise<string>): boolean {
  if (typeof frame === "string" && conn.outbox === undefined) return write(conn, frame);
  postLater(conn, frame);
  return true;
}

/** Apart from `post`: a function that holds a closure pays for it at every call. */
function postLater(conn: Connection, frame: string | Promise<string>): void {
  const turn: Promise<unknown> = Promise.all([frame, conn.outbox])
    .then(
      ([ready]) => void write(conn, ready),
      (error: unknown) => report(conn.hub, error, undefined, conn),
    )
    .finally(() => {
      if (conn.outbox === turn) conn.outbox = undefined;
      conn.hub.runtime.settled?.(conn);
    });
  conn.outbox = turn;
}

/** Sends an `ERROR` frame. */
export function sendError(
  conn: Connection,
  meta: { correlationId?: string; inReplyTo?: string },
  payload: ErrorPayload,
): void {
  if (conn.state >= CLOSED) return;
  let frame: string;
  try {
    frame = conn.hub.codec.encode({ type: ERROR_TYPE, meta, payload });
  } catch (error) {
    // Details that cannot be encoded: the code and message still can.
    report(conn.hub, error, undefined, conn);
    const { details: _details, ...rest } = payload;
    frame = conn.hub.codec.encode({ type: ERROR_TYPE, meta, payload: rest });
  }
  post(conn, frame);
}
