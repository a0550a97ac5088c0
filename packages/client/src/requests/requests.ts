import { ABORT_TYPE, check, checkMessage, ERROR_TYPE, jsonCodec, PROGRESS_TYPE, when } from "@ws-kit/core/protocol";
import type { AnyMessage, AnyRpc, Envelope, ErrorPayload } from "@ws-kit/core/protocol";
import type { CallOptions, Off } from "../api/client.ts";
import type { Observation } from "../api/observation.ts";
import type { ClientOptions } from "../api/options.ts";
import { ServerError, StateError, TimeoutError } from "../api/errors.ts";
import type { Link } from "../link/link.ts";
import type { Encode, Outgoing } from "../link/outbox.ts";
import { attempt } from "../steps/attempt.ts";
import { checked, type CheckedMessage } from "../steps/check.ts";
import type { Listeners } from "../steps/listeners.ts";
import { now } from "../steps/now.ts";
import { after } from "../steps/timer.ts";
import { createStream } from "./stream.ts";

declare const process: { readonly env: { readonly NODE_ENV?: string } };

/** The longest time that is told to a server; it has a maximum of its own. */
const MAX_MS = 2 ** 31 - 1;

/** Answers after which nobody knows whether the handler ran, or how far. */
const LEAVES_OPEN = /^(CANCELLED|UNKNOWN|DEADLINE_EXCEEDED|INTERNAL|DATA_LOSS)$/;

type Request = (
  message: AnyMessage,
  payload?: unknown,
  responseOrOptions?: AnyMessage | CallOptions,
  options?: CallOptions,
) => Promise<CheckedMessage>;

type Attempted = (...args: Parameters<Request>) => Promise<object>;

type Stream = (rpc: AnyMessage, payload?: unknown, options?: CallOptions) => ReturnType<typeof createStream>;

type Observer = (observation: Observation) => void;

/** A UUIDv4 (RFC 9562 §5.4) for pages without https, which have no `randomUUID`, and runtimes without `crypto`. */
const uuid = (): string =>
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (Number(digit) ^ ((Math.random() * 16) >> (Number(digit) / 4))).toString(16),
  );

/** The requests under way, each of which settles once. */
export interface Requests {
  /** A request on the connection of this number alone, past what waits in the queue; 0 is for every other one. */
  readonly _ask: (on: number, ...args: Parameters<Request>) => ReturnType<Request>;
  /** What of them the application gets. */
  readonly _surface: { request: Request; attempt: Attempted; stream: Stream; observe: (observer: Observer) => Off };
  /** Takes a frame with a correlation id; one that is not known here is ignored. */
  readonly _take: (id: string, frame: Envelope) => void | Promise<void>;
}

