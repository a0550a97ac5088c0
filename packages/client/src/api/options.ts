import type { Codec, Contract } from "@ws-kit/core/protocol";

/** What `wsClient` takes. Times are in milliseconds; one of 2³¹ or more is never over. */
export interface ClientOptions {
  /** Where to connect, `ws:` or `wss:`; a function is asked before every dial, say for a single-use ticket. */
  url: string | URL | (() => string | URL | Promise<string | URL>);
  /** Subprotocols to offer. Default: none. */
  protocols?: string | readonly string[] | undefined;
  /**
   * `true` dials after the current tick, and again when something is sent after `close()`. Left out, the first `send`,
   * `request` or `on` dials. `false` waits for `connect()`, as in modules that a server loads; until then messages queue.
   */
  autoConnect?: boolean | undefined;
  /** What happens after a lost connection. */
  reconnect?: ReconnectOptions | undefined;
  /**
   * What happens to messages while there is no connection: `"drop-newest"` (default) refuses more than fit,
   * `"drop-oldest"` makes room, `"off"` refuses all.
   */
  queue?: "drop-newest" | "drop-oldest" | "off" | undefined;
  /** Most messages and requests in the queue. Default: 1,000. */
  queueSize?: number | undefined;
  /** Most bytes in the queue, of text as UTF-8. Default: 1,048,576. */
  queueBytes?: number | undefined;
  /** How to identify to the server. Default: not at all, beyond the browser's cookies. */
  auth?: AuthOptions | undefined;
  /** Present, `{}` included, it makes the client ask for a sign of life. Default: off. */
  heartbeat?: HeartbeatOptions | undefined;
  /** How long a dial may take, tokens included, before it counts as failed. Default: 10,000. */
  connectTimeoutMs?: number | undefined;
  /** How long `close()` waits for the server to confirm. Default: 2,000. */
  closeTimeoutMs?: number | undefined;
  /** Most requests without an answer; more are refused with a `StateError`. Default: 64, as the server's. */
  maxPendingRequests?: number | undefined;
  /**
   * Clients of one page with the same URL, protocols, codec and token use one socket; the last to close closes it. A string
   * stands for the user instead of the token, where each call of `getToken` gives another one. To the server they are one
   * connection: it is not resumed after a loss (`createRouter({ resume })`), and has one state in the presence of a topic, that of
   * who spoke last. Default: false.
   */
  share?: boolean | string | undefined;
  /**
   * What this page takes to be agreed on, by its `fingerprint`: offered to the server, which says where it has another one.
   * `onError` hears of that as `contract`, once a connection. A `strict` one then hangs up with 4400, at whichever end.
   *
   * @example
   * wsClient({ url, contract: Chat });
   */
  contract?: Contract | undefined;
  /**
   * What frames are written in. Its name is offered to the server as a subprotocol; one that speaks another codec refuses
   * the client with 400, which a browser shows as 1006. Default: JSON.
   */
  codec?: Codec | undefined;
  /** The socket's class, where the runtime has none or another should be used. Default: the global `WebSocket`. */
  WebSocket?: WebSocketClass | undefined;
  /** Gets every reported error and every change of state; without it nothing is written anywhere. */
  logger?: ClientLogger | undefined;
}

export interface ReconnectOptions {
  /** Default: true. */
  enabled?: boolean | undefined;
  /**
   * Most dials in a row without a stable connection, the first one not counted. None that fails while the device says that
   * it is offline is the last one. Default: no limit.
   */
  maxAttempts?: number | undefined;
  /** Upper bound of the first wait; it doubles with each attempt. Default: 300. */
  initialDelayMs?: number | undefined;
  /** Upper bound of every wait. Default: 30,000. */
  maxDelayMs?: number | undefined;
  /**
   * `"full"` (default) waits a random time between 0 and the bound, so that clients do not return all at once
   * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/); `"none"` waits the bound.
   */
  jitter?: "full" | "none" | undefined;
  /** How long a connection must last before attempts count from 0 again. Default: 5,000. */
  stableAfterMs?: number | undefined;
  /** Asked after each loss that would be retried; false ends it. Default: always. */
  shouldReconnect?: ((drop: { code: number; reason: string; attempt: number }) => boolean) | undefined;
}

export interface AuthOptions {
  /**
   * Asked before every dial; nothing, or an empty string, dials without a token. A failure counts as a failed dial. Asked
   * also while connected, before the server's time for the connection is over (`expiresAt`): the new token is sent over the
   * open connection. `refresh` says that the last one is no good any more: it is about to expire, the server closed with
   * 4401, or a first dial failed, which in a browser is all that is seen of a 401. It is never asked while it still answers.
   */
  getToken: (request: { refresh: boolean }) => Token | Promise<Token>;
  /**
   * `"query"` (default) adds it to the URL. `"protocol"` offers it as a subprotocol, which keeps it out of the URL and
   * so out of access logs.
   */
  attach?: "query" | "protocol" | undefined;
  /** Name in the query. Default: `"token"`. */
  queryParam?: string | undefined;
}

export type Token = string | null | undefined;

export interface HeartbeatOptions {
  /** Time between pings. Default: 25,000. */
  intervalMs?: number | undefined;
  /**
   * How long the answer may take before the connection counts as dead, and a second more for each 16 kB sent before the
   * ping. Default: 10,000.
   */
  timeoutMs?: number | undefined;
}

/** What the client needs of a socket's class: the browser's, Node's, Bun's, Deno's, or the `ws` package's. */
export type WebSocketClass = new (url: string, protocols?: string[]) => SocketLike;

/** The part of a WebSocket that the client uses. */
export interface SocketLike {
  /** 1 while open. */
  readonly readyState: number;
  readonly bufferedAmount?: number;
  /** Set to `"arraybuffer"`. */
  binaryType?: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- every runtime and the `ws` package have event types of their own
  addEventListener(type: string, listener: (event: any) => void): void;
  /** Also bytes, for a codec of bytes; of which kind, the types of runtimes do not agree on. */
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export interface ClientLogger {
  debug(message: string, details?: unknown): void;
  error(message: string, details?: unknown): void;
}
