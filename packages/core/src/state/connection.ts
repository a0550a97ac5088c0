import type { ErrorHandler } from "../api/handlers.ts";
import type { ResolvedHeartbeat } from "../api/heartbeat.ts";
import type { Limits } from "../api/limits.ts";
import type { AuthorizeTopic, ExpiresAt, Identify } from "../api/options.ts";
import type { Clock } from "../base/clock.ts";
import type { Deadlines, Expiring } from "../base/deadlines.ts";
import type { Turns } from "../base/turns.ts";
import type { Logger } from "../base/logger.ts";
import type { Recorded } from "../history/recorded.ts";
import type { AnswerStore } from "../ports/answer-store.ts";
import type { NodeLink } from "../ports/engine.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Socket } from "../ports/socket.ts";
import type { Tuning } from "../ports/tuning.ts";
import type { Codec, Packet } from "../protocol/codec.ts";
import type { Envelope } from "../protocol/envelope.ts";
import type { Backlog } from "./backlog.ts";
import type { Calls, Joining } from "./calls.ts";
import type { AnswerMemory } from "./answers.ts";
import type { Asked } from "./asked.ts";
import { type Followed, topicsIn } from "./followed.ts";
import type { Followers } from "./followers.ts";
import type { CompiledHooks } from "./hooks.ts";
import type { Lease } from "./lease.ts";
import { CLOSED, OPENING } from "./phases.ts";
import type { Identities } from "./identities.ts";
import type { Laggards } from "./laggards.ts";
import type { Presences } from "./presence.ts";
import type { Registry } from "./registry.ts";
import type { Streams } from "./streams.ts";
import type { Resumption } from "./resumption.ts";
import type { RouteTable } from "./route.ts";
import type { TopicRule } from "./topic-rule.ts";

/** What happens to a connection as a whole. */
export type Event = "open" | "close" | "detach" | "resume";

export type Hook = (ctx: never) => unknown;

/** The handlers of a router, asked for at each use: some may be added while it serves. */
export interface Handlers {
  handlersOf(event: Event): readonly Hook[];
  errorHandlers(): readonly ErrorHandler<never>[];
  /** Who may follow topics of which family. */
  topicRules(): readonly TopicRule[];
  /** What keeps answers of idempotent requests for other processes too. */
  readonly answers: AnswerStore | undefined;
}

/**
 * What one listener keeps alive, as everything below the hub sees it: kept data, and the few acts of higher rooms that a
 * lower one needs.
 */
export interface Listener {
  readonly handlers: Handlers;
  /** What extensions want to hear; undefined where there are none. */
  readonly hooks: CompiledHooks<Connection> | undefined;
  readonly runtime: Runtime<Connection>;
  readonly limits: Readonly<Limits>;
  /** Settings that its sockets have. */
  readonly tuning: Tuning;
  readonly codec: Codec;
  /** The codec gives bytes. */
  readonly binary: boolean;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly validateOutgoing: boolean;
  readonly authorizeTopic: AuthorizeTopic<never> | undefined;
  readonly identify: Identify<never> | undefined;
  /** Whose each connection is; empty without `identify`. */
  readonly identities: Identities<Connection>;
  /** From where connections came, by their data, which nobody else has; undefined where no extension asks for it. */
  addresses: WeakMap<object, string | undefined> | undefined;
  readonly expiresAt: ExpiresAt<never> | undefined;
  /** For how long each connection may stay; empty without `expiresAt`. */
  readonly leases: WeakMap<Connection, Lease>;
  readonly heartbeat: ResolvedHeartbeat | undefined;
  /** Keeps connections whose sockets broke; undefined where they end with them. */
  readonly resume: Resumption<Connection> | undefined;
  /** New connections are refused. */
  draining: boolean;
  /** During a drain: those that have not answered that they know of it. */
  untold: Set<Connection> | undefined;

