import type { ExtensionConnection } from "./extension-connection.ts";
import type { PublishArgs } from "./contexts.ts";
import type { OpenData } from "./data.ts";
import type { OutsidePublishOptions, PublishResult } from "./publishing.ts";
import type {
  Answered,
  Closed,
  ControlFrame,
  Failed,
  Joined,
  Opened,
  Outgoing,
  Parted,
  Published,
  Received,
  Refused,
  Sent,
  Settled,
  UpgradeRefused,
} from "./facts.ts";
import type { Clock } from "../base/clock.ts";
import type { EndCounter } from "./end-counter.ts";
import type { Logger } from "../base/logger.ts";
import type { Limits } from "./limits.ts";
import type { RetryOptions } from "../message/errors.ts";
import type { ServerSends, WhyNot } from "../message/direction.ts";
import type { AnyMessage, SendArgsOf } from "../message/message.ts";
import type { Codec, Packet } from "../protocol/codec.ts";
import type { Carries, NotCarried } from "../message/topic.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import type { Meta } from "../protocol/envelope.ts";

/** What an extension may see and do of one listener (one server, one Durable Object). None of its functions throws. */
export interface ExtensionListener {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Decodes what hooks are told as `packet`. */
  readonly codec: Codec;
  readonly limits: Readonly<Limits>;
  /** New connections are refused. */
  readonly draining: boolean;
  readonly connections: Iterable<ExtensionConnection> & {
    readonly size: number;
    /** The newest connection with this id. */
    get(clientId: string): ExtensionConnection | undefined;
  };
  /** Called by `setup`: from then on `addressOf` knows where connections come from. Costs each of them some 100 bytes. */
  keepAddresses(this: void): void;
  /**
   * Has these hooks of the extension told no longer, and all others told. What no extension is told costs what it does without
   * any: for one that looks only now and then. A message that arrived before `settled` was told has no times.
   *
   * @example
   * listener.leaveOut(["received", "sent"]); // and listener.leaveOut([]) where somebody looks
   */
  leaveOut(this: void, hooks: readonly Exclude<keyof Hooks, "control">[]): void;
  /** Counts how messages end from now on, at a fraction of what a hook `settled` costs. */
  countEnds(this: void, counts: EndCounter): void;
  /** Every topic that somebody follows. */
  topics(this: void): Iterable<string>;
  /** Who follows it. */
  followers(this: void, topic: string): ReadonlySet<ExtensionConnection>;
  /** Bytes sent to it that it has not read. */
  buffered(this: void, connection: ExtensionConnection): number;
  /** As `ctx.send`. */
  send<M extends AnyMessage>(
    this: void,
    connection: ExtensionConnection,
    message: ServerSends<WhyNot<M, "ctx.send">> & M,
    ...args: SendArgsOf<M>
  ): boolean;
  /** As `router.publish`, on this listener. */
  publish<M extends AnyMessage>(
    this: void,
    topic: string & Carries<NoInfer<M>, NotCarried>,
    message: ServerSends<WhyNot<M, "ctx.send">> & M,
    ...args: PublishArgs<M, OpenData, OutsidePublishOptions<OpenData>>
  ): Promise<PublishResult>;
  /** Starts the closing handshake. Default code 1000. */
  close(this: void, connection: ExtensionConnection, code?: number, reason?: string): void;
  /**
   * Sends a frame of the extension's own control type.
   * @returns false when the peer is gone or too slow, or the payload cannot be encoded, which `onError` is told.
   */
  sendControl(this: void, connection: ExtensionConnection, payload?: unknown, meta?: Meta): boolean;
  /**
   * Sends one to everybody on this listener who follows the topic; it is encoded once.
   * @returns how many receive it.
   */
  publishControl(this: void, topic: string, payload?: unknown, meta?: Meta): number;
}

/**
 * What a gate makes of a frame: nothing lets it pass; `"drop"` forgets it; `{ error }` answers with that code, under the
 * correlation id of the frame where that stands in its first 512 characters (of another codec than JSON: where its `peek`
 * tells, or the frame has no more bytes than that); `{ close }` closes with that code.
 */