export function createRequests(
  { maxPendingRequests = 64, codec = jsonCodec }: ClientOptions,
  link: Link,
  listeners: Listeners,
): Requests {
  // One secret a client: whoever presents it is given the answers to its requests. Without it they count for one connection.
  const { crypto } = globalThis as { crypto?: Crypto };
  const bytes = crypto?.getRandomValues?.(new Uint8Array(18));
  // 22 of 24 characters; that two of the 64 signs are one leaves 131 random bits in them.
  const secret = bytes
    ? `${btoa(String.fromCharCode(...bytes))
        .replace(/\W/g, "-")
        .slice(2)}.`
    : "";

  const pending = new Map<string, (frame: Envelope) => void | Promise<void>>();

  const ask: Requests["_ask"] = (on, message, payload, third = {}, fourth = {}) =>
    new Promise((resolve, reject) => {
      if (typeof process === "object" && process.env.NODE_ENV !== "production")
        checkMessage("client.request()", message);
      const [response, options] = "kind" in third ? [third, fourth] : [(message as AnyRpc).response, third];
      const { timeoutMs = 30_000, signal } = options;
      let { retries = 3 } = options;
      let again: ReturnType<typeof after>;
      let encode: Encode;
      if (!response) throw new TypeError(`${message.type} needs a response`);
      if (!on && link._greets) throw new StateError("In onOpen, use the request of its argument");
      if (!on && !link._opens()) throw new StateError("Client closed");
      if (!on && pending.size >= maxPendingRequests) throw new StateError(`${maxPendingRequests} requests are pending`);

      const correlationId = crypto?.randomUUID?.() ?? uuid();
      const startedAt = now();
      // Made here, where its stack still names the caller.
      const late = new TimeoutError(timeoutMs);
      const idempotent = !!(message as Partial<AnyRpc>).idempotent;

      /** Whether the server still works on it. The promise keeps its first outcome, so whatever comes later is void. */
      const settle = (error?: unknown): boolean => {
        if (pending.delete(correlationId)) {
          listeners._tell?.("settled", { type: message.type, correlationId, startedAt, error });
        }
        clearTimeout(timer);
        clearTimeout(again);
        signal?.removeEventListener("abort", abort);
        return link._outbox._remove(item);
      };

      const fail = (error: unknown): undefined => {
        if (settle(error)) link._transmit(codec.encode({ type: ABORT_TYPE, meta: { correlationId } }));
        reject(error);
      };

      const abort = (): void => fail(new StateError("Request aborted", { cause: signal?.reason }));

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
          const { code, context, retryable, retryAfterMs = Infinity } = new ServerError(body as ErrorPayload);
          // Not before the server said, and not everybody at once.
          const delayMs = retryAfterMs * (1 + Math.random() / 4);
          const inTime = delayMs < startedAt + timeoutMs - now();
          if (retryable && inTime && (idempotent || !LEAVES_OPEN.test(code)) && retries-- > 0) {
            item._left = false;
            again = after(delayMs, () => link._outbox._post(item, () => encode));
            return;
          }
          const declared = context !== undefined && Object.hasOwn((message as Partial<AnyRpc>).errors ?? {}, code);
          return when(declared ? check(message, code, "in", context) : context, (checkedContext) =>
            // Either side's clock may be the first to notice.
            fail(code === "DEADLINE_EXCEEDED" ? late : new ServerError(body as ErrorPayload, checkedContext)),
          );
        }
        if (type !== response.type) throw new StateError(`Got ${type} for an answer`);
        return when(checked(response, "in", meta, body), (answer) => {
          settle();
          resolve(answer);
        });
      };

      const timer = after(timeoutMs, () => {
        late.cause = link._failure;
        fail(late);
      });
      pending.set(correlationId, (got) => attempt(() => take(got), fail));
      if (signal?.aborted) return abort();
      signal?.addEventListener("abort", abort);
      link._outbox._post(item, () =>
        when(checked(message, "out", options.meta, payload, codec), (frame) => {
          const given = codec.decode(codec.encode(frame)) as CheckedMessage;
          encode = () => {
            const left = Math.min(Math.ceil(startedAt + timeoutMs - now()), MAX_MS);
            // A page that was frozen opens its connection before its timers run; a server would answer too late as well.
            if (left <= 0) return fail(late);
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
    listeners._tell ??= (kind, detail) => listeners._emit("observe", { kind, at: now(), detail });
    return listeners._add("observe", observer);
  };

  const attempted: Attempted = (rpc, ...args) =>
    request(rpc, ...args).then(
      (answer) => ({ ok: true, ...answer }),
      (error: ServerError) => {
        const { code, context } = error;
        // Without the details that belong to it, a code is not what the rpc declares.
        return context !== undefined && code in ((rpc as Partial<AnyRpc>).errors ?? {})
          ? { ok: false, code, details: context, error }
          : { ok: false, code: "failed", error };
      },
    );

  const stream: Stream = (rpc, payload, options = {}) =>
    createStream((callOptions) => request(rpc, payload, callOptions), options);

  return {
    _ask: ask,
    _surface: { request, attempt: attempted, stream, observe },
    _take: (id, frame) => pending.get(id)?.(frame),
  };
}
