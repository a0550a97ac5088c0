import type { AuthenticatedData, ConnectionData, MaybePromise, OpenData } from "../api/data.ts";

/**
 * Who asks for an upgrade, and what the answer carries.
 *
 * @typeParam Native The runtime's own request: Node's `IncomingMessage`, elsewhere the `Request`.
 */
export interface Peer<Native = unknown> {
  /**
   * IP address of the client: that of the socket, or what trusted proxies say (`trustProxy`). An IPv4 address is written as
   * one also where it came over IPv6. Undefined where nobody tells.
   */
  readonly remoteAddress: string | undefined;
  /** The runtime's own request, for its middleware: sessions, cookies, geolocation. */
  readonly request: Native;
  /**
   * Headers to send with the answer: with the 101, or with the refusal that WS-Kit makes. A `Response` that refuses has
   * its own.
   *
   * @example
   * peer.headers.append("set-cookie", "seen=1; HttpOnly; SameSite=Strict; Path=/");
   */
  readonly headers: Headers;
}

/** Addresses (`10.0.0.7`), networks (`10.0.0.0/8`, RFC 4632), or `loopback` or `private` for those of that kind. */
export type ProxyList = readonly string[];

/** Which proxies say who the client is. */
export type TrustProxy =
  | number
  | ProxyList
  | {
      /** As without the object: how many, or which. */
      readonly proxies: number | ProxyList;
      /** The headers that they write: `X-Forwarded-For`, `-Host` and `-Proto`, or `Forwarded` (RFC 7239). */
      readonly header: "x-forwarded" | "forwarded";
    };

/** Who may connect; the same on every adapter. */
export interface UpgradeOptions<Data = OpenData, P extends Peer = Peer> {
  /**
   * Decides on a connection from its upgrade request. A plain object becomes `ctx.data` (a copy of it); `undefined`,
   * `null` or `false` refuse with 401; a `Response`, returned or thrown, refuses with it. Anything else refuses with 500,
   * and the log says what to return. Left out: everyone may connect.
   *
   * Asked again about each token that a client brings over its open connection (`createRouter({ expiresAt })`): by a request
   * of the same URL without its query, whose only header is `Authorization: Bearer <token>`. The record is then assigned
   * over `ctx.data`.
   */
  // NoInfer: what it returns is held to the router's data, and does not decide on it.
  authenticate?:
    | NoInfer<(req: Request, peer: P) => MaybePromise<AuthenticatedData<Data> | Response | undefined | null | false>>
    | undefined;
  /**
   * Origins (RFC 6454) that may connect: full ones like `https://app.example.com`, `"*"` for all, or a function, which
   * lets in with `true` alone. Default: the host that the request went to. A request without Origin does not come from a
   * browser and is let through.
   */
  allowedOrigins?:
    | ("*" | readonly string[] | ((origin: string, req: Request, peer: P) => MaybePromise<boolean>))
    | undefined;
  /** Connections of this listener at the same time; more are refused with 503. Default: no limit. */
  maxConnections?: number | undefined;
  /** Connections at the same time that have one key in common; more are refused with 429. Default: no limit. */
  maxConnectionsPer?: ConnectionsPer<P> | undefined;
  /**
   * Upgrades a second that this listener takes; more are refused with 503 and a `Retry-After` of one to five seconds, so
   * that clients that all come back at once find a server that still answers. Default 2,000.
   */
  maxUpgradesPerSecond?: number | undefined;
  /**
   * Proxies in front of this server whose word counts for `peer.remoteAddress`, and for the host and scheme of `req.url`
   * and of the Origin's check: how many of them each request passes, or their addresses. They must write their headers
   * or remove what a client sent. Default: none.
   */
  trustProxy?: TrustProxy | undefined;
  /**
   * Subprotocols (RFC 6455 §1.9) that this endpoint speaks, the preferred first. The first that the client offers is
   * selected, after them WS-Kit's own, and no other. Default: WS-Kit's own alone.
   */
  protocols?: readonly string[] | undefined;
}

/** A limit for connections that have something in common: an address, a user, an account. */
export interface ConnectionsPer<P extends Peer = Peer> {
  /** What they have in common. Undefined: this one is not counted. */
  key: (req: Request, peer: P) => MaybePromise<string | number | undefined>;
  limit: number;
}

/** `UpgradeOptions` of whatever data and peer. */
export interface AnyUpgradeOptions extends Pick<
  UpgradeOptions,
  "maxConnections" | "maxUpgradesPerSecond" | "trustProxy" | "protocols"
> {
  authenticate?: ((req: Request, peer: never) => unknown) | undefined;
  allowedOrigins?: ("*" | readonly string[] | ((origin: string, req: Request, peer: never) => unknown)) | undefined;
  maxConnectionsPer?: ConnectionsPer<never> | undefined;
}

/** A connection that may open. */
export interface Admission {
  readonly data: ConnectionData<Record<string, unknown>>;
  readonly clientId: string;
  /** The subprotocol to select; undefined for none. */
  readonly protocol: string | undefined;
  /** What the 101 carries besides; undefined for nothing. */
  readonly headers: Headers | undefined;
}
