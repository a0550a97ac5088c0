import type {
  AfterAnswer,
  AnyMessage,
  ClientAsks,
  ClientSends,
  ServerSends,
  ClientRequests,
  WhyNot,
  AnyRpc,
  Envelope,
  InferInput,
  InferMessage,
  InferMetaInput,
  Live,
  NeedsHistory,
  MaybeAnswer,
  Meta,
  Received,
  SendArgsOf,
  TopicName,
} from "@ws-kit/core/protocol";
import type { Attempt, ProgressStream, Reporting, RequestArgs, RequestOptions } from "./requests.ts";
import type { Off } from "./off.ts";
import type { StreamArgs } from "./streams.ts";
import type { Observation } from "./observation.ts";
import type { LiveSubscription, NeedsOnGap, NoGaps, RecordedOptions, Subscription } from "./topics.ts";
import type { ConnectionState, StateInfo } from "./states.ts";

/**
 * What went wrong, beside a call that failed by itself:
 * `validation` a message that came does not fit its schema, `invalid` one that was to be sent does not, or is an rpc, `parse` a frame is no frame, `server` the server
 * answered a message or a `subscribe` with an error, `overflow` the queue had no room, `gap` messages of a recorded topic were missed that nobody asked for by `subscribe`, `lost` a message that `send` had taken may not
 * have arrived, `auth` `getToken` failed, `connect` a dial could not be made or the client gave up, `contract` the server has another one, `handler` one of
 * the application's functions threw.
 */
export type ErrorKind =
  | "validation"
  | "invalid"
  | "parse"
  | "server"
  | "overflow"
  | "lost"
  | "gap"
  | "auth"
  | "connect"
  | "contract"
  | "handler";

export interface ErrorContext {
  type: ErrorKind;
  /** Type of the message concerned, where there is one; for a `gap` or a subscription its topic. */
  message?: string | undefined;
  /** What it carried, for `overflow` and `lost`; what differs, for `contract`: `{ message, differing, strict }`. */
  payload?: unknown;
}

export type { Off } from "./off.ts";

type WhyNotIterated<R extends AnyRpc> = [WhyNot<R, "client.request">] extends [never]
  ? R extends { readonly stream: object }
    ? "This rpc has a stream: the client needs streams() in use, of @ws-kit/client/streams"
    : R extends { readonly progress: object }
      ? never
      : "This rpc declares no progress: ask it with client.request()"
  : WhyNot<R, "client.request">;

/** What a handler of `onOpen` is given. */
export interface Opening {
  /**
   * Whether the server still knows what the last connection was: false for a new one, which starts with nothing, and where
   * the handlers of the last one were cut off in their midst.
   */
  readonly resumed: boolean;
  /** As `client.send`, past what waits in the queue, and only on this connection: false once that is gone. */
  readonly send: Client["send"];
  /** As `client.request`, past what waits in the queue, and only on this connection. */
  readonly request: Client["request"];
}

export interface Client extends AsyncDisposable {
  readonly state: ConnectionState;
  /** Whether `state` is `"open"`. */
  readonly isConnected: boolean;
  /** The circumstances of the last change of state, as `onState` was told. */
  readonly stateInfo: StateInfo;
  /** Bytes that wait: in the queue, as UTF-8, and in the socket. */
  readonly bufferedAmount: number;
  /** Round trip of the last heartbeat in milliseconds; undefined before the first. */
  readonly latencyMs: number | undefined;

  /**
   * Connects, or dials at once where it waits to reconnect.
   *
   * @returns when it is open, and the handlers of `onOpen` are through.
   * @throws ConnectionClosedError when the client gives up or is closed first. Leaving the promise alone is fine.
   */
  connect(): Promise<void>;
  /**
   * Hangs up for good, until `connect()`. Pending requests reject, no message handler fires any more.
   *
   * @param code 1000 (default) or from 3000 up; 1000 is sent in the place of any other, since pages may send no other.
   * @param reason Cut to 123 bytes of UTF-8 (RFC 6455 §5.5).
   * @returns when the connection is closed.
   */
  close(code?: number, reason?: string): Promise<void>;

