import { checkHandler, checkMessage, FAILED_TYPE, jsonCodec, when } from "@ws-kit/core/protocol";
import type { AnyMessage, SendOptions } from "@ws-kit/core/protocol";
import type { Client, Off } from "../api/client.ts";
import { ConnectionClosedError, StateError } from "../api/errors.ts";
import type { ClientOptions } from "../api/options.ts";
import type { ClientPart } from "../api/part.ts";
import { createLink } from "../link/create-link.ts";
import type { Encode } from "../link/outbox.ts";
import { checkCall, checkClientOptions, checkClose } from "../steps/options.ts";
import { checked } from "../steps/check.ts";
import { createListeners, ERROR, OPEN, STATE, UNHANDLED } from "../steps/listeners.ts";
import type { Host, Part } from "./host.ts";
import { createInbox } from "./inbox.ts";
import { DRAIN_MS } from "../steps/figures.ts";

declare const process: { readonly env: { readonly NODE_ENV?: string } };
/** There reading NODE_ENV takes a permission. */
declare const Deno: unknown;

/** Puts a client together: what every client has, the parts of its kind, and those that the page adds. */
export function createClient(
  options: ClientOptions & { readonly use?: readonly ClientPart[] | undefined },
  own: readonly ClientPart[],
): Client {
  if (!options?.url) throw new TypeError("wsClient needs { url }");
  // A page that is bundled for production is spared it, since bundlers know that this is false.
  if (typeof process === "object" && typeof Deno !== "object" && process.env.NODE_ENV !== "production")
    checkClientOptions(options, own);
  const { codec = jsonCodec } = options;
  const listeners = createListeners(options.logger);
  const link = createLink(
    options,
    (...args) => host._connect(...args),
    listeners,
    (packet) => receive(packet),
    (turn) => ({
      // What was cut off in the midst of an opening goes through it again.
      resumed: !!(link._resumed && link._greeted),
      send: send.bind(null, turn),
      request: host._ask?.bind(null, turn),
    }),
  );
  /** Nothing fires once the client is closed, also by an earlier handler of the same message. */
  const listen = (key: string | number, handler: (received: never) => unknown, message?: AnyMessage): Off => {
    if (typeof process === "object" && typeof Deno !== "object" && process.env.NODE_ENV !== "production")
      checkHandler("client.on()", handler);
    link._wish();
    return listeners._add(key, (received, session) => session !== link._session || handler(received), message);
  };

  const on = (message: AnyMessage, handler: (received: never) => unknown): Off => {
    if (typeof process === "object" && typeof Deno !== "object" && process.env.NODE_ENV !== "production")
      checkMessage("client.on()", message);
    return listen(message.type, handler, message);
  };

  const host = {
    _options: options,
    _codec: codec,
    _link: link,
    _listeners: listeners,
    _on: on,
    _leads: () => true,
    // A server that asks is not left to wait for whom nobody here would answer.
    _take: (id, { meta }) =>
      id.startsWith("s:") && host._leads() && link._transmit(codec.encode({ type: FAILED_TYPE, meta })),
    // Its first part says how connections are made.
  } as Omit<Host, "_connect"> as Host;
  const receive = createInbox(host);

  let prepare = (message: AnyMessage, payload: unknown, given?: SendOptions): Encode | Promise<Encode> => {
    if ("response" in message) throw new TypeError(`${message.type} is an rpc: it is sent by request`);
    return when(checked(message, "out", given?.meta, payload, codec), (frame) => {
      const packet = codec.encode(frame);
      return () => packet;
    });
  };
  // Asked once, and not at each message: Node and Bun ask the system every time.
  if (typeof process === "object" && typeof Deno !== "object" && process.env.NODE_ENV !== "production") {
    const unchecked = prepare;
    prepare = (...call) => {
      checkCall("client.send()", ...call);
      return unchecked(...call);
    };
  }

  /** @param turn The number of the only connection that takes it, past the queue; 0 for every other message. */
  const send = (turn: number, message: AnyMessage, payload?: unknown, given?: SendOptions): boolean => {
    if (!(turn || link._opens())) return false;
    const fail = (error: unknown): void => {
      const kind = error instanceof StateError ? "overflow" : error instanceof ConnectionClosedError && "lost";
      listeners._report(kind || "invalid", error, { message: message?.type, payload: kind ? payload : undefined });
    };
    return link._outbox._post({ _on: turn, _fail: fail }, () => prepare(message, payload, given));
  };

  let close = link._close;
  if (typeof process === "object" && typeof Deno !== "object" && process.env.NODE_ENV !== "production") {
    close = async (...given) => {
      checkClose(...given);
      await link._close(...given);
    };
  }

  const client = {
    get state() {
      return link._state;
    },
    get isConnected() {
      return link._state === "open";
    },
    get stateInfo() {
      return link._info;
    },
    get bufferedAmount() {
      return link._outbox._queued() + link._buffered();
    },
    async drained() {
      while (link._outbox._size()) {
        link._pulse._probe();
        await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
      }
    },
    get latencyMs() {
      return link._pulse._latencyMs;
    },
    connect: link._connect,
    close,
    [Symbol.asyncDispose]() {
      link._autoConnect = false;
      return link._close();
    },
    on,
    once(message: AnyMessage, handler: (received: never) => unknown) {
      if (typeof process === "object" && typeof Deno !== "object" && process.env.NODE_ENV !== "production")
        checkHandler("client.once()", handler);
      const off = on(message, (received) => {
        off();
        return handler(received);
      });
      return off;
    },
    onUnhandled: (handler: (frame: never) => unknown) => listen(UNHANDLED, handler),
    onState: (handler: (state: never, info: never) => unknown) => listeners._add(STATE, handler),
    onOpen: (handler: (opening: never) => unknown) => listeners._add(OPEN, handler),
    onError: (handler: (error: never, context: never) => unknown) => listeners._add(ERROR, handler),
    send: send.bind(null, 0),
  };
  for (const { _install } of [...own, ...(options.use ?? [])] as Part[]) {
    const added = _install(host);
    Object.assign(host, added);
    Object.assign(client, added._surface);
  }
  // The interface types each message; in here any message is as good as another.
  return client as unknown as Client;
}
