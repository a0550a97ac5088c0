import type { Verdict } from "../api/extensions.ts";
import type { Logger } from "../base/logger.ts";
import { glimpse } from "./origin.ts";
import { errorPayload, type RetryOptions } from "../message/errors.ts";
import type { Packet } from "../protocol/codec.ts";
import { MAX_CORRELATION_ID } from "../protocol/envelope.ts";
import { close } from "../sending/frames.ts";
import { sendError } from "../sending/send.ts";
import { lack } from "../state/streams.ts";
import type { Connection } from "../state/connection.ts";

/** Does what a gate wants done with a frame. False, and said in the log, for what is no verdict. */
export function turnAway(
  conn: Connection,
  frame: Packet,
  verdict: NonNullable<Verdict>,
  by: string,
  logger: Logger,
): boolean {
  const { type, correlationId } = glimpse(frame, conn.hub.codec);
  const { hooks } = conn.hub;
  if (verdict === "drop") {
    lack(conn, type, correlationId, "ABORTED", "An item of the stream was dropped");
    hooks?.refused(conn, type, correlationId, undefined, "Dropped", by);
    return true;
  }
  if (typeof verdict === "object" && "close" in verdict) {
    hooks?.refused(conn, type, correlationId, undefined, verdict.reason ?? "Closed", by);
    close(conn, verdict.close, verdict.reason ?? "");
    return true;
  }
  if (typeof verdict === "object" && typeof verdict.error === "string") {
    const { error, message, details, retryable, retryAfterMs } = verdict;
    const retry: RetryOptions = {
      ...(retryable !== undefined && { retryable }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
    const meta = {
      ...(isId(correlationId) && { correlationId }),
      ...(type !== undefined && { inReplyTo: type }),
    };
    if (lack(conn, type, correlationId, error, message) === false) {
      sendError(conn, meta, errorPayload(error, message, details, retry));
    }
    hooks?.refused(conn, type, correlationId, error, message, by);
    return true;
  }
  logger.error(`A gate of the extension ${JSON.stringify(by)} returned what is no verdict: the frame passes`, verdict);
  return false;
}

function isId(id: string | undefined): id is string {
  return id !== undefined && id !== "" && id.length <= MAX_CORRELATION_ID;
}
