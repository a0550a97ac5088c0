import {
  ABORT_TYPE,
  type AnyMessage,
  type AnyRpc,
  check,
  CHUNK_TYPE,
  type Codec,
  CREDIT_TYPE,
  END_TYPE,
  type Envelope,
  ERROR_TYPE,
  type ErrorPayload,
  jsonCodec,
  type Packet,
  STOP_TYPE,
  ValidationError,
  validatorsOf,
  when,
} from "@ws-kit/core/protocol";
import { ServerError, StateError, TimeoutError } from "../api/errors.ts";
import type { ClientOptions } from "../api/options.ts";
import type { ItemSource, StreamingRequestOptions } from "../api/streams.ts";
import type { Link } from "../link/link.ts";
import type { Outgoing } from "../link/outbox.ts";
import { attempt } from "../steps/attempt.ts";
import { checked, type CheckedMessage } from "../steps/check.ts";
import { MAX_TOLD_MS } from "../steps/figures.ts";
import type { Listeners } from "../steps/listeners.ts";
import { now } from "../steps/now.ts";
import { checkCall } from "../steps/options.ts";
import { createTimer } from "../steps/timer.ts";
import { uuid } from "../steps/uuid.ts";
import { createReader } from "./reader.ts";
import { createSender, type Sender } from "./sender.ts";

declare const process: { readonly env: { readonly NODE_ENV?: string } };
/** There reading NODE_ENV takes a permission. */
declare const Deno: unknown;

/** What a server may send ahead of who reads here, in units of its frames. */
const WINDOW = 2 ** 18;

/** What it needs of the client. */
export interface Streaming {
  readonly _options: ClientOptions;
  readonly _codec: Codec;
  readonly _link: Link;
  readonly _listeners: Listeners;
  /** Those of `request` as well: they count together. */
  readonly _pending?: Map<string, (frame: Envelope) => unknown>;
}

export type StreamOptions = StreamingRequestOptions & { send?: ItemSource<unknown> | undefined };

/** The requests under way beside which items travel. */
export function createStreams(
  { _options: { maxPendingRequests = 64 }, _codec: codec, _link: link, _listeners: listeners, _pending }: Streaming,
  progress: (rpc: AnyMessage, payload: unknown, options: object | undefined) => object,
) {
  const pending = _pending as NonNullable<Streaming["_pending"]>;

  const begin = (rpc: AnyRpc, payload: unknown, { timeoutMs = 30_000, signal, meta = {}, send }: StreamOptions) => {
    const correlationId = uuid();
    const startedAt = now();
    const timer = createTimer();
    const { fromClient, fromServer } = validatorsOf(rpc);
    let sender: Sender | undefined;
    let movedAt = startedAt;
    let resolve!: (answer: CheckedMessage) => void;
    let reject!: (error: unknown) => void;
    const result = new Promise<CheckedMessage>((...given) => ([resolve, reject] = given));
    // The iteration throws it too, so nobody has to look at the result.
    result.catch(() => {});

    const pass = (packet: Packet): void => {
      movedAt = now();
      if (link._pass(packet)) link._pulse._sent(packet.length);
    };
    const say = (type: string, body?: object): void =>
      pass(codec.encode({ type, meta: { correlationId }, payload: body }));

    const reader = createReader(
      (item) => check(rpc, "fromServer", "in", item),
      WINDOW / 8,
      (taken) => {
        if (pending.has(correlationId)) say(CREDIT_TYPE, { taken, window: WINDOW });
      },
      (error) => fail(error),
    );

    /** Whether the server still works on it. */
    const settle = (error?: unknown): boolean => {
      if (pending.delete(correlationId)) {
        listeners._tell?.("settled", { type: rpc.type, correlationId, startedAt, error });
      }
      sender?._stop();
      timer();
      signal?.removeEventListener("abort", abort);
      return link._outbox._remove(item);
    };

    const fail = (error: unknown): undefined => {
      if (settle(error)) say(ABORT_TYPE);
      reject(error);
      reader._end(error as Error);
    };

    const cancel = (cause?: unknown): undefined => fail(new StateError("Request aborted", { cause }));
    const abort = (): undefined => cancel(signal?.reason);
    const late = (): undefined => fail(Object.assign(new TimeoutError(timeoutMs), { cause: link._failure }));
    const item: Outgoing = { _fail: fail, _idempotent: false };

    /** Looks whether something has moved in time. */
    const watch = (): void => {
      const left = movedAt + timeoutMs - now();
      if (left > 0) timer(left, watch);
      else late();
    };

    const encode = (body: unknown): Packet | Promise<Packet> =>
      when(check(rpc, "fromClient", "out", body), (wire) => {
        const frame = { type: CHUNK_TYPE, meta: { correlationId }, payload: wire };
        const found = codec === jsonCodec && validatorsOf(rpc).uncarried?.(frame);
        if (found) throw new ValidationError(rpc.type, found.path.shift() as string, "out", [found]);
        return codec.encode(frame);
      });

    const take = ({ type, meta: given, payload: body }: Envelope): unknown => {
      movedAt = now();
      if (type === CHUNK_TYPE) return reader._add(body);
      if (type === CREDIT_TYPE) {
        const { taken, window } = Object(body) as { taken: number; window: number };
        return sender?._credit(taken, window);
      }
      if (type === STOP_TYPE) return sender?._stop();
      link._outbox._answered(item, true);
      if (type === ERROR_TYPE) {
        const error = new ServerError(body as ErrorPayload);
        const { code, context } = error;
        const declared = context !== undefined && Object.hasOwn(rpc.errors as object, code);
        return when(declared ? check(rpc, code, "in", context) : context, (details) =>
          code === "DEADLINE_EXCEEDED" ? late() : fail(Object.assign(error, { context: details })),
        );
      }
      if (type !== rpc.response.type) throw new StateError(`Got ${type} for an answer`);
      return when(checked(rpc.response, "in", given, body), (answer) => {
        settle();
        resolve(answer);
        reader._end();
      });
    };

    const start = (): unknown => {
      if (fromClient) sender = createSender(send, encode, pass, () => say(END_TYPE), fail);
      if (link._greets) throw new StateError("In onOpen, no stream can be asked for");
      if (!link._opens()) throw new StateError("Client closed");
      if (pending.size >= maxPendingRequests) throw new StateError(`${maxPendingRequests} requests are pending`);
      pending.set(correlationId, (frame) => attempt(take, fail, frame));
      watch();
      if (signal?.aborted) return abort();
      signal?.addEventListener("abort", abort);
      return link._outbox._post(item, () =>
        when(checked(rpc, "out", meta, payload, codec), (frame) => {
          const given = codec.decode(codec.encode(frame)) as CheckedMessage;
          return () => {
            if (movedAt + timeoutMs <= now()) return late();
            const own = {
              correlationId,
              timeoutMs: Math.min(timeoutMs, MAX_TOLD_MS),
              streamWindow: fromServer ? WINDOW : 0,
            };
            movedAt = now();
            return codec.encode({ ...given, meta: { ...given.meta, ...own } });
          };
        }),
      );
    };
    void attempt(start, fail);

    return Object.assign(reader._items(cancel), { result });
  };

  return {
    _surface: {
      stream: (rpc: AnyMessage, payload?: unknown, options: StreamOptions = {}) => {
        if (typeof process === "object" && typeof Deno !== "object" && process.env.NODE_ENV !== "production") {
          checkCall("client.stream()", rpc, payload, options);
        }
        return "stream" in rpc && rpc.stream ? begin(rpc as AnyRpc, payload, options) : progress(rpc, payload, options);
      },
    },
  };
}
