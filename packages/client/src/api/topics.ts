import type {
  AnyMessage,
  GapReason,
  InferMessage,
  NotCarried,
  Position,
  SavedPosition,
  ServerSends,
  SubscribeStatus,
} from "@ws-kit/core/protocol";
import type { Off } from "./off.ts";

/** Messages of a recorded topic were missed, and cannot be told. */
export interface Gap {
  readonly topic: string;
  readonly reason: GapReason;
}

export interface RecordedOptions {
  /**
   * Called when messages were missed that nobody can replay, before anything newer: the place to ask for a snapshot. What it
   * throws goes to `onError`.
   */
  onGap: (gap: Gap) => unknown;
  /**
   * Where to begin: what the server gave with a snapshot (`ctx.topics.position`). Left out: with what comes next. What this
   * client knows of the topic from before goes first: where it has come further, or in another log, `onGap` is told of a `hole`,
   * since what is between was heard before this subscription was there.
   */
  since?: SavedPosition | undefined;
}

/** What the compiler says of a topic without a history that is given options. */
export type NoGaps = "Only a topic with a history can have a gap, of which onGap is told";

/** And of one with a history that is given none. */
export type NeedsOnGap = "A topic with a history can have a gap: give onGap along, as { onGap: () => … }";

/** What became of a subscription. */
export interface Subscribed {
  readonly status: SubscribeStatus;
  /** Of a gap. */
  readonly reason?: GapReason;
  /** How many messages were replayed. */
  readonly count?: number;
}

/** A topic that this client asked for, and asks for again on each new connection. */
export interface LiveSubscription {
  readonly topic: string;
  /**
   * What the server answered first. Waits for a connection, also after `close()`; leaving it alone is fine.
   * @throws ServerError PERMISSION_DENIED where this user may not, or the server has no rule for the topic; `onError` hears of
   * that as well. StateError where it is let go of before.
   */
  readonly ready: Promise<Subscribed>;
  /** Ends it, where nobody else of this client has it: what is shared by several is counted. */
  unsubscribe(): void;
}

/** A message of a recorded topic. */
export type Placed<M extends AnyMessage> = InferMessage<M> & {
  readonly topic: string;
  /** Where in its topic it stands. */
  readonly position: Position;
};

/** One that is recorded: its messages say of which topic they are. */
export interface Subscription<M extends AnyMessage> extends LiveSubscription {
  /** As `client.on`, for the messages of this topic alone, until `unsubscribe()`. */
  on<N extends M>(message: ServerSends<NotCarried> & N, handler: (message: Placed<N>) => void): Off;
}
