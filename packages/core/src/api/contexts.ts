import type { FreshPosition, Subscribed } from "./history.ts";
import type { AskRpcOptions } from "./asking.ts";
import type { ConnectionData, OpenData } from "./data.ts";
import type { Presence } from "./presence.ts";
import type { FilteredPublishOptions, PublishResult } from "./publishing.ts";
import type { ServerAsks, ServerSends, WhyNot } from "../message/direction.ts";
import type { RetryOptions } from "../message/errors.ts";
import type {
  AnyMessage,
  AnyRpc,
  InferChunk,
  InferChunkInput,
  InferErrorsInput,
  InferMeta,
  InferMetaInput,
  InferPayload,
  InferProgressInput,
  Received,
  SendArgsOf,
  SendOptions,
} from "../message/message.ts";
import type { Carries, NeedsHistory, NotCarried, Recorded } from "../message/topic.ts";
import type { RuntimeSocket } from "../ports/socket.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import type { Meta } from "../protocol/envelope.ts";

/** What a context's method is called on: `ctx.send(…)`. One that was taken off (`const { send } = ctx`) is on nothing. */
export interface Bound {
  readonly clientId: string;
}

/** The topics one connection follows. */
export interface Topics {
  /**
   * Starts to deliver what is published to the topic; doing it twice is the same as once. It has taken effect when the
   * call returns, unless `authorizeTopic` or an engine has to be waited for. Of a recorded topic: where the client stood in it
   * before its connection broke, it is sent what it has missed, before anything newer.
   * @returns of a recorded topic what became of that, so that only who needs it is sent a snapshot.
   * @throws WsKitError PERMISSION_DENIED when refused, RESOURCE_EXHAUSTED over `maxTopics`, INVALID_ARGUMENT for a name
   *   that is empty, too long or not printable: as a rejection, which need not be awaited.
   *
   * @example
   * await ctx.topics.subscribe(ctx.payload.roomId);
   * const { status } = await ctx.topics.subscribe(Room({ id }));
   * if (status !== "recovered") ctx.send(Snapshot, await snapshotOf(id));
   */
  // One signature: of two, the compiler's first line is that none of them matches.
  subscribe<T extends string>(this: Topics, topic: T): Promise<T extends Recorded ? Subscribed : void>;
  /**
   * Where a recorded topic stands, with a grant to follow it from there: to send along with a snapshot, which is read
   * afterwards, so that nothing is missed between the two. Its schema is a tuple of a string, a number and an optional string.
   * @throws WsKitError FAILED_PRECONDITION for a topic without a history, as a rejection.
   *
   * @example
   * const since = await ctx.topics.position(Room({ id }));
   * return { texts: await textsOf(id), since };
   */
  position(
    this: Topics,
    topic: string & NeedsHistory<"A topic has positions where its topic() declares a history">,
  ): Promise<FreshPosition>;
  /** Stops it. A topic that is not followed is left as it is. */
  unsubscribe(this: Topics, topic: string): Promise<void>;
  /** Whether this connection follows the topic. */
  has(this: FollowedTopics, topic: string): boolean;
  /** What it follows, in the order in which it began to. */
  list(this: FollowedTopics): string[];
  /** Unsubscribes from everything. */
  clear(this: Topics): Promise<void>;
}

/** What a connection followed until it closed. */
export type FollowedTopics = Pick<Topics, "has" | "list">;

/** What follows the message in a call that publishes it. */
export type PublishArgs<M extends AnyMessage, Data = OpenData, Options = FilteredPublishOptions<Data>> = SendArgsOf<
  M,
  SendOptions<InferMetaInput<M>> & Options
>;

