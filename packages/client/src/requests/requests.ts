import { ABORT_TYPE, check, checkMessage, ERROR_TYPE, PROGRESS_TYPE, when } from "@ws-kit/core/protocol";
import type { AnyMessage, AnyRpc, Codec, Envelope, ErrorPayload } from "@ws-kit/core/protocol";
import type { Off } from "../api/client.ts";
import type { CallOptions } from "../api/requests.ts";
import type { Observation } from "../api/observation.ts";
import type { ClientOptions } from "../api/options.ts";
import { ServerError, StateError, TimeoutError } from "../api/errors.ts";
import type { Link } from "../link/link.ts";
import type { Encode, Outgoing } from "../link/outbox.ts";
import { asError, attempt } from "../steps/attempt.ts";
import { checked, type CheckedMessage } from "../steps/check.ts";
import { type Listeners, OBSERVE } from "../steps/listeners.ts";
import { now } from "../steps/now.ts";
import { checkCall } from "../steps/options.ts";
import { createTimer } from "../steps/timer.ts";
import { uuid } from "../steps/uuid.ts";
import { type Cancel, createStream } from "./stream.ts";
import { MAX_TOLD_MS } from "../steps/figures.ts";

declare const process: { readonly env: { readonly NODE_ENV?: string } };
/** There reading NODE_ENV takes a permission. */
declare const Deno: unknown;

/** Answers after which nobody knows whether the handler ran, or how far. */
const LEAVES_OPEN = /^(CANCELLED|UNKNOWN|DEADLINE_EXCEEDED|INTERNAL|DATA_LOSS)$/;

type Request = (
  message: AnyMessage,
  payload?: unknown,
  responseOrOptions?: AnyMessage | CallOptions,
  options?: CallOptions,
  cancelBy?: (cancel: Cancel) => void,
) => Promise<CheckedMessage>;

type Attempted = (...args: Parameters<Request>) => Promise<object>;

type Stream = (rpc: AnyMessage, payload?: unknown, options?: CallOptions) => ReturnType<typeof createStream>;

type Observer = (observation: Observation) => void;

/** Whether the rpc declares this error. Without the details that belong to it, a code is not what it declares. */
const declares = (rpc: AnyMessage, { code, context }: ServerError): boolean =>
  context !== undefined && Object.hasOwn((rpc as Partial<AnyRpc>).errors ?? {}, code);

/** The requests under way, each of which settles once. */
export interface Requests {
  /** A request on the connection of this number alone, past what waits in the queue; 0 is for every other one. */
  readonly _ask: (on: number, ...args: Parameters<Request>) => ReturnType<Request>;
  /** How each that is under way takes a frame, by its correlation id. */
  readonly _pending: Map<string, (frame: Envelope) => unknown>;
  /** What of them the application gets. */
  readonly _surface: { request: Request; attempt: Attempted; stream: Stream; observe: (observer: Observer) => Off };
  /** Takes a frame with a correlation id; one that is not known here is ignored. */
  readonly _take: (id: string, frame: Envelope) => unknown;
}

/** What they need of the client. */
interface Asking {
  readonly _options: ClientOptions;
  readonly _codec: Codec;
  readonly _link: Link;
  readonly _listeners: Listeners;
  readonly _take: (id: string, frame: Envelope) => unknown;
}

