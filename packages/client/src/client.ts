import { CONTROL_PREFIX, GOAWAY_TYPE, isEnvelope, jsonCodec, PING_FRAME, PONG_FRAME } from "@ws-kit/core/protocol";
import type { AnyMessage, AnyRpc, SendOptions } from "@ws-kit/core/protocol";
import { createCalls, type CallOptions } from "./calls.ts";
import { attempt, chain, checkMessage, createLane, type CheckedMessage } from "./check.ts";
import { ConnectionClosedError, StateError } from "./errors.ts";
import { createInbox } from "./inbox.ts";
import { createLink } from "./link.ts";
import { createListeners } from "./listeners.ts";
import type { ClientOptions } from "./options.ts";
import { createOutbox } from "./outbox.ts";
import { createPulse, type Sent } from "./pulse.ts";
import type { ConnectionState } from "./states.ts";
import { createStream } from "./stream.ts";
import type { Client, ErrorContext, StateInfo } from "./types.ts";

/**
 * Makes a client of one WS-Kit server. Nothing happens before it is used, unless `autoConnect` is true.
 *
 * @example
 * const client = wsClient({ url: "wss://example.com/ws" });
 * client.on(Greeting, ({ payload }) => show(payload.text));
 * client.send(Hello, { name: "Ada" });
 */
