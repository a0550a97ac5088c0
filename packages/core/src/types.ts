import type { Broker } from "./broker.ts";
import type { Limits } from "./limits.ts";
import type { Logger } from "./logger.ts";
import type { Codec } from "./protocol/index.ts";
import type { RuntimeSocket } from "./socket.ts";
import type { AnyContext, MiddlewareContext } from "./context-types.ts";

export type MaybePromise<T> = T | Promise<T>;

/** `ctx.data` of a router without a type argument: anything may be kept there. */
// oxlint-disable-next-line typescript/no-explicit-any -- an untyped router means exactly this
export type OpenData = Record<string, any>;

/** `ctx.data`: the application's own, and the connection's id beside it. */
export type ConnectionData<Data> = Data & { clientId: string };

/** Calls the rest of the chain: middleware after this one, validation, the handler. */
export type Next = () => MaybePromise<unknown>;

export type Middleware<Ctx = MiddlewareContext> = (ctx: Ctx, next: Next) => unknown;

/** Finds dead peers: pings every connection, and closes with 4408 those from which nothing came back. */
export interface HeartbeatOptions {
  /** Milliseconds between pings. Default 25,000. */
  intervalMs?: number;
  /** Milliseconds in which anything at all must arrive after a ping. Default 10,000; less than the interval. */
  timeoutMs?: number;
  /** Called before a silent connection is ended. */
  onStaleConnection?: (clientId: string, ws: RuntimeSocket) => void;
}

/** Whether a connection may follow a topic. False refuses with PERMISSION_DENIED; a `WsKitError` thrown says why. */
export type AuthorizeTopic<Data> = (
  topic: string,
  connection: { readonly clientId: string; readonly data: ConnectionData<Data> },
) => MaybePromise<boolean>;

/** Settings of the runtime's own WebSocket layer; an adapter throws for one that its runtime does not have. */
export interface RuntimeTuning {
  /** Seconds without any traffic after which the runtime itself closes a socket. Default: the runtime's own. */
  idleTimeoutSeconds?: number;
  /** Largest frame in bytes that the runtime takes at all, above which it closes with 1009. Default: twice `maxMessageBytes`. */
  maxPayloadBytes?: number;
  /** permessage-deflate (RFC 7692). Default false: it costs memory and time for every connection. */
  compression?: boolean;
}

export interface RouterOptions<Data = OpenData> extends RuntimeTuning {
  /** Left out: no heartbeat. */
  heartbeat?: HeartbeatOptions;
  limits?: Partial<Limits>;
  /** Whether what leaves is checked against its schema. Default true. */
  validateOutgoing?: boolean;
  /** Brings publishes to other processes. Left out: this process alone. */
  broker?: Broker;
  /** Default: warnings and errors to the console. */
  logger?: Logger;
  /** Default: JSON. */
  codec?: Codec;
  authorizeTopic?: AuthorizeTopic<Data>;
}

export interface RouteOptions {
  /** Do not hold up the connection's later messages while an asynchronous handler runs. Default false. */
  concurrent?: boolean;
}

export interface MergeOptions {
  /**
   * What happens when two merged routers handle the same type: `throw` [default], `replace` (this one wins) or `skip`
   * (the one merged before it wins).
   */
  onConflict?: "throw" | "replace" | "skip";
}

/** Told of every failure that a peer was not to blame for, and of outgoing payloads that do not fit their schema. */
export type ErrorHandler<Data> = (error: Error, ctx: AnyContext<Data> | undefined) => unknown;

export interface PublishOptions {
  /** Not to the connection that publishes. Default false. */
  excludeSelf?: boolean;
  /** Keep from a broker, so that only this process's connections receive it. Default false. */
  local?: boolean;
}

export interface FilteredPublishOptions<Data> extends PublishOptions {
  /** Which subscribers receive it, by their data. With a broker it needs `local: true`: a function cannot travel. */
  filter?: (data: ConnectionData<Data>) => boolean;
}

/** A publish never rejects. `matched` counts the receivers in this process. */
export type PublishResult =
  | { readonly ok: true; readonly matched: number }
  | { readonly ok: false; readonly error: Error };