/** What every handler gets. */
export interface ConnectionContext<Data = OpenData> {
  /** The runtime's own socket. */
  readonly ws: RuntimeSocket;
  /** The connection's id: assigned by the server, never by the client, and never changed. */
  readonly clientId: string;
  /** One object for the life of the connection; starts as a copy of what `authenticate` returned. */
  readonly data: ConnectionData<Data>;
  /** Sets several keys of `data` at once. */
  assignData(this: Bound, partial: Partial<Data>): void;
  /**
   * Sends to everyone who follows the topic, the sender included. This process's subscribers have been served when the
   * call returns; the promise never rejects and need not be awaited.
   *
   * @example
   * ctx.publish(roomId, Said, { text }, { excludeSelf: true });
   */
  publish<M extends AnyMessage>(
    this: Bound,
    topic: string & Carries<NoInfer<M>, NotCarried>,
    message: ServerSends<WhyNot<M, "ctx.send">> & M,
    ...args: PublishArgs<M, Data>
  ): Promise<PublishResult>;
}

declare const ENDED: unique symbol;

/** What `reply` and `error` give, for a handler that has to return an answer: nothing, by a type that tells it from none. */
export type Ended = void & { readonly [ENDED]: true };

interface SendingContext<Data> extends ConnectionContext<Data> {
  /** The topics that this connection follows. */
  readonly topics: Topics;
  /** Who this connection is for others in topics that have a presence. */
  readonly presence: Presence;
  /**
   * Sends to this connection. False when the peer is gone or too slow, or the payload does not fit its schema (which
   * `onError` is told); never throws.
   *
   * @example
   * ctx.send(Welcome, { text: "Hello" });
   */
  send<M extends AnyMessage>(
    this: Bound,
    message: ServerSends<WhyNot<M, "ctx.send">> & M,
    ...args: SendArgsOf<M>
  ): boolean;
  /**
   * Asks this connection's client, and gives its answer: `{ type, meta, payload }`. The rpc is one that servers ask, made by `rpc.fromServer`. It
   * settles once, also where the connection breaks; its rejection need not be awaited.
   * @throws RequestError for whatever keeps it from being answered, as a rejection: `isRequestError` tells of which kind.
   *   ValidationError for a payload or an answer that does not fit its schema.
   *
   * @example
   * const { payload } = await ctx.request(Confirm, { text: "Keep the room?" }, { timeoutMs: 60_000 });
   */
  request<R extends AnyRpc>(
    this: Bound,
    rpc: ServerAsks<WhyNot<R, "ctx.request">> & R,
    ...args: SendArgsOf<R, AskRpcOptions<R>>
  ): Promise<Received<R["response"]>>;
}

type ErrorArgs<C, Errors> = C extends keyof Errors
  ? undefined extends Errors[C]
    ? [details?: Errors[C], retry?: RetryOptions]
    : [details: Errors[C], retry?: RetryOptions]
  : [details?: unknown, retry?: RetryOptions];

/** When a connection opens. */
export interface OpenContext<Data = OpenData> extends SendingContext<Data> {
  /** Answers with an `ERROR` frame. */
  error(this: Bound, code: ErrorCode, message: string, details?: unknown, retry?: RetryOptions): void;
}

/** When a connection has closed. */
export interface CloseContext<Data = OpenData> extends ConnectionContext<Data> {
  /** What the connection followed until now. */
  readonly topics: FollowedTopics;
  /** RFC 6455 close code; 1006 when the peer vanished. */
  readonly code: number;
  /** What the peer said of it, or the server; "" for nothing. */
  readonly reason: string;
}

interface IncomingContext<Data> extends SendingContext<Data> {
  /** The type as it arrived, a mount's prefix included. */
  readonly type: string;
  /** When the message arrived, in milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Aborts when the connection closes, the caller gives up or time runs out. */
  readonly signal: AbortSignal;
  /** When time runs out, in milliseconds since the epoch. */
  readonly deadline: number;
}

