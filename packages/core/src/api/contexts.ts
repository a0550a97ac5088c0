import type { ConnectionData, OpenData } from "./data.ts";
import type { FilteredPublishOptions, PublishResult } from "./publishing.ts";
import type { RetryOptions } from "../message/errors.ts";
import type {
  AnyMessage,
  AnyRpc,
  InferErrorsInput,
  InferInput,
  InferMeta,
  InferMetaInput,
  InferPayload,
  InferProgressInput,
  Message,
  SendArgs,
  SendOptions,
} from "../message/message.ts";
import type { RuntimeSocket } from "../ports/socket.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import type { Meta } from "../protocol/envelope.ts";

/** The topics one connection follows. */
export interface Topics {
  /**
   * Starts to deliver what is published to the topic; doing it twice is the same as once. It has taken effect when the
   * call returns, unless `authorizeTopic` or a broker has to be waited for.
   * @throws WsKitError PERMISSION_DENIED when refused, RESOURCE_EXHAUSTED over `maxTopics`, INVALID_ARGUMENT for a name
   *   that is empty, too long or not printable: as a rejection, which need not be awaited.
   */
  subscribe(topic: string): Promise<void>;
  /** Stops it. A topic that is not followed is left as it is. */
  unsubscribe(topic: string): Promise<void>;
  has(topic: string): boolean;
  list(): string[];
  /** Unsubscribes from everything. */
  clear(): Promise<void>;
}

/** What every handler gets. */
export interface ConnectionContext<Data = OpenData> {
  /** The runtime's own socket. */
  readonly ws: RuntimeSocket;
  /** The connection's id: assigned by the server, never by the client, and never changed. */
  readonly clientId: string;
  /** One object for the life of the connection; starts as a copy of what `authenticate` returned. */
  readonly data: ConnectionData<Data>;
  /** Sets several keys of `data` at once. */
  assignData(partial: Partial<Data>): void;
  /**
   * Sends to everyone who follows the topic, the sender included. This process's subscribers have been served when the
   * call returns; the promise never rejects and need not be awaited.
   */
  publish<In, MetaIn>(
    topic: string,
    message: Message<string, In, unknown, MetaIn, unknown>,
    ...args: SendArgs<NoInfer<In>, NoInfer<MetaIn>, SendOptions<NoInfer<MetaIn>> & FilteredPublishOptions<Data>>
  ): Promise<PublishResult>;
}

interface SendingContext<Data, Errors> extends ConnectionContext<Data> {
  readonly topics: Topics;
  /**
   * Sends to this connection. False when the peer is gone or too slow, or the payload does not fit its schema (which
   * `onError` is told); never throws.
   */
  send<In, MetaIn>(
    message: Message<string, In, unknown, MetaIn, unknown>,
    ...args: SendArgs<NoInfer<In>, NoInfer<MetaIn>>
  ): boolean;
  /** Answers with an `ERROR` frame. In an rpc it is the answer, and ends it. */
  error<C extends ErrorCode>(code: C, message: string, ...args: ErrorArgs<C, Errors>): void;
}

type ErrorArgs<C, Errors> = C extends keyof Errors
  ? [details: Errors[C], retry?: RetryOptions]
  : [details?: unknown, retry?: RetryOptions];

export interface OpenContext<Data = OpenData> extends SendingContext<Data, unknown> {}

export interface CloseContext<Data = OpenData> extends ConnectionContext<Data> {
  /** What the connection followed until now. */
  readonly topics: Pick<Topics, "has" | "list">;
  /** RFC 6455 close code; 1006 when the peer vanished. */
  readonly code: number;
  readonly reason: string;
}

interface IncomingContext<Data, Errors, M> extends SendingContext<Data, Errors> {
  /** The type as it arrived, a mount's prefix included. */
  readonly type: string;
  readonly meta: M;
  /** When the message arrived, in milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Aborts when the connection closes, the caller gives up or time runs out. */
  readonly signal: AbortSignal;
  /** When time runs out, in milliseconds since the epoch. */
  readonly deadline: number;
}

/** In a global middleware: the payload is not validated yet. */
export interface MiddlewareContext<Data = OpenData> extends IncomingContext<Data, unknown, Meta> {
  readonly payload: unknown;
}

/** In a handler for one message. */
export interface MessageContext<M extends AnyMessage = AnyMessage, Data = OpenData> extends IncomingContext<
  Data,
  InferErrorsInput<M>,
  InferMeta<M>
> {
  readonly payload: InferPayload<M>;
}

/** In the handler of an rpc whose response is part of its definition. */
export interface RpcContext<R extends AnyRpc = AnyRpc, Data = OpenData> extends MessageContext<R, Data> {
  /** Ends the rpc with its response. Returning the payload does the same. */
  reply(...args: SendArgs<InferInput<R["response"]>, InferMetaInput<R["response"]>>): void;
  /** Reports progress; false once the rpc has ended. */
  progress(payload: InferProgressInput<R>): boolean;
}

/** In the handler of an rpc made from two plain messages. */
export interface RequestContext<M extends AnyMessage = AnyMessage, Data = OpenData> extends MessageContext<M, Data> {
  /** Ends the rpc with this message. */
  reply<In, MetaIn>(
    message: Message<string, In, unknown, MetaIn, unknown>,
    ...args: SendArgs<NoInfer<In>, NoInfer<MetaIn>>
  ): void;
  /** Reports progress of any form, unchecked; false once the rpc has ended. */
  progress(payload: unknown): boolean;
}

/** What `onError` may be given: at least a connection, with `type` where a message was at work. */
export interface AnyContext<Data = OpenData> extends ConnectionContext<Data> {
  readonly type?: string;
}
