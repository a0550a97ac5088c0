import { toError } from "../base/thrown.ts";
import { errorPayload } from "../message/errors.ts";
import { encode } from "../sending/encode.ts";
import { report, type Subject } from "../sending/report.ts";
import { post, sendError } from "../sending/send.ts";
import type { Outcome } from "../state/answers.ts";
import type { Connection } from "../state/connection.ts";

/**
 * Writes an outcome under a correlation id; one that does not fit its schema becomes INTERNAL.
 * @param ctx What `onError` is told of.
 */
export function deliver(conn: Connection, id: string, outcome: Outcome, ctx?: Subject): void {
  if ("error" in outcome) return sendError(conn, { correlationId: id }, outcome.error);
  try {
    const frame = encode(conn.hub, outcome.message, outcome.payload, outcome.meta, id);
    if (typeof frame === "string") post(conn, frame);
    else deliverLater(conn, id, frame, ctx);
  } catch (error) {
    misfit(conn, id, error, ctx);
  }
}

/** Apart from `deliver`, so that a synchronous answer creates no closure. */
function deliverLater(conn: Connection, id: string, frame: Promise<string>, ctx: Subject | undefined): void {
  frame.then(
    (ready) => void post(conn, ready),
    (error: unknown) => misfit(conn, id, error, ctx),
  );
}

function misfit(conn: Connection, id: string, error: unknown, ctx: Subject | undefined): void {
  report(conn.hub, toError(error), ctx, conn);
  sendError(conn, { correlationId: id }, errorPayload("INTERNAL", "The response did not fit its schema"));
}
