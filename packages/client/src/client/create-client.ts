import { CONTROL_PREFIX, ERROR_TYPE, GOAWAY_TYPE, isEnvelope, jsonCodec, when } from "@ws-kit/core/protocol";
import type { AnyMessage, Envelope, ErrorPayload, SendOptions } from "@ws-kit/core/protocol";
import type { Client, Off } from "../api/client.ts";
import { ServerError, StateError } from "../api/errors.ts";
import type { ClientOptions } from "../api/options.ts";
import type { Parts } from "./parts.ts";
import { createLink } from "../link/link.ts";
import { attempt, type Fail, type Report } from "../steps/attempt.ts";
import { checked, type CheckedMessage } from "../steps/check.ts";
import { createLane } from "../steps/lane.ts";
import { createListeners } from "../steps/listeners.ts";

/** Puts a client together: what every client has, and the given parts. */
export function createClient(options: ClientOptions, parts: Parts): Client {
  const { codec = jsonCodec, logger } = options;
  const [add, emit, keys] = createListeners<AnyMessage | "state" | "error" | "unhandled">((key) =>
    key === "error" ? (error) => logger?.error("onError failed", error) : failed,
  );
  const incoming = createLane();
  const outgoing = createLane();

  const report: Report = (type, cause, message, payload) => {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const context = { type, message, payload };
    logger?.error(error.message, { error, ...context });
    emit("error", error, context);
  };
  const failed: Fail = (error) => report("handler", error);

  const receive = (data: unknown): unknown =>
    attempt<unknown>(
      () => {
        const frame = codec.decode(data as string);
        if (!isEnvelope(frame)) throw new SyntaxError("Not a frame");
        const id = frame.meta?.correlationId;
        if (frame.type === GOAWAY_TYPE) {
          drain(Number((frame.payload as { reconnectAfterMs?: unknown } | undefined)?.reconnectAfterMs) || 0);
        } else {
          void incoming(() => (id === undefined ? deliver(frame) : takeAnswer?.(id, frame)));
        }
      },
      (error) => report("parse", error),
    );

  const [surface, stopped, opens, post, remove, transmit, drain] = createLink(
    options,
    parts,
    add,
    emit,
    report,
    failed,
    receive,
  );
  const [calls, takeAnswer] =
    parts.calls?.(codec, options.maxPendingRequests, post, remove, transmit, opens, outgoing, failed) ?? [];

  /** Hands a frame that answers no request to whoever wants it, once its schema has seen it. */
  const deliver = ({ type, meta = {}, payload }: Envelope): void | Promise<void> => {
    if (stopped() || type.startsWith(CONTROL_PREFIX)) return;
    if (type === ERROR_TYPE) {
      return report("server", new ServerError({ ...(payload as ErrorPayload) }), meta["inReplyTo"] as string);
    }
    // Keys that are no messages have no type.
    const wanted = (keys() as AnyMessage[]).filter((key) => key.type === type);
    if (!wanted[0]) return emit("unhandled", { type, meta, payload });
    return wanted.reduce<void | Promise<void>>(
      (before, message) =>
        when(before, () =>
          checked(
            message,
            "in",
            meta,
            payload,
            (received) => emit(message, received),
            (error) => report("validation", error, type),
          ),
        ),
      undefined,
    );
  };

  /** Nothing fires once the client is closed, also by an earlier handler of the same message. */
  const on = (key: AnyMessage | "unhandled", handler: (received: never) => unknown): Off =>
    add(key, (received) => stopped() || handler(received));

  const send = (message: AnyMessage, payload?: unknown, { meta }: SendOptions = {}): boolean => {
    const { type } = message;
    const ready = (frame: CheckedMessage) => {
      const text = codec.encode({ ...frame, meta: meta && frame.meta });
      return post({
        encode: () => text,
        fail: (error) => report(error instanceof StateError ? "overflow" : "lost", error, type, payload),
      });
    };
    const fail = (error: unknown) => {
      report("validation", error, type);
      return false;
    };
    return opens() && outgoing(() => checked(message, "out", meta, payload, ready, fail)) !== false;
  };

  const messages = {
    on,
    once(message: AnyMessage, handler: (received: never) => unknown) {
      const off = on(message, (received) => {
        off();
        return handler(received);
      });
      return off;
    },
    onUnhandled: (handler: (frame: never) => unknown) => on("unhandled", handler),
    onState: (handler: (state: never, info: never) => unknown) => add("state", handler),
    onError: (handler: (error: never, context: never) => unknown) => add("error", handler),
    send,
  };
  // The interface types each message; in here any message is as good as another.
  return Object.assign(surface, messages, calls) as unknown as Client;
}