  /** Calls the handler for each message of this type that fits its schema. */
  on<M extends AnyMessage>(
    message: ServerSends<WhyNot<M, "client.on">> & M,
    handler: (message: InferMessage<M>) => void,
  ): Off;
  /** As `on`, for the next one only. */
  once<M extends AnyMessage>(
    message: ServerSends<WhyNot<M, "client.on">> & M,
    handler: (message: InferMessage<M>) => void,
  ): Off;
  /** Gets messages whose type has no handler, unvalidated. */
  onUnhandled(handler: (frame: Envelope & { meta: Meta }) => void): Off;
  /** Gets every change of state. A drop is `closed`, then `reconnecting`, then `connecting`. */
  onState(handler: (state: ConnectionState, info: StateInfo) => void): Off;
  /**
   * Runs at every open, a new connection's and one of a socket that is shared: the place to log in and to join again what
   * ended with the last connection. Handlers run in order of registration, before anything that waits in the queue. Where
   * one returns a promise, the queue and the next handler wait for it, at most `connectTimeoutMs`; one that fails is
   * reported. `state`, `onState` and `connect()` tell of it afterwards, and topics of `subscribe` are asked for then: what
   * waits for one of these, waits for the handler.
   *
   * @example
   * client.onOpen(({ send }) => send(Join, { room: "lobby" }));
   */
  onOpen(handler: (opening: Opening) => unknown): Off;
  /** Gets what goes wrong outside of a call. */
  onError(handler: (error: Error, context: ErrorContext) => void): Off;
  /**
   * Calls the observer for every frame in and out, every state and every request that ends, in the order in which they
   * happen. What it throws goes to the `logger` alone; without observers nothing is made for them.
   */
  observe(observer: (observation: Observation) => void): Off;

  /**
   * Sends a message, or queues it while there is no connection. Never throws.
   *
   * @returns whether it was taken. What does not fit its schema goes to `onError`; under an asynchronous schema that is
   * known later, and the answer here is true. A message that was taken and may not have arrived is reported as `lost`.
   */
  send<M extends AnyMessage>(message: ClientSends<WhyNot<M, "client.send">> & M, ...args: SendArgsOf<M>): boolean;

  /**
   * Waits until nothing is left of what was sent: the server has it, and has answered what it answers, or it was reported
   * as lost. To send no faster than the line is: `while (send(…)) if (client.bufferedAmount > 65_536) await client.drained()`.
   */
  drained(): Promise<void>;

  /**
   * Sends a request and waits for the given response.
   *
   * @throws TimeoutError, ServerError, ConnectionClosedError, StateError or ValidationError.
   */
  request<M extends AnyMessage, R extends MaybeAnswer>(
    message: ClientAsks<WhyNot<M, "client.request">> & M,
    payload: InferInput<M>,
    response: ServerSends<WhyNot<R, "client.on">> & R,
    ...options: AfterAnswer<R, RequestOptions<InferMetaInput<M>>>
  ): Promise<Received<R>>;
  /** Sends an rpc and waits for its own response. Throws as above. */
  request<R extends AnyRpc, O = unknown>(
    rpc: ClientRequests<WhyNot<R, "client.request(rpc)">> & R,
    ...args: RequestArgs<R, O>
  ): Promise<Received<R["response"]>>;

  /**
   * As `request`, and never rejects: what may go wrong is in what it gives, told apart by `ok` and `code`.
   *
   * @example
   * const got = await client.attempt(Import, { file });
   * if (got.ok) show(got.payload.rows);
   * else if (got.code === "NOT_FOUND") show(got.details.file);
   * else throw got.error; // "failed": no answer, or an error that the rpc does not declare
   */
  attempt<R extends AnyRpc>(
    rpc: ClientRequests<WhyNot<R, "client.request(rpc)">> & R,
    ...args: RequestArgs<R>
  ): Promise<Attempt<R>>;

  /**
   * Follows a recorded topic, now and on each new connection, from where this client stood: what was missed is replayed, or
   * `onGap` is told that it cannot be. The server decides who may (`router.topic`).
   *
   * @example
   * const room = client.subscribe(Room({ id: "7" }), {
   *   onGap: async () => show(await client.request(GetRoom, { id: "7" })),
   * });
   * room.on(Said, ({ payload }) => append(payload));
   */
  subscribe<M extends AnyMessage>(
    topic: TopicName<M> & NeedsHistory<NoGaps>,
    options: RecordedOptions,
  ): Subscription<M>;
  /**
   * Follows a topic without a history, now and on each new connection; what is published meanwhile is missed. Its messages
   * do not say of which topic they are: they go to `client.on`.
   */
  subscribe(topic: string & Live<NeedsOnGap>): LiveSubscription;

  /** Sends an rpc and iterates its progress. Leaving the loop early aborts it. */
  stream<R extends AnyRpc>(rpc: Reporting<WhyNotIterated<R>> & R, ...args: StreamArgs<R>): ProgressStream<R>;
}