/** In a global middleware: the payload is not validated yet. */
export interface MiddlewareContext<Data = OpenData> extends IncomingContext<Data> {
  /** What arrived, whatever it is. */
  readonly payload: unknown;
  /** What travels beside the payload; `{}` where nothing did. */
  readonly meta: Meta;
  /** Answers with an `ERROR` frame. In an rpc it is the answer, and ends it. */
  error(this: Bound, code: ErrorCode, message: string, details?: unknown, retry?: RetryOptions): void;
}

/** In a handler for one message. */
export interface MessageContext<M extends AnyMessage = AnyMessage, Data = OpenData> extends IncomingContext<Data> {
  /** What its schema made of what arrived. */
  readonly payload: InferPayload<M>;
  /** What travels beside the payload: what its schema declares, and the protocol's own. */
  readonly meta: InferMeta<M>;
  /**
   * Answers with an `ERROR` frame. In an rpc it is the answer, and ends it.
   *
   * @example
   * ctx.error("NOT_FOUND", "No such room", { roomId });
   */
  error<C extends ErrorCode>(this: Bound, code: C, message: string, ...args: ErrorArgs<C, InferErrorsInput<M>>): Ended;
}

type Reported<P> = [P] extends [never] ? "This rpc declares no progress" : P;

/** In the handler of an rpc whose response is part of its definition. */
export interface RpcContext<R extends AnyRpc = AnyRpc, Data = OpenData> extends MessageContext<R, Data> {
  /**
   * Ends the rpc with its response. Returning the payload does the same.
   *
   * @example
   * ctx.reply({ id, name });
   */
  reply(this: Bound, ...args: SendArgsOf<R["response"]>): Ended;
  /** Reports progress; false once the rpc has ended. */
  progress(this: Bound, payload: Reported<InferProgressInput<R>>): boolean;
}

/** In the handler of an rpc whose definition has a `stream.fromClient`. */
export interface ReadingContext<In> {
  /**
   * What the client sends, each item checked when it is asked for. What nobody asks for is not sent either: the client waits.
   * Leaving the loop tells it to stop. Throws where the request has ended, or an item does not fit its schema.
   *
   * @example
   * for await (const { bytes } of ctx.incoming) await file.write(bytes);
   */
  readonly incoming: AsyncIterableIterator<In>;
}

/** In the handler of an rpc whose definition has a `stream.fromServer`. */
export interface WritingContext<Out> {
  /**
   * Sends one item, and resolves when there may be another: at once, or when the client has taken enough of those before.
   *
   * @throws WsKitError where the request has ended, and ValidationError for what does not fit its schema, as a rejection.
   *
   * @example
   * for await (const row of rows) await ctx.write(row);
   */
  write(this: Bound, item: Out): Promise<void>;
}

/** What the streams of an rpc add to its handler's context. */
export type StreamsOf<R> = R extends { readonly stream: object } ? ReadingOf<R> & WritingOf<R> : unknown;

type ReadingOf<R> = R extends { readonly stream: { readonly fromClient: object } }
  ? ReadingContext<InferChunk<R, "fromClient">>
  : unknown;

type WritingOf<R> = R extends { readonly stream: { readonly fromServer: object } }
  ? WritingContext<InferChunkInput<R, "fromServer">>
  : unknown;

/** In the handler of an rpc made from two plain messages. */
export interface RequestContext<M extends AnyMessage = AnyMessage, Data = OpenData> extends MessageContext<M, Data> {
  /** Ends the rpc with this message. */
  reply<A extends AnyMessage>(
    this: Bound,
    message: ServerSends<WhyNot<A, "ctx.send">> & A,
    ...args: SendArgsOf<A>
  ): void;
  /** Reports progress of any form, unchecked; false once the rpc has ended. */
  progress(this: Bound, payload: unknown): boolean;
}

/** What `onError` may be given: at least a connection, with `type` where a message was at work. */
export interface AnyContext<Data = OpenData> extends ConnectionContext<Data> {
  /** The type of the message at work. */
  readonly type?: string;
}