  readonly connections: Registry<Connection>;
  /** Connections whose `onClose` still runs. */
  readonly closing: Set<Connection>;
  /** Those of which a subscribe waits. */
  readonly joining: Set<Connection>;
  readonly deadlines: Deadlines;
  readonly answers: AnswerMemory;
  /** What connections have been asked, and have yet to answer. */
  readonly asked: Asked<Connection>;
  /** Of requests that run; undefined while there are none, which is all that a message looks at. */
  streams: Streams<Connection> | undefined;
  readonly followers: Followers<Connection>;
  readonly nativeTopics: boolean;
  /** Recorded topics: their log, and what proves who may see which of it. Undefined where there are none. */
  readonly recorded: Recorded | undefined;
  /** Who is where; undefined where no topic has a presence. */
  readonly presence: Presences<Connection> | undefined;
  /** The listeners of this process that serve the same router, itself too; only itself where it cannot be reached. */
  readonly peers: ReadonlySet<Listener>;
  /** The way to other nodes. */
  readonly link: NodeLink | undefined;
  /** Peers that have not read everything, those that are being closed included. */
  readonly congested: Map<Connection, Backlog>;
  /** Connections whose messages come faster than their handlers work. */
  readonly laggards: Laggards<Connection>;
  /** Bytes that may yet be sent before somebody has to look at what stays unread. */
  allowance: number;

  /** Whose frame is being taken in: the runtime gathers what its socket sends meanwhile. */
  receiving: Connection | undefined;
  /** Connections with frames that leave at the end of the tick. */
  late: Connection[];
  /** UTF-16 units that were gathered since they last left. */
  lateUnits: number;
  /** What is published from outside any connection, as the `outbox` of one. */
  outbox: Turns | undefined;
  /** Sends them; one function for all ticks. */
  readonly flushLate: () => void;

  routes(): RouteTable;
  /** What a runtime with native topics calls this topic. */
  nativeName(topic: string): string;
  /** Runs one message whose turn has come. */
  start(conn: Connection, envelope: Envelope, arrived: number, waited: boolean): void;
  /** Starts a frame that was read in advance, whose turn has come. */
  startFrame(conn: Connection, packet: Packet): void;
  /** Looks whether the peers of connections that are paused are still there. */
  watchLaggards(): void;
  /** A client brings a new token. False where none is taken. */
  renew(conn: Connection, envelope: Envelope): boolean;
  /** A frame about topics: positions, subscribing. False where there is nothing to say of them, or it is none. */
  topicFrame(conn: Connection, envelope: Envelope): boolean;
  /** Looks after those who are behind, until nobody is. */
  watch(): void;
  /** The allowance is used up. */
  spent(): void;
  /** A context outside any handler, for `onError`. */
  contextOf(conn: Connection): unknown;

  // The socket's events.
  /**
   * The socket of a connection that was prepared is open; nothing is run for it before `opened`.
   * @returns the connection that goes on with the socket: another one, where that was here before.
   */
  takeIn(prepared: Connection, socket: Socket): Connection;
  /** Runs `onOpen` for a connection that was taken in, or `onResume`. */
  opened(conn: Connection): void;
  receive(conn: Connection, data: string | ArrayBufferLike | ArrayBufferView): void;
  hangUp(conn: Connection, code?: number, reason?: string): boolean;
  drained(conn: Connection): void;
  seen(conn: Connection): void;
  close(conn: Connection, code: number, reason: string): void;
}

/** A decoded message and when it arrived, below 0: by the monotonic clock. */
export interface Incoming {
  readonly envelope: Envelope;
  readonly arrived: number;
}

/**
 * A reading of the monotonic clock as `Incoming` and contexts keep it: below 0, so that it is told from one of the wall
 * clock, and never 0, which says that nobody has asked.
 */
export function arrivalAt(monotonic: number): number {
  return monotonic === 0 ? -Number.MIN_VALUE : -monotonic;
}

/** Frames that leave together at the end of a tick; nearly always one, which takes no list. */
export interface Late {
  readonly first: Packet;
  /** Where there are more: all of them. */
  all: Packet[] | undefined;
  /** UTF-16 units, or bytes, of them. */
  units: number;
}

