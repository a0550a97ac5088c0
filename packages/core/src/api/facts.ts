import type { ExtensionConnection } from "./extension-connection.ts";
import type { Packet } from "../protocol/codec.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import type { Envelope, Meta } from "../protocol/envelope.ts";

// What extensions are told: plain data, made where somebody listens, shared by all who do. `at` and its like are
// milliseconds of the listener's monotonic clock (`listener.clock.monotonic()`); `length` counts UTF-16 units of a text
// frame and bytes of a binary one; `packet` is the frame as it travels, which `listener.codec` decodes.

/**
 * How a message is handled: with `on()`, with `rpc()`, by the protocol itself, as the answer to a request of the server, or by
 * nobody.
 */
export type MessageKind = "on" | "rpc" | "control" | "answer" | "unknown";

/** A socket was taken in; `onOpen` has not run yet. */
export interface Opened {
  /** It was open before this listener woke up (a Durable Object after hibernation). */
  readonly restored: boolean;
  readonly at: number;
}

/** A socket is gone. Handlers of it may still run, and settle later. */
export interface Closed {
  /** RFC 6455 close code; 1006 when the peer vanished. */
  readonly code: number;
  readonly reason: string;
  /** It was this end that closed it, for whatever reason, and not its client or the network. */
  readonly byServer: boolean;
  readonly at: number;
}

/** A connection began to follow a topic. */
export interface Joined {
  readonly topic: string;
  /** Nobody on this listener followed it before. */
  readonly first: boolean;
  readonly at: number;
}

/** A connection no longer follows a topic: it left, or closed. */
export interface Parted {
  readonly topic: string;
  /** Nobody on this listener follows it any more. */
  readonly last: boolean;
  readonly at: number;
}

/** A message is about to leave; told before it is encoded. */
export interface Outgoing {
  readonly type: string;
  /** What the application gave; a hook returns what it adds, and changes nothing here. */
  readonly meta: Readonly<Meta> | undefined;
  /** Set where it is published. */
  readonly topic: string | undefined;
  /** Set where it answers a request, and where it is one. */
  readonly correlationId: string | undefined;
  /** `request`: of this server's to a client. */
  readonly kind: "message" | "reply" | "request";
}

/** A publish was delivered on this listener; what came from other nodes is not told. */
export interface Published {
  readonly topic: string;
  readonly type: string;
  readonly packet: Packet;
  readonly length: number;
  /** Receivers on this listener. */
  readonly matched: number;
  /** One that gets nothing (`excludeSelf`). */
  readonly except: ExtensionConnection | undefined;
  /** Those that a `filter` let through; undefined where all followers get it. */
  readonly chosen: readonly ExtensionConnection[] | undefined;
  readonly at: number;
}

/** A frame was decoded. Pings and pongs are not told. */
export interface Received {
  readonly type: string;
  readonly kind: MessageKind;
  readonly correlationId: string | undefined;
  readonly meta: Readonly<Meta> | undefined;
  readonly packet: Packet;
  readonly length: number;
  readonly at: number;
}

/** A frame was sent to one connection; a publish is told once, as `Published`. Pings and pongs are not told. */
export interface Sent {
  readonly type: string;
  readonly kind: "message" | "request" | "reply" | "progress" | "error" | "control";
  /** The request it belongs to. */
  readonly correlationId: string | undefined;
  readonly packet: Packet;
  readonly length: number;
  /** False where the peer is gone or too far behind. */
  readonly ok: boolean;
  readonly at: number;
}

/**
 * How a message ended: `ok`; `error`, with its code: the handler or a middleware answered with an error or threw;
 * `dropped`: middleware ended it in silence; `abandoned`: its connection closed before it was answered, or before its turn.
 */
export type Outcome = "ok" | "error" | "dropped" | "abandoned";

/** A message that was `Received` has ended: a request with its answer, another one with its handler. */
export interface Settled {
  readonly type: string;
  readonly kind: "on" | "rpc";
  readonly correlationId: string | undefined;
  readonly meta: Readonly<Meta> | undefined;
  readonly outcome: Outcome;
  /** Of the error that was sent. */
  readonly code: string | undefined;
  /** The answer is that of an earlier request with the same idempotency key. */
  readonly repeated: boolean;
  readonly receivedAt: number;
  /** When its turn came; the difference is what it waited for messages before it. 0 where it never did. */
  readonly startedAt: number;
  readonly at: number;
}

/** A request of this server's to a client has ended: the promise of whoever asked has settled. */
export interface Answered {
  readonly type: string;
  readonly correlationId: string;
  readonly outcome: "ok" | "error";
  /** What it was rejected with: a code of the client's or of this server's own, `INVALID_ARGUMENT` for what did not fit its schema. */
  readonly code: string | undefined;
  readonly askedAt: number;
  readonly at: number;
}

/**
 * Why an upgrade was refused: the option that decided, or what was wrong. `path`: nothing is served there; `request`: it asks for no upgrade, or its `Host`
 * is none; `forwarded`: the headers of proxies disagree; `handshake`: it is none (RFC 6455 §4.2.1), or the runtime did not take it; `draining`: the server
 * restarts; `authTimeoutMs`: deciding took too long; `error`: something of the application failed.
 */
export type UpgradeRefusalCause =
  | "path"
  | "request"
  | "forwarded"
  | "handshake"
  | "codec"
  | "draining"
  | "maxUpgradesPerSecond"
  | "maxConnections"
  | "maxConnectionsPer"
  | "allowedOrigins"
  | "authenticate"
  | "authTimeoutMs"
  | "error";

/** A request for an upgrade was refused: there was no connection. */
export interface UpgradeRefused {
  /** HTTP status of the answer. */
  readonly status: number;
  readonly cause: UpgradeRefusalCause;
  /** Of the URL, without its query, in which a token may be; its first 256 characters. It is the peer's to choose. */
  readonly path: string;
  readonly at: number;
}

/** A frame that gets to no handler: taken by a gate, not understood, over a limit. */
export interface Refused {
  /** Undefined where the frame was not decoded. */
  readonly type: string | undefined;
  readonly correlationId: string | undefined;
  /** What it was answered with; undefined where a gate dropped it or closed the connection. */
  readonly code: ErrorCode | undefined;
  readonly message: string;
  /** The extension whose gate it was. */
  readonly by: string | undefined;
  readonly at: number;
}

/** Something failed that no peer is to blame for: what `onError` or the log is told of. */
export interface Failed {
  readonly error: Error;
  /** What was at work: a message's type in quotes, `onOpen`, `onClose`. */
  readonly subject: string | undefined;
  /** The id that the peer was given with INTERNAL. */
  readonly id: string | undefined;
  readonly at: number;
}

/** A frame of the extension's own `$ws:` type. Nothing of it was checked but its outline. */
export type ControlFrame = Readonly<Envelope>;
