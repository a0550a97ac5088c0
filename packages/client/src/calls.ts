import { ABORT_TYPE, ERROR_TYPE, PROGRESS_TYPE, ValidationError } from "@ws-kit/core/protocol";
import type { AnyMessage, Codec, Envelope, ErrorCode, ErrorPayload } from "@ws-kit/core/protocol";
import { attempt, chain, check, checkMessage, type CheckedMessage, type Guard, type Lane } from "./check.ts";
import { ServerError, StateError, TimeoutError } from "./errors.ts";
import type { Outbox, Outgoing } from "./outbox.ts";
import type { RequestOptions } from "./types.ts";

/** A `setTimeout` for longer fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface CallOptions extends RequestOptions {
  onProgress?: ((progress: never) => void) | undefined;
}

/** The requests under way, each of which settles once. */
export interface Calls {
  readonly request: (
    message: AnyMessage,
    payload: unknown,
    response: AnyMessage,
    options: CallOptions,
  ) => Promise<CheckedMessage>;
  /** Takes a frame with a correlation id; one that is not known here is ignored. */
  readonly take: (id: string, frame: Envelope) => void | Promise<void>;
}

/**
 * @param send Sends a text to the present connection, if there is one.
 * @param lane Keeps the order of sending.
 */
export function createCalls(
  codec: Codec,
  maxPending: number,
  outbox: Outbox,
  send: (text: string) => boolean,
  lane: Lane,
  guard: Guard,
): Calls {
  const pending = new Map<string, (frame: Envelope) => void | Promise<void>>();

  return {
    take: (id, frame) => pending.get(id)?.(frame),
    request: (message, payload, response, { timeoutMs = 30_000, signal, meta, onProgress }) =>
      new Promise((resolve, reject) => {
        const { type, "~validators": validators } = message;
        const correlationId = randomId();
        const time = Math.min(timeoutMs, MAX_TIMER_MS);
        const deadline = Date.now() + time;
        // Made here, where its stack still names the caller.
        const late = new TimeoutError(timeoutMs);
        let checked: CheckedMessage;

        const item: Outgoing = {
          idempotent: "idempotent" in message && message.idempotent === true,
          encode: () =>
            codec.encode({
              ...checked,
              meta: {
                ...checked.meta,
                correlationId,
                timeoutMs: Math.max(1, deadline - Date.now()),
                idempotencyKey: item.idempotent ? correlationId : undefined,
              },
            }),
          fail(error) {
            settle();
            reject(error);
          },
        };
        const fail = item.fail as (error: unknown) => void;

        // The promise keeps its first outcome, so whatever comes later finds nothing left to do.
        function settle(): void {
          pending.delete(correlationId);
          clearTimeout(timer);
          signal?.removeEventListener("abort", abort);
          outbox.remove(item);
        }

        function cancel(error: Error): void {
          if (outbox.remove(item)) send(codec.encode({ type: ABORT_TYPE, meta: { correlationId } }));
          fail(error);
        }

        function abort(): void {
          cancel(new StateError("The request was aborted", { cause: signal?.reason }));
        }

        function answer({ type: got, meta: gotMeta, payload: body }: Envelope): void | Promise<void> {
          if (got === PROGRESS_TYPE) {
            return chain(check(validators.progress, type, "progress", "in", body), (progress) =>
              guard(() => onProgress?.(progress as never)),
            );
          }
          if (got === ERROR_TYPE) {
            const error = body as ErrorPayload;
            const { code, details } = error;
            const declared = details === undefined ? undefined : validators.errors?.[code as ErrorCode];
            return chain(check(declared, type, "error details", "in", details), (context) =>
              // Either side's clock may be the first to notice.
              fail(code === "DEADLINE_EXCEEDED" ? late : new ServerError(error, declared ? context : details)),
            );
          }
          if (got !== response.type) throw new ValidationError(response.type, `answer ${got}`, "in", []);
          return chain(checkMessage(response, "in", gotMeta, body), (value) => {
            settle();
            resolve(value);
          });
        }

        if (pending.size >= maxPending) return reject(new StateError(`${maxPending} requests are pending`));
        const timer = setTimeout(cancel, time, late);
        pending.set(correlationId, (frame) => attempt(() => answer(frame), fail));
        if (signal?.aborted) return abort();
        signal?.addEventListener("abort", abort);
        void lane(() =>
          attempt(
            () =>
              chain(checkMessage(message, "out", meta, payload), (result) => {
                checked = result;
                if (pending.has(correlationId)) outbox.post(item);
              }),
            fail,
          ),
        );
      }),
  };
}

/** `randomUUID` is missing from pages without https. */
function randomId(): string {
  return crypto.randomUUID?.() ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
}
