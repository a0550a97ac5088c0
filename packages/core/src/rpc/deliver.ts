import { toError } from "../base/thrown.ts";
import { errorPayload } from "../message/errors.ts";
import { encode } from "../sending/encode.ts";
import { report, type Subject } from "../sending/report.ts";
import { post, sendError } from "../sending/send.ts";
import type { Outcome } from "../state/answers.ts";
import type { Connection } from "../state/connection.ts";

/** Who is told how it went: under which error code, or without one. */
export interface Delivered {
  delivered(code: string | undefined): void;
}

/**
 * Writes an outcome under a correlation id; one that does not fit its schema becomes INTERNAL.
 * @param ctx What `onError` is told of.
 */
export function deliver(conn: Connection, id: string, outcome: Outcome, then: Delivered, ctx?: Subject): void {
  if ("error" in outcome) {
    sendError(conn, { correlationId: id }, outcome.error);
    return then.delivered(outcome.error.code);
  }
  try {
    const frame = encode(conn.hub, outcome.message, outcome.payload, outcome.meta, id);
    if (typeof frame !== "string") return deliverLater(conn, id, outcome.message.type, frame, then, ctx);
    post(conn, frame, outcome.message.type, id);
  } catch (error) {
    return misfit(conn, id, error, then, ctx);
  }
  then.delivered(undefined);
}

/** Apart from `deliver`, so that a synchronous answer creates no closure. */
function deliverLater(
  conn: Connection,
  id: string,
  type: string,
  frame: Promise<string>,
  then: Delivered,
  ctx: Subject | undefined,
): void {
  frame.then(
    (ready) => {
      post(conn, ready, type, id);
      then.delivered(undefined);
    },
    (error: unknown) => misfit(conn, id, error, then, ctx),
  );
}

function misfit(conn: Connection, id: string, error: unknown, then: Delivered, ctx: Subject | undefined): void {
  report(conn.hub, toError(error), ctx, conn);
  sendError(conn, { correlationId: id }, errorPayload("INTERNAL", "The response did not fit its schema"));
  then.delivered("INTERNAL");
}