export function createRequests({
  _options: { maxPendingRequests = 64 },
  _codec: codec,
  _link: link,
  _listeners: listeners,
  _take,
}: Asking): Requests {
  // One secret a client: whoever presents it is given the answers to its requests. Without it they count for one connection.
  const bytes = (globalThis as { crypto?: Crypto }).crypto?.getRandomValues?.(new Uint8Array(18));
  // 22 of 24 characters; that two of the 64 signs are one leaves 131 random bits in them.
  const secret = bytes
    ? `${btoa(String.fromCharCode(...bytes))
        .replace(/\W/g, "-")
        .slice(2)}.`
    : "";

  const pending: Requests["_pending"] = new Map();

  const ask: Requests["_ask"] = (on, message, payload, third = {}, fourth = {}, cancelBy) =>
    new Promise((resolve, reject) => {
      if (typeof process === "object" && typeof Deno !== "object" && process.env.NODE_ENV !== "production") {
        checkMessage("client.request()", message);
        if (Object(third) !== third)
          throw new TypeError("client.request() takes a response, or an object with options");
      }
      const [response, options] = "kind" in third ? [third, fourth] : [(message as AnyRpc).response, third];
      if (typeof process === "object" && typeof Deno !== "object" && process.env.NODE_ENV !== "production") {
        checkCall("client.request()", message, payload, options);
        if (!response) throw new TypeError(`${message.type} needs a response`);
      }
      const { timeoutMs = 30_000, signal } = options;
      let { retries = 3 } = options;
      const again = createTimer();
      const deadline = createTimer();
      let encode: Encode;
      if (!on) {
        if (link._greets) throw new StateError("In onOpen, use the request of its argument");
        if (!link._opens()) throw new StateError("Client closed");
        if (pending.size >= maxPendingRequests) throw new StateError(`${maxPendingRequests} requests are pending`);
      }

      const correlationId = uuid();
      const startedAt = now();
      const idempotent = !!(message as Partial<AnyRpc>).idempotent;

      /** Whether the server still works on it. The promise keeps its first outcome, so whatever comes later is void. */
      const settle = (error?: unknown): boolean => {
        if (pending.delete(correlationId)) {
          listeners._tell?.("settled", { type: message.type, correlationId, startedAt, error });
        }
        deadline();
        again();
        signal?.removeEventListener("abort", abort);
        return link._outbox._remove(item);
      };

      const fail = (cause: unknown, error = asError(cause)): undefined => {
        if (settle(error)) link._pass(codec.encode({ type: ABORT_TYPE, meta: { correlationId } }));
        reject(error);
      };

      // Made when it is over: a stack for each request would take a fifth of its time.
      const late = (): undefined => fail(Object.assign(new TimeoutError(timeoutMs), { cause: link._failure }));
      const cancel: Cancel = (cause) => fail(new StateError("Request aborted", { cause }));
      const abort = (): void => cancel(signal?.reason);

      const item: Outgoing = {
        _on: on,
        // An opening is gone through anew on the next connection.
        _idempotent: idempotent && !on,
        _fail: fail,
      };

      const take = ({ type, meta, payload: body }: Envelope): void | Promise<void> => {
        link._outbox._answered(item, type !== PROGRESS_TYPE);
        if (type === PROGRESS_TYPE) {
          return when(check(message, "progress", "in", body), (progress) =>
            attempt(() => pending.has(correlationId) && options.onProgress?.(progress as never), listeners._failed),
          ) as void | Promise<void>;
        }
        if (type === ERROR_TYPE) {
          const error = new ServerError(body as ErrorPayload);
          const { code, context, retryable, retryAfterMs = Infinity } = error;
          // Not before the server said, and not everybody at once.
          const delayMs = retryAfterMs * (1 + Math.random() / 4);
          if (
            retryable &&
            delayMs < startedAt + timeoutMs - now() &&
            (idempotent || !LEAVES_OPEN.test(code)) &&
            retries-- > 0
          ) {
            item._left = false;
            return again(delayMs, () => link._outbox._post(item, () => encode));
          }
          return when(declares(message, error) ? check(message, code, "in", context) : context, (checkedContext) =>
            // Either side's clock may be the first to notice.
            code === "DEADLINE_EXCEEDED" ? late() : fail(Object.assign(error, { context: checkedContext })),
          );
        }
        if (type !== response.type) throw new StateError(`Got ${type} for an answer`);
        return when(checked(response, "in", meta, body), (answer) => {
          settle();
          resolve(answer);
        });
      };

      signal?.addEventListener("abort", abort);
      deadline(timeoutMs, late);
      pending.set(correlationId, (frame) => attempt(take, fail, frame));
      cancelBy?.(cancel);
      if (signal?.aborted) return abort();
      link._outbox._post(item, () =>
        // Its id has its place before the payload then, where a server finds it that reads no further.
        when(checked(message, "out", options.meta ?? {}, payload, codec), (frame) => {
          const given = codec.decode(codec.encode(frame)) as CheckedMessage;
          encode = () => {
            const left = Math.min(Math.ceil(startedAt + timeoutMs - now()), MAX_TOLD_MS);
            // A page that was frozen opens its connection before its timers run; a server would answer too late as well.
            if (left <= 0) return late();
            return codec.encode({
              ...given,
              meta: {
                ...given.meta,
                correlationId,
                timeoutMs: left,
                idempotencyKey: idempotent ? secret + correlationId : undefined,
              },
            });
          };
          return encode;
        }),
      );
    });

  const request: Request = ask.bind(null, 0);

  const observe = (observer: Observer): Off => {
    listeners._tell ??= (kind, detail) => listeners._emit(OBSERVE, { kind, at: now(), detail });
    return listeners._add(OBSERVE, observer);
  };

  const attempted: Attempted = (rpc, ...args) =>
    request(rpc, ...args).then(
      (answer) => ({ ok: true, ...answer }),
      (error: ServerError) => {
        const { code, context } = error;
        return declares(rpc, error)
          ? { ok: false, code, details: context, error }
          : { ok: false, code: "failed", error };
      },
    );

  const stream: Stream = (rpc, payload, options = {}) =>
    createStream((...how) => request(rpc, payload, how[0], {}, how[1]), options);

  return {
    _ask: ask,
    _pending: pending,
    _surface: { request, attempt: attempted, stream, observe },
    _take: (id, frame) => (pending.get(id) ?? _take.bind(null, id))(frame),
  };
}
