import type { AuthenticatedData, ConnectionData, MaybePromise, OpenData } from "./data.ts";
import type { HeartbeatOptions } from "./heartbeat.ts";
import type { GivenLimits } from "./limits.ts";
import type { ResumeOptions } from "./resume.ts";
import type { Logger } from "../base/logger.ts";
import type { Contract } from "../message/contract.ts";
import type { AnyTopic } from "../message/topic.ts";
import type { AnswerStore } from "../ports/answer-store.ts";
import type { Engine } from "../ports/engine.ts";
import type { RuntimeTuning } from "../ports/tuning.ts";
import type { Codec } from "../protocol/codec.ts";

/** Whether a connection may follow a topic. False refuses with PERMISSION_DENIED; a `WsKitError` thrown says why. */
export type AuthorizeTopic<Data> = (
  topic: string,
  connection: { readonly clientId: string; readonly data: ConnectionData<Data> },
) => MaybePromise<boolean>;

/** What a router says of a family of topics. */
export interface FamilyRule<T extends AnyTopic, Data> {
  /** Whether a connection may follow the topic with these parameters; as `authorizeTopic`. */
  readonly authorize: (
    params: NonNullable<ReturnType<T["match"]>>,
    connection: { readonly clientId: string; readonly data: ConnectionData<Data> },
  ) => MaybePromise<boolean>;
}

/** Whose connection it is, by what is kept of it: the id of a user, an account, a device; undefined is nobody. */
export type Identify<Data> = (data: ConnectionData<Data>) => string | undefined;

/**
 * Until when a connection may stay, by what is kept of it: in milliseconds since the epoch (a JWT's `exp` is in seconds,
 * RFC 7519 §2). Undefined or `Infinity`: for as long as it likes.
 */
export type ExpiresAt<Data> = (data: ConnectionData<Data>) => number | undefined;

/** Lets in: what it gives is the connection's data, and everything else refuses. */
type Admits<Given> = (
  req: Request,
  peer: { readonly remoteAddress: string | undefined; readonly headers: Headers },
) => MaybePromise<Given | Response | undefined | null | false>;

/**
 * `Data` is inferred from it, or where it was given held to it, less the `clientId`. That it is an object is said beside it: of
 * `Data & object` only one of several would be inferred.
 */
type ReturnsDataObject<Data> = Admits<Data | AuthenticatedData<NoInfer<Data>>> &
  Admits<object & { readonly then?: never }>;

export interface RouterOptions<Data = OpenData> extends RuntimeTuning {
  /** Left out: no heartbeat. */
  heartbeat?: HeartbeatOptions | undefined;
  limits?: GivenLimits | undefined;
  /** Whether what leaves is checked against its schema. Default true. */
  validateOutgoing?: boolean | undefined;
  /** Brings publishes to other processes, as `redisEngine` of `@ws-kit/redis` does. Left out: this process alone. */
  engine?: Engine | undefined;
  /**
   * Keeps the answers of idempotent requests for all processes, as `redisAnswers` of `@ws-kit/redis` does, so that a repeat
   * which comes to another one does not run again. It is for requests whose answer is an identity's (`identify`) or a secret's
   * (as `wsClient`'s keys have). Left out: each process remembers its own.
   */
  answers?: AnswerStore | undefined;
  /** Default: warnings and errors to the console. */
  logger?: Logger | undefined;
  /**
   * What frames are written in, for every connection of the router. Clients that speak another one are refused with 400,
   * by the subprotocols that they offer. Default: JSON.
   */
  codec?: Codec | undefined;
  authorizeTopic?: AuthorizeTopic<Data> | undefined;
  /** Families of topics that this router knows; no name may be of two of them. Plain strings stay topics as well. */
  topics?: readonly AnyTopic[] | undefined;
  /**
   * What this server and its clients agreed on. The router provides it, as by `provides()`; a client that says by its
   * fingerprint that it has another one is told which parts differ, and so is the log. Of merged routers, the outermost
   * one's counts.
   */
  contract?: Contract | undefined;
  /**
   * Decides on a connection from its upgrade request, where the endpoint itself does not say: as `authenticate` of
   * `serve()`. Its plain object is `ctx.data`, by which the router's type is inferred.
   */
  authenticate?: ReturnsDataObject<Data> | undefined;
  /**
   * Whose connection it is. Asked when it opens, after `ctx.assignData` and after each handler; the first id is fixed, and
   * another one later (or none) closes with 4403. Remembered answers of idempotent requests are kept by it. One that
   * throws, or gives an empty string, means nobody. Left out: every connection is nobody's.
   *
   * @example
   * createRouter<{ userId?: string }>({ identify: (data) => data.userId });
   */
  identify?: Identify<Data> | undefined;
  /**
   * Until when a connection may stay. `limits.expiryGraceMs` later it is closed with 4401, unless its client has brought a
   * new token over the open connection (`$ws:auth`; `wsClient` does so by itself where it has `getToken`), which
   * `authenticate` lets in. Until then it is served as before. Asked when it opens, after `ctx.assignData` and with each new
   * token. One that throws, or gives something else, closes with 1011. Left out: for as long as it likes.
   *
   * @example
   * createRouter<{ userId: string; exp: number }>({ expiresAt: (data) => data.exp * 1_000 });
   */
  expiresAt?: ExpiresAt<Data> | undefined;
  /**
   * Keeps a connection whose socket broke, with all that belongs to it, until its client is back: nothing that either side
   * sent is lost or comes twice. `onClose` runs when it has not come in time. For whom it is the same, `identify` says, or
   * else what `authenticate` returned being equal as JSON. `ctx.ws` is the present socket: who keeps sockets takes the new
   * one in `onResume`. Not in Durable Objects, where it throws. Default: a connection ends with its socket.
   */
  resume?: boolean | ResumeOptions | undefined;
}

export interface RouteOptions {
  /** Do not hold up the connection's later messages while an asynchronous handler runs. Default false. */
  concurrent?: boolean | undefined;
}

export interface MergeOptions {
  /**
   * What happens when two merged routers handle the same type: `throw` [default], `replace` (this one wins) or `skip`
   * (the one merged before it wins).
   */
  onConflict?: "throw" | "replace" | "skip" | undefined;
}