export function wsClient(options: ClientOptions): Client {
  const { autoConnect, codec = jsonCodec, logger, maxPendingRequests = 64 } = options;

  /**
   * `idle` nothing has happened yet, `on` a connection is wanted, `off` the user closed it, `over` the client gave up.
   */
  let phase: "idle" | "on" | "off" | "over" = "idle";
  /** Whether sending after `close()` dials again. */
  let revives = autoConnect === true;
  /** The server has announced its end: what is sent from now on waits for the next connection. */
  let draining = false;
  const opening: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const closing: (() => void)[] = [];

  const errors = createListeners<[Error, ErrorContext]>((error) => logger?.error("An error handler failed", error));
  const states = createListeners<[ConnectionState, StateInfo]>((error) => report(error, { type: "handler" }));

  function report(cause: unknown, context: ErrorContext): void {
    const error = cause instanceof Error ? cause : new Error(String(cause), { cause });
    logger?.error(error.message, { error, ...context });
    errors.emit(error, context);
  }

  const link = createLink(options, {
    state(state, info) {
      logger?.debug(state, info);
      if (state === "open") {
        pulse.start();
        outbox.flush();
        for (const { resolve } of opening.splice(0)) resolve();
      }
      states.emit(state, info);
      if (state === "closed") for (const resolve of closing.splice(0)) resolve();
    },
    data(data) {
      pulse.heard();
      if (data === PONG_FRAME) pulse.pong();
      else if (data === PING_FRAME) link.send(PONG_FRAME);
      else receive(data);
    },
    down: (reason, final, clean) => {
      draining = false;
      const unconfirmed = pulse.stop();
      if (final && phase === "on") phase = "over";
      const abandoned = settle(reason, final);
      return () => {
        lose(clean ? [] : unconfirmed, reason, true);
        abandoned();
      };
    },
    wake: () => pulse.probe(),
    report: (error, type) => report(error, { type }),
  });
  const pulse = createPulse(options.heartbeat, link.send, () => link.drop(4408, "no sign of life"));
  const outbox = createOutbox(options, link, () => !draining);
  const inbox = createInbox(report, () => phase === "off");
  const incoming = createLane();
  const outgoing = createLane();
  const calls = createCalls({ codec, outbox, maxPending: maxPendingRequests, lane: outgoing, send: link.send, report });

  function receive(data: unknown): void {
    let frame: unknown;
    try {
      frame = codec.decode(data as string);
      if (!isEnvelope(frame)) throw new SyntaxError("Not a frame: an object with a type");
    } catch (error) {
      return report(error, { type: "parse" });
    }
    const { type, meta, payload } = frame;
    const id = meta?.correlationId;
    if (type === GOAWAY_TYPE) {
      draining = true;
      link.holdOff(Number((payload as { reconnectAfterMs?: unknown } | undefined)?.reconnectAfterMs) || 0);
    } else if (id !== undefined) {
      void incoming(() => calls.take(id, frame));
    } else if (!type.startsWith(CONTROL_PREFIX)) {
      void incoming(() => (phase === "off" ? undefined : inbox.deliver(frame)));
    }
  }

  function lose(messages: readonly Sent[], reason: string, mayHaveExecuted: boolean): void {
    for (const { type, payload } of messages) {
      report(new ConnectionClosedError(`${JSON.stringify(type)} may be lost: ${reason}`, mayHaveExecuted), {
        type: "lost",
        message: type,
        payload,
      });
    }
  }

  /** Rejects what cannot be answered any more. @returns what tells the application of it. */
  function settle(reason: string, final: boolean): () => void {
    outbox.unshift(calls.down(reason, final));
    if (!final) return () => {};
    const dropped = outbox.clear();
    const waiting = opening.splice(0);
    return () => {
      lose(dropped, reason, false);
      for (const { reject } of waiting) reject(new ConnectionClosedError(`Connection closed: ${reason}`, false));
    };
  }

  /** Dials where that is what sending does. @returns whether there is, or may come to be, a connection to send to. */
  function ready(): boolean {
    if (phase === "over" || (phase === "off" && !revives)) return false;
    if (phase !== "on" && autoConnect !== false) open();
    return true;
  }

  function open(): void {
    phase = "on";
    link.open();
  }

  function send(message: AnyMessage, payload?: unknown, { meta }: SendOptions = {}): boolean {
    const { type } = message;
    const step = () =>
      chain(checkMessage(message, "out", { meta, payload }), (checked) => {
        const text = codec.encode({
          ...checked,
          meta: Object.keys(checked.meta).length > 0 ? checked.meta : undefined,
        });
        return outbox.post({
          type,
          payload,
          bytes: 0,
          encode: () => text,
          sent: () => pulse.sent({ type, payload }),
          dropped: (error) => report(error, { type: "overflow", message: type, payload }),
        });
      });
    const fail = (error: unknown) => {
      report(error, { type: "validation", message: type });
      return false;
    };
    return ready() && outgoing(() => attempt(step, fail)) !== false;
  }

  function request(message: AnyMessage, payload: unknown, callOptions: CallOptions, response?: AnyMessage) {
    const answer = response ?? (message as Partial<AnyRpc>).response;
    if (!answer)
      return Promise.reject(new TypeError(`${message.type} is no rpc: request() needs its response message`));
    if (!ready()) return Promise.reject(new StateError("The client is closed; connect() opens it"));
    return calls.request(message, payload, answer, callOptions);
  }

  function close(code?: number, reason?: string): Promise<void> {
    phase = "off";
    const tell = settle("closed by this client", true);
    link.close(code, reason);
    tell();
    return new Promise((resolve) => {
      if (link.state() === "closed") resolve();
      else closing.push(resolve);
    });
  }

  if (autoConnect === true) queueMicrotask(() => phase === "idle" && open());

  const client = {
    get state() {
      return link.state();
    },
    get isConnected() {
      return link.state() === "open";
    },
    get latencyMs() {
      return pulse.latencyMs();
    },
    connect() {
      const opened = new Promise<void>((resolve, reject) => {
        opening.push({ resolve, reject });
        open();
        if (link.state() === "open") resolve();
      });
      // Whoever does not wait for it learns of a failure through onState and onError.
      opened.catch(() => {});
      return opened;
    },
    close,
    on: inbox.on,
    once(message: AnyMessage, handler: (message: CheckedMessage) => unknown) {
      const off = inbox.on(message, (received) => {
        off();
        return handler(received);
      });
      return off;
    },
    onUnhandled: inbox.onUnhandled,
    onState: states.add,
    onError: errors.add,
    send,
    request: (message: AnyMessage, payload?: unknown, third: AnyMessage | CallOptions = {}, fourth: CallOptions = {}) =>
      "~validators" in third ? request(message, payload, fourth, third) : request(message, payload, third),
    stream: (rpc: AnyMessage, payload?: unknown, streamOptions: CallOptions = {}) =>
      createStream((callOptions) => request(rpc, payload, callOptions), streamOptions),
    [Symbol.asyncDispose]() {
      revives = false;
      return close();
    },
  };
  // The interface types each message; in here any message is as good as another.
  return client as unknown as Client;
}
