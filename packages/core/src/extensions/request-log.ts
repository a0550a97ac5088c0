import type { Extension } from "../api/extensions.ts";
import type { MessageKind, Outcome } from "../api/facts.ts";
import { infoOf } from "../base/logger.ts";

/** One message or request that ended. */
export interface RequestLine {
  readonly type: string | undefined;
  /** `unknown` for a frame that got to no handler. */
  readonly kind: MessageKind;
  readonly clientId: string;
  /** Milliseconds from its arrival to its end; 0 for a frame that was refused. */
  readonly ms: number;
  /** Those of them in which it waited for messages before it. */
  readonly waitedMs: number;
  readonly outcome: Outcome | "refused";
  /** A gRPC status code by name, where there was an error. */
  readonly code?: string;
  readonly correlationId?: string;
}

export type RequestLogOptions =
  /** Gets each line; what it throws is logged once. */
  | { readonly write: (line: RequestLine) => void; readonly logger?: undefined }
  /** Whatever takes an object at `info`: pino, winston, `console`. */
  | { readonly logger: { info(line: RequestLine): void }; readonly write?: undefined };

/**
 * A structured line for each message and request that ends, refused frames included. Payloads are never in it.
 * @throws TypeError without a `write` or a `logger`.
 *
 * @example
 * router.extend(requestLog({ logger: pino() }));
 * // {"type":"CHAT_SEND","kind":"on","clientId":"7f…","ms":1.4,"waitedMs":0,"outcome":"ok"}
 */
export function requestLog({ write, logger }: RequestLogOptions): Extension {
  const line = write ?? (logger && infoOf(logger, textOf));
  if (typeof line !== "function" || (logger && typeof logger.info !== "function"))
    throw new TypeError("requestLog() needs a write(line) or a logger with info(line)");
  return {
    name: "request-log",
    setup: () => ({
      settled({ clientId }, { type, kind, outcome, code, correlationId, receivedAt, startedAt, at }) {
        const waitedMs = rounded((startedAt === 0 ? at : startedAt) - receivedAt);
        line({ type, kind, clientId, ms: rounded(at - receivedAt), waitedMs, outcome, ...known(code, correlationId) });
      },
      refused({ clientId }, { type, code, correlationId }) {
        line({
          type,
          kind: "unknown",
          clientId,
          ms: 0,
          waitedMs: 0,
          outcome: "refused",
          ...known(code, correlationId),
        });
      },
    }),
  };
}

function textOf({ type = "A frame", outcome, code }: RequestLine): string {
  return `${type}: ${code ?? outcome}`;
}

/** A monotonic clock has more digits than anybody reads. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

function known(
  code: string | undefined,
  correlationId: string | undefined,
): Pick<RequestLine, "code" | "correlationId"> {
  return { ...(code !== undefined && { code }), ...(correlationId !== undefined && { correlationId }) };
}