export type Verdict =
  | void
  | undefined
  | "drop"
  | ({ readonly error: ErrorCode; readonly message: string; readonly details?: unknown } & RetryOptions)
  | { readonly close: number; readonly reason?: string };

/** What adds to the meta of what leaves. */
export interface Stamp {
  (connection: ExtensionConnection | undefined, fact: Outgoing): Meta | undefined;
  /** Asked before: what it says false of is not stamped, and costs less. Left out: all is. */
  readonly when?: ((kind: Outgoing["kind"]) => boolean) | undefined;
}

/**
 * What an extension wants to hear of one listener. All hooks are synchronous. One that throws (or rejects) is logged the
 * first time and takes nothing down: a gate that throws lets the frame pass, a stamp that throws adds nothing.
 */
export interface Hooks {
  /**
   * Asked for each frame before it is decoded, pings and pongs excepted. Of several gates the first that takes a frame
   * decides; those after it are not asked.
   */
  gate?(connection: ExtensionConnection, frame: Packet): Verdict;
  /**
   * An upgrade request was refused. What a Worker refuses does not get to the listener, and is not told.
   * @param connection There is none.
   */
  upgradeRefused?(connection: undefined, fact: UpgradeRefused): void;
  /** A socket was taken in. Followed by exactly one `closed`, unless the process ends. */
  opened?(connection: ExtensionConnection, fact: Opened): void;
  closed?(connection: ExtensionConnection, fact: Closed): void;
  joined?(connection: ExtensionConnection, fact: Joined): void;
  parted?(connection: ExtensionConnection, fact: Parted): void;
  /**
   * Called in the stack of whoever sends, answers or publishes (so that an `AsyncLocalStorage` holds what it held there):
   * what it returns is added to the message's meta. The application's own keys win.
   * @param connection Whom it is sent to, or who publishes; undefined for a publish from outside any connection.
   */
  stamp?: Stamp;
  /** @param connection Who published; undefined for a publish from outside any connection. */
  published?(connection: ExtensionConnection | undefined, fact: Published): void;
  /** Followed by one `settled` or `refused`, unless it is a frame of the protocol itself. */
  received?(connection: ExtensionConnection, fact: Received): void;
  sent?(connection: ExtensionConnection, fact: Sent): void;
  settled?(connection: ExtensionConnection, fact: Settled): void;
  /** Of each request of this server's that was `stamp`ed with a correlation id. */
  answered?(connection: ExtensionConnection, fact: Answered): void;
  refused?(connection: ExtensionConnection, fact: Refused): void;
  /** @param connection Undefined where no connection was at work. */
  failed?(connection: ExtensionConnection | undefined, fact: Failed): void;
  /** A frame of the extension's `control` type arrived; it did not wait behind messages. */
  control?(connection: ExtensionConnection, frame: ControlFrame): void;
  /** The listener has ended: let go of timers. */
  disposed?(): void;
}

/**
 * Something that stands beside every handler of a listener: presence, rate limits, tracing, a log.
 *
 * @example
 * const counter: Extension = {
 *   name: "counter",
 *   setup({ logger }) {
 *     let errors = 0;
 *     return {
 *       settled: (_, { outcome }) => void (outcome === "error" && errors++),
 *       disposed: () => logger.debug(`${errors} errors`),
 *     };
 *   },
 * };
 * router.extend(counter);
 */
export interface Extension {
  /** Unique on a listener; what the log calls it. */
  readonly name: string;
  /** The one type of control frame that is its own, in both directions: `$ws:` and a name. */
  readonly control?: `$ws:${string}`;
  /**
   * Whether what its hooks are told has times. Where no extension of a listener wants any, no clock is read, which saves a tenth
   * of an echo, and each time in a fact is 0. Default: true.
   */
  readonly timed?: boolean | undefined;
  /** Called once for each listener, before its first connection. What it throws, the adapter that makes the listener throws. */
  setup(listener: ExtensionListener): Hooks;
}
