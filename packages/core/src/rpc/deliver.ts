import { bytesOver } from "../base/bytes.ts";
import { toError } from "../base/thrown.ts";
import { isPromise } from "../base/when.ts";
import { errorPayload } from "../message/errors.ts";
import type { Packet } from "../protocol/codec.ts";
import { type ErrorPayload, ERROR_TYPE } from "../protocol/envelope.ts";
import { encode } from "../sending/encode.ts";
import { inTurn } from "../sending/outbox.ts";
import { report, type Subject } from "../sending/report.ts";
import { encodeError, post, sendError } from "../sending/send.ts";
import type { Outcome, Remembered } from "../state/answers.ts";
import type { Connection } from "../state/connection.ts";

/** A request that is being answered. */
export interface Answering extends Subject {
  readonly conn: Connection;
  readonly id: string;
  /** Set where the answer is kept for a repeat of the request. */
  readonly remembered: Remembered | undefined;
  /** Told how it went: under which error code, or without one. */
  delivered(code: string | undefined): void;
}

/** Writes an outcome under the request's correlation id; one that does not fit its schema becomes INTERNAL. */
export function deliver(call: Answering, outcome: Outcome): void {
  if ("error" in outcome) return deliverError(call, outcome.error);
  const { conn, id, remembered } = call;
  try {
    const frame = encode(conn.hub, outcome.message, outcome.payload, outcome.meta, id);
    if (isPromise(frame)) return deliverLater(call, outcome.message.type, frame);
    if (remembered !== undefined) keep(remembered, frame, undefined);
    post(conn, frame, outcome.message.type, id);
  } catch (error) {
    return misfit(call, error);
  }
  call.delivered(undefined);
}

/** Apart from `deliver`, so that a synchronous answer creates no closure. An answer has its place from when it was given. */
function deliverLater(call: Answering, type: string, frame: Promise<Packet>): void {
  inTurn(
    call.conn,
    frame,
    (ready) => {
      if (call.remembered !== undefined) keep(call.remembered, ready, undefined);
      post(call.conn, ready, type, call.id);
      call.delivered(undefined);
    },
    (error) => misfit(call, error),
  );
}

function misfit(call: Answering, error: unknown): void {
  report(call.conn.hub, toError(error), call, call.conn);
  deliverError(call, errorPayload("INTERNAL", "The response did not fit its schema"));
}

function deliverError(call: Answering, error: ErrorPayload): void {
  const { conn, id, remembered } = call;
  const meta = { correlationId: id };
  if (remembered === undefined) sendError(conn, meta, error);
  else {
    const frame = encodeError(conn, meta, error);
    keep(remembered, frame, error);
    post(conn, frame, ERROR_TYPE, id);
  }
  call.delivered(error.code);
}

function keep(remembered: Remembered, frame: Packet, error: ErrorPayload | undefined): void {
  const bytes = typeof frame === "string" ? (bytesOver(frame, 0) ?? 0) : frame.length;
  remembered.settle({ frame, bytes, error });
}
