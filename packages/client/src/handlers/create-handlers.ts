import {
  ABORT_TYPE,
  type AnyRpc,
  check,
  checkHandler,
  checkMessage,
  type Codec,
  type Envelope,
  ERROR_CODES,
  FAILED_TYPE,
  type Packet,
  PROGRESS_TYPE,
  SERVER_ID_PREFIX,
  when,
  WsKitError,
} from "@ws-kit/core/protocol";
import type { Off } from "../api/off.ts";
import type { ClientOptions } from "../api/options.ts";
import type { Link } from "../link/link.ts";
import { attempt } from "../steps/attempt.ts";
import { checked } from "../steps/check.ts";
import { createLane } from "../steps/lane.ts";
import { type Listeners, OPEN, STATE } from "../steps/listeners.ts";
import { now } from "../steps/now.ts";
import { createTimer } from "../steps/timer.ts";

declare const process: { readonly env: { readonly NODE_ENV?: string } };
/** There reading NODE_ENV takes a permission. */
declare const Deno: unknown;

/** Where it stands in a client. */
export interface Handled {
  readonly _options: ClientOptions;
  readonly _codec: Codec;
  readonly _link: Link;
  readonly _listeners: Listeners;
  readonly _leads: () => boolean;
  readonly _take: (id: string, frame: Envelope) => unknown;
}

type Handler = (request: never) => unknown;

export interface Handlers {
  readonly _surface: { handle: (rpc: AnyRpc, handler: Handler) => Off };
  readonly _take: Handled["_take"];
}

/** Answers what the server asks. */
export function createHandlers(host: Handled, maxRunning: number): Handlers {
  const { _codec: codec, _link: link, _listeners: listeners, _take: takeOther } = host;
  const handled = new Map<string, readonly [rpc: AnyRpc, handler: Handler]>();
  /** What is at work, by its id: ends it without an answer. */
  const running = new Map<string, (reason: string) => void>();

  const say = (packet: Packet): boolean => link._pass(packet);

  const stopAll = (reason: string): void => {
    for (const stop of running.values()) stop(reason);
  };
  // What was asked over a connection is answered over it, or over one that goes on with it.
  listeners._add(STATE, (state: string) => {
    if (state === "closing" || (state === "closed" && link._lost === undefined)) stopAll("The connection is closed");
  });
  listeners._add(OPEN, () => {
    if (!link._resumed) stopAll("The connection was lost");
  });

  const failure = (id: string, code: string, message: string, more?: object): Packet =>
    codec.encode({ type: FAILED_TYPE, meta: { correlationId: id }, payload: { code, message, ...more } });

  const { _hangUp } = link._outbox;
  link._outbox._hangUp = (reason) => {
    // Others keep the socket open, by which the server would know.
    if (host._options.share) for (const id of running.keys()) say(failure(id, "CANCELLED", "The client left"));
    _hangUp(reason);
  };

  const run = (id: string, { meta = {}, payload }: Envelope, [rpc, handler]: readonly [AnyRpc, Handler]): unknown => {
    const controller = new AbortController();
    const timer = createTimer();
    const lane = createLane();
    const { timeoutMs } = meta as { timeoutMs?: number };
    const until = now() + (timeoutMs ?? Infinity);

    const end = (packet?: Packet): void => {
      if (!running.delete(id)) return;
      timer();
      if (packet !== undefined) say(packet);
    };
    const fail = (...why: [code: string, message: string, more?: object]): void => end(failure(id, ...why));
    const unexpected = (error: unknown): void => {
      if (!running.has(id)) return;
      listeners._failed(error);
      fail("INTERNAL", "Internal error");
    };
    const refuse = (error: unknown): unknown => {
      if (!(error instanceof WsKitError && Object.hasOwn(ERROR_CODES, error.code))) return unexpected(error);
      const { code, message, details, retryable, retryAfterMs } = error;
      const declared = details !== undefined && Object.hasOwn((rpc.errors ?? {}) as object, code);
      return attempt(
        () =>
          when(declared ? check(rpc, code, "out", details) : details, (wire) =>
            fail(code, message, { details: wire, retryable, retryAfterMs }),
          ),
        unexpected,
      );
    };
    const stop = (reason: string): void => {
      end();
      controller.abort(new Error(reason));
    };

    running.set(id, stop);
    timer(timeoutMs, () => stop("The deadline passed"));
    const request = {
      type: rpc.type,
      signal: controller.signal,
      get timeLeftMs() {
        return Math.max(0, until - now());
      },
      progress: (report: unknown): boolean =>
        running.has(id) &&
        lane(() =>
          attempt<unknown>(
            () =>
              when(check(rpc, "progress", "out", report), (wire) => {
                const frame = {
                  type: PROGRESS_TYPE,
                  meta: { correlationId: id },
                  payload: rpc.progress ? wire : report,
                };
                return running.has(id) && say(codec.encode(frame));
              }),
            (error) => {
              listeners._report("invalid", error, { message: rpc.type });
              return false;
            },
          ),
        ) !== false,
    };
    const answer = (received: object): unknown =>
      attempt<unknown>(
        () =>
          when(handler(Object.assign(request, received) as never), (body) =>
            lane(() =>
              attempt<unknown>(
                () =>
                  when(checked(rpc.response, "out", undefined, body, codec), ({ type, payload: wire }) =>
                    end(codec.encode({ type, meta: { correlationId: id }, payload: wire })),
                  ),
                unexpected,
              ),
            ),
          ),
        (error) => lane(() => refuse(error)),
      );
    return attempt<unknown>(
      () =>
        when(checked(rpc, "in", meta, payload), (received) => {
          // Nothing that comes later waits for it.
          if (running.has(id)) void answer({ payload: received.payload, meta: received.meta });
        }),
      (error) => fail("INVALID_ARGUMENT", (error as Error).message),
    );
  };

  return {
    _take(id, frame) {
      const { type } = frame;
      const found = id.startsWith(SERVER_ID_PREFIX) && host._leads() ? handled.get(type) : undefined;
      if (type === ABORT_TYPE) return running.get(id)?.("The server gave up");
      if (!found) return takeOther(id, frame);
      if (running.has(id)) return undefined;
      if (running.size < maxRunning) return run(id, frame, found);
      return say(failure(id, "RESOURCE_EXHAUSTED", `${maxRunning} requests are running`));
    },
    _surface: {
      handle(rpc, handler) {
        if (typeof process === "object" && typeof Deno !== "object" && process.env.NODE_ENV !== "production") {
          checkMessage("client.handle()", rpc);
          checkHandler("client.handle()", handler);
        }
        const { type, from, kind } = rpc;
        if (kind !== "rpc" || from !== "server") throw new TypeError(`${type} is nothing that servers ask`);
        if (handled.has(type)) throw new TypeError(`${type} is handled already`);
        const entry = [rpc, handler] as const;
        handled.set(type, entry);
        link._wish();
        return () => {
          if (handled.get(type) === entry) handled.delete(type);
        };
      },
    },
  };
}
