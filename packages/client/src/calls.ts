import { ABORT_TYPE, check, ERROR_TYPE, PROGRESS_TYPE, when } from "@ws-kit/core/protocol";
import type { AnyMessage, AnyRpc, Codec, Envelope, ErrorCode, ErrorPayload } from "@ws-kit/core/protocol";
import { attempt, checked, type CheckedMessage, type Guard, type Lane } from "./check.ts";
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
        const correlationId = randomId();
        const time = Math.min(timeoutMs, MAX_TIMER_MS);
        const deadline = Date.now() + time;
        // Made here, where its stack still names the caller.
        const late = new TimeoutError(timeoutMs);
        let frame: CheckedMessage;

        const item: Outgoing = {
          idempotent: "idempotent" in message && message.idempotent === true,
          encode: () =>
            codec.encode({
              ...frame,
              meta: {
                ...frame.meta,
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

        function post(ready: CheckedMessage): void {
          frame = ready;
          if (pending.has(correlationId)) outbox.post(item);
        }

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
            return when(check(message, "progress", "in", body), (progress) =>
              guard(() => onProgress?.(progress as never)),
            );
          }
          if (got === ERROR_TYPE) {
            const error = body as ErrorPayload;
            const { code, details } = error;
            const declared = details !== undefined && code in ((message as AnyRpc).errors ?? {});
            return when(declared ? check(message, code as ErrorCode, "in", details) : details, (context) =>
              // Either side's clock may be the first to notice.
              fail(code === "DEADLINE_EXCEEDED" ? late : new ServerError(error, context)),
            );
          }
          if (got !== response.type) throw new StateError(`Got ${got} for an answer`);
          return checked(response, "in", gotMeta, body, answered, fail);
        }

        function answered(value: CheckedMessage): void {
          settle();
          resolve(value);
        }

        if (pending.size >= maxPending) return reject(new StateError(`${maxPending} requests are pending`));
        const timer = setTimeout(cancel, time, late);
        pending.set(correlationId, (got) => attempt(() => answer(got), fail));
        if (signal?.aborted) return abort();
        signal?.addEventListener("abort", abort);
        void lane(() => checked(message, "out", meta, payload, post, fail));
      }),
  };
}

/** `randomUUID` is missing from pages without https. */
function randomId(): string {
  return crypto.randomUUID?.() ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
}