/** What a connection's later messages wait for. */
export interface Holder {
  /** What the log calls it. */
  readonly subject: string | undefined;
  /** A message's, by which the log tells one from another. */
  readonly type?: string;
  readonly clientId: string;
  /** It takes too long: the lane goes on without it. */
  overrun(): void;
}

/** Something whose signal aborts. */
export interface Abortable {
  /** False where the answer is wanted even after this connection is gone. */
  readonly abortsOnClose: boolean;
  abort(reason: string): void;
}

/** Counted within one minute. */
export interface Offences {
  /** When the minute began, in monotonic milliseconds. */
  readonly since: number;
  /** Frames that broke the protocol. */
  violations: number;
  /** Requests that it called off. */
  aborts: number;
  /** Milliseconds spent on payloads that were refused. */
  refusalMs: number;
}

/** Stands in until the handshake is through. */
const NO_SOCKET: Socket = { send: () => 0, close() {}, terminate() {}, getBufferedAmount: () => 0 };

/**
 * Everything the server knows of one socket. Its shape is fixed when it is made, so that every access on the hot path
 * is monomorphic; what most connections never need stays undefined until first use.
 */
export class Connection {
  readonly hub: Listener;
  readonly clientId: string;
  readonly data: Record<string, unknown>;
  /** Where connections can be resumed, what stands before the present one, if there is one. */
  socket: Socket = NO_SOCKET;
  /** The runtime's own socket, for `ctx.ws`; the same as `socket` where no wrapper is needed. */
  ws: unknown = undefined;
  state: number = OPENING;
  /** Looks of the heartbeat, or of the watch that stands in for it, since anything arrived. */
  silent = 0;
  paused = false;
  /** The peer did not take everything at once: look at the buffer before the next send. */
  congested = false;
  /** Who holds the lane: later messages wait until it is done. */
  holder: Holder | undefined = undefined;
  /** Frees the lane when its holder takes too long. */
  laneTimer: Expiring | undefined = undefined;
  /** Decoded messages that wait for the lane. */
  waiting: Incoming[] | undefined = undefined;
  /** Run once the lane is free and nothing waits. */
  whenIdle: (() => void) | undefined = undefined;
  /** Rpcs that have not settled, and how many handlers run. */
  calls: Calls | undefined = undefined;
  /** Contexts whose abort signal somebody looked at. */
  signalled: Set<Abortable> | undefined = undefined;
  /** What it sends, from the first on that has yet to be checked until nothing has; see `sending/outbox.ts`. */
  outbox: Turns | undefined = undefined;
  /** Frames that leave together at the end of the tick, and their UTF-16 units, or bytes; see `sending/frames.ts`. */
  late: Late | undefined = undefined;
  /** The topics it follows. */
  followed: Followed = undefined;
  /** Subscribes that wait for permission. */
  joining: Joining | undefined = undefined;
  /** What it did in the present minute that counts against it. */
  offences: Offences | undefined = undefined;
  /** How this side chose to close, where the runtime would report something else. */
  ending: { readonly code: number; readonly reason: string } | undefined = undefined;
  /** What extensions keep of it, by the number of their slot. */
  slots: unknown[] | undefined = undefined;

  constructor(hub: Listener, data: Record<string, unknown>, clientId: string) {
    this.hub = hub;
    this.data = data;
    this.clientId = clientId;
  }

  /** `onOpen` is through with it. */
  get opened(): boolean {
    return this.state !== OPENING;
  }

  get following(): string[] {
    return topicsIn(this.followed);
  }

  get closed(): boolean {
    return this.state === CLOSED;
  }

  /** Whether a handler of it runs, something waits for one, or a frame has yet to be sent. */
  get busy(): boolean {
    const { holder, waiting, calls, outbox, whenIdle, hub } = this;
    if (holder !== undefined || waiting !== undefined || outbox !== undefined || whenIdle !== undefined) return true;
    return (calls !== undefined && calls.size > 0) || hub.asked.has(this) || hub.closing.has(this);
  }
}
