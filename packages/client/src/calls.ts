import { ABORT_TYPE, ERROR_TYPE, PROGRESS_TYPE, ValidationError } from "@ws-kit/core/protocol";
import type { AnyMessage, AnyRpc, Codec, Envelope, ErrorCode, ErrorPayload } from "@ws-kit/core/protocol";
import { attempt, chain, check, checkMessage, type CheckedMessage, type Lane } from "./check.ts";
import { ConnectionClosedError, ServerError, StateError, TimeoutError } from "./errors.ts";
import type { Outbox, Outgoing } from "./outbox.ts";
import type { ErrorContext, RequestOptions } from "./types.ts";

/** A `setTimeout` for longer fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What a call needs of the client. */
export interface CallContext {
  readonly codec: Codec;
  readonly outbox: Outbox;
  readonly maxPending: number;
  /** Keeps the order of sending. */
  readonly lane: Lane;
  /** Sends to the present connection, if there is one. */
  readonly send: (text: string) => boolean;
  readonly report: (error: unknown, context: ErrorContext) => void;
}

export interface CallOptions extends RequestOptions {
  onProgress?: ((progress: never) => void) | undefined;
}

/** One request without an answer. */
interface Call extends Outgoing {
  readonly request: AnyMessage;
  readonly response: AnyMessage;
  readonly options: CallOptions;
  readonly timeoutMs: number;
  /** Whether the server at the other end of the present connection has it. */
  onWire: boolean;
  /** Whether any server may have it. */
  mayHaveExecuted: boolean;
  readonly resolve: (answer: CheckedMessage) => void;
  readonly reject: (error: unknown) => void;
}

/** The requests under way, each of which settles once. */
export interface Calls {
  readonly request: (
    request: AnyMessage,
    payload: unknown,
    response: AnyMessage,
    options: CallOptions,
  ) => Promise<CheckedMessage>;
  /** Takes a frame with a correlation id; one that is not known here is ignored. */
  readonly take: (id: string, frame: Envelope) => void | Promise<void>;
  /** The connection is gone. @returns what is to be sent again, in order. */
  readonly down: (reason: string, final: boolean) => Outgoing[];
}

export function createCalls({ codec, outbox, maxPending, lane, send, report }: CallContext): Calls {
  const pending = new Map<string, Call>();

  function request(message: AnyMessage, given: unknown, response: AnyMessage, options: CallOptions) {
    return new Promise<CheckedMessage>((resolve, reject) => {
      const { timeoutMs = 30_000, signal, meta } = options;
      if (signal?.aborted) return reject(aborted(signal));
      if (pending.size >= maxPending) return reject(new StateError(`${maxPending} requests are pending already`));

      const id = randomId();
      const deadline = Date.now() + Math.min(timeoutMs, MAX_TIMER_MS);
      const timer = setTimeout(() => cancel(new TimeoutError(timeoutMs)), deadline - Date.now());
      const onAbort = () => cancel(aborted(signal as AbortSignal));
      signal?.addEventListener("abort", onAbort);

      function settle<T>(end: (value: T) => void): (value: T) => void {
        return (value) => {
          if (!pending.delete(id)) return;
          clearTimeout(timer);
          signal?.removeEventListener("abort", onAbort);
          outbox.remove(call);
          end(value);
        };
      }

      function cancel(error: Error): void {
        if (call.onWire) send(codec.encode({ type: ABORT_TYPE, meta: { correlationId: id } }));
        call.reject(error);
      }

      let checked: { meta?: object | undefined; payload?: unknown } = { meta };
      const call: Call = {
        type: message.type,
        payload: given,
        bytes: 0,
        request: message,
        response,
        options,
        timeoutMs,
        onWire: false,
        mayHaveExecuted: false,
        resolve: settle(resolve),
        reject: settle(reject),
        encode: () =>
          codec.encode({
            type: message.type,
            meta: {
              ...checked.meta,
              correlationId: id,
              timeoutMs: Math.max(1, deadline - Date.now()),
              idempotencyKey: (message as AnyRpc).idempotent ? id : undefined,
            },
            payload: checked.payload,
          }),
        sent() {
          call.onWire = call.mayHaveExecuted = true;
        },
        dropped: (error) => call.reject(error),
      };
      pending.set(id, call);

      const step = () =>
        chain(checkMessage(message, "out", { meta, payload: given }), (result) => {
          checked = result;
          if (pending.has(id) && !outbox.post(call)) call.reject(new StateError("There is no connection, nor a queue"));
        });
      void lane(() => attempt(step, call.reject));
    });
  }

  function take(id: string, frame: Envelope): void | Promise<void> {
    const call = pending.get(id);
    if (!call) return;
    if (frame.type === PROGRESS_TYPE) return progress(call, frame);
    if (frame.type === ERROR_TYPE) return refused(call, frame.payload as ErrorPayload);
    return attempt(() => {
      const { type } = call.response;
      if (frame.type !== type) {
        throw new ValidationError(type, "response", "in", [{ path: ["type"], message: `Got ${frame.type}` }]);
      }
      return chain(checkMessage(call.response, "in", frame), call.resolve);
    }, call.reject);
  }

  function progress(call: Call, { payload }: Envelope): void | Promise<void> {
    const { type, "~validators": validators } = call.request;
    return attempt(
      () =>
        chain(check(validators.progress, type, "progress", "in", payload), (value) => {
          try {
            call.options.onProgress?.(value as never);
          } catch (error) {
            report(error, { type: "handler", message: type });
          }
        }),
      (error) => report(error, { type: "validation", message: type }),
    );
  }

  function refused(call: Call, payload: ErrorPayload): void | Promise<void> {
    const {
      type,
      "~validators": { errors },
    } = call.request;
    // Either side's clock may be the first to notice.
    if (payload.code === "DEADLINE_EXCEEDED") return call.reject(new TimeoutError(call.timeoutMs));
    const validator = payload.details === undefined ? undefined : errors?.[payload.code as ErrorCode];
    if (!validator) return call.reject(new ServerError(payload, payload.details));
    return attempt(
      () =>
        chain(check(validator, type, "error details", "in", payload.details), (details) =>
          call.reject(new ServerError(payload, details)),
        ),
      (error) => {
        report(error, { type: "validation", message: type });
        call.reject(new ServerError(payload, undefined));
      },
    );
  }

  return {
    request,
    take,
    down(reason, final) {
      const again: Call[] = [];
      for (const call of pending.values()) {
        if (!final && !call.onWire) continue;
        call.onWire = false;
        if (!final && (call.request as AnyRpc).idempotent) again.push(call);
        else call.reject(new ConnectionClosedError(`Connection closed: ${reason}`, call.mayHaveExecuted));
      }
      return again;
    },
  };
}

function aborted(signal: AbortSignal): StateError {
  return new StateError("The request was aborted", { cause: signal.reason });
}

/** `randomUUID` is missing from pages without https. */
function randomId(): string {
  return (
    crypto.randomUUID?.() ??
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")
  );
}
