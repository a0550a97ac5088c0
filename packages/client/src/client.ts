import { CONTROL_PREFIX, GOAWAY_TYPE, isEnvelope, jsonCodec, PING_FRAME, PONG_FRAME } from "@ws-kit/core/protocol";
import type { AnyMessage, AnyRpc, SendOptions } from "@ws-kit/core/protocol";
import { type CallOptions, createCalls } from "./calls.ts";
import { checked, type CheckedMessage, createLane, guarded, type Report } from "./check.ts";
import { ConnectionClosedError, StateError } from "./errors.ts";
import { createInbox } from "./inbox.ts";
import { createLink } from "./link.ts";
import { createListeners } from "./listeners.ts";
import type { ClientOptions } from "./options.ts";
import { createOutbox } from "./outbox.ts";
import { createPulse } from "./pulse.ts";
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

  /** Whether sending after `close()` dials again. */
  let revives = autoConnect === true;
  /** The server has announced its end: what is sent from now on waits for the next connection. */
  let draining = false;

  const report: Report = (type, cause, message, payload) => {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const context = { type, message, payload };
    logger?.error(error.message, { error, ...context });
    errors.emit(error, context);
  };
  const guard = guarded((error) => report("handler", error));
  const errors = createListeners<[Error, ErrorContext]>(
    guarded((error) => logger?.error("An error handler failed", error)),
  );
  const states = createListeners<[ConnectionState, StateInfo]>(guard);

  const link = createLink(options, report, guard, {
    state(state, info) {
      logger?.debug(state, info);
      if (state === "open") {
        pulse.expect(false);
        outbox.flush();
      }
      states.emit(state, info);
    },
    data(data) {
      pulse.heard();
      if (data === PING_FRAME) link.send(PONG_FRAME);
      else if (data !== PONG_FRAME) receive(data);
      else if (pulse.pong()) outbox.confirm();
    },
    down(reason, final, clean) {
      pulse.stop();
      draining = false;
      return outbox.down(reason, final, clean);
    },
    wake: () => pulse.probe(),
  });
  const outbox = createOutbox(options, (text) => {
    const left = !draining && link.send(text);
    if (left) pulse.expect(true);
    return left;
  });
  const pulse = createPulse(
    options.heartbeat,
    () => {
      outbox.mark();
      return link.send(PING_FRAME);
    },
    () => link.drop("no sign of life"),
  );
  const stopped = () => link.phase() === "off";
  const inbox = createInbox(report, guard, stopped);
  const incoming = createLane();
  const outgoing = createLane();
  const calls = createCalls(codec, maxPendingRequests, outbox, link.send, outgoing, guard);

  function receive(data: unknown): void {
    let frame: unknown;
    try {
      frame = codec.decode(data as string);
    } catch (error) {
      return report("parse", error);
    }
    if (!isEnvelope(frame)) return report("parse", new SyntaxError("Not a frame"));
    const { type, meta, payload } = frame;
    const id = meta?.correlationId;
    if (type === GOAWAY_TYPE) {
      draining = true;
      link.holdOff(Number((payload as { reconnectAfterMs?: unknown } | undefined)?.reconnectAfterMs) || 0);
    } else if (id !== undefined || !type.startsWith(CONTROL_PREFIX)) {
      void incoming(() => {
        if (id !== undefined) return calls.take(id, frame);
        if (!stopped()) return inbox.deliver(frame);
      });
    }
  }

  /** Dials where that is what sending does. @returns whether there is, or may come to be, a connection to send to. */
  function opens(): boolean {
    const phase = link.phase();
    if (phase === "over" || (phase === "off" && !revives)) return false;
    if (phase !== "on" && autoConnect !== false) link.open();
    return true;
  }

  function send(message: AnyMessage, payload?: unknown, { meta }: SendOptions = {}): boolean {
    const { type } = message;
    const post = (ready: CheckedMessage) => {
      const text = codec.encode({ ...ready, meta: meta && ready.meta });
      return outbox.post({
        encode: () => text,
        fail: (error) => report(error instanceof StateError ? "overflow" : "lost", error, type, payload),
      });
    };
    const fail = (error: unknown) => {
      report("validation", error, type);
      return false;
    };
    return opens() && outgoing(() => checked(message, "out", meta, payload, post, fail)) !== false;
  }

  async function request(message: AnyMessage, payload: unknown, callOptions: CallOptions, response?: AnyMessage) {
    const answer = response ?? (message as Partial<AnyRpc>).response;
    if (!answer) throw new TypeError(`request(${message.type}) needs a response`);
    if (!opens()) throw new StateError("The client is closed");
    return calls.request(message, payload, answer, callOptions);
  }

  /** Waits for a state; rejects when it cannot come any more. */
  function until(wanted: ConnectionState): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (state: ConnectionState, { code, reason }: StateInfo): void => {
        if (state === wanted) resolve();
        else if (state === "closed" && link.phase() !== "on") reject(new ConnectionClosedError(`${code} ${reason}`));
        else return;
        off();
      };
      const off = states.add(look);
      look(link.state(), { code: 1000, reason: "by this client" });
    });
  }

  async function close(code?: number, reason?: string): Promise<void> {
    outbox.close("by this client");
    link.close(code, reason);
    await until("closed");
  }

  if (autoConnect === true) queueMicrotask(() => link.phase() === "idle" && link.open());

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
      link.open();
      const opened = until("open");
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
