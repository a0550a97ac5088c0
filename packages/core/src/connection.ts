import { BaseContext, type MessageContextImpl } from "./context.ts";
import type { Expiring } from "./deadlines.ts";
import type { Incoming } from "./dispatch.ts";
import type { Hub } from "./hub.ts";
import type { RpcContextImpl } from "./rpc.ts";
import type { Socket } from "./socket.ts";
import { CLOSED, OPENING } from "./state.ts";
import { TopicsOf } from "./topics.ts";

/** Stands in until the handshake is through. */
const NO_SOCKET: Socket = { send: () => 0, close() {}, terminate() {}, getBufferedAmount: () => 0 };

/**
 * Everything the server knows of one socket. Its shape is fixed when it is made, so that every access on the hot path
 * is monomorphic; what most connections never need stays undefined until first use.
 */
export class Connection {
  readonly hub: Hub;
  readonly clientId: string;
  readonly data: Record<string, unknown>;
  socket: Socket = NO_SOCKET;
  /** The runtime's own socket, for `ctx.ws`; the same as `socket` where no wrapper is needed. */
  ws: unknown = undefined;
  state: number = OPENING;
  /** Something arrived since the last heartbeat ping. */
  alive = true;
  paused = false;
  /** The peer did not take everything at once: look at the buffer before the next send. */
  congested = false;
  /** Who holds the lane: later messages wait until it is done. */
  holder: BaseContext | undefined = undefined;
  /** Frees the lane when its holder takes too long. */
  laneTimer: Expiring | undefined = undefined;
  /** Decoded messages that wait for the lane. */
  waiting: Incoming[] | undefined = undefined;
  /** Run once the lane is free and nothing waits. */
  whenIdle: (() => void) | undefined = undefined;
  /** Rpcs that have not settled, by correlation id. */
  calls: Map<string, RpcContextImpl> | undefined = undefined;
  /** Contexts whose abort signal somebody looked at. */
  signalled: Set<MessageContextImpl> | undefined = undefined;
  /** Last of the sends whose validation is asynchronous; later ones line up behind it. */
  outbox: Promise<unknown> | undefined = undefined;
  /** Frames that leave together at the end of the tick, and their UTF-16 units; see `LateSends`. */
  late: { readonly frames: string[]; units: number } | undefined = undefined;
  /** Topics, in the order in which it joined them. A list: whether it follows one is asked of the topic's followers. */
  following: string[] | undefined = undefined;
  /** Subscribes that wait for permission. */
  joining: Map<string, symbol> | undefined = undefined;
  /** Those of the present minute. */
  violations: { count: number; readonly since: number } | undefined = undefined;
  /** How this side chose to close, where the runtime would report something else. */
  ending: { readonly code: number; readonly reason: string } | undefined = undefined;
  /** An earlier connection with the same client id. */
  older: Connection | undefined = undefined;

  constructor(hub: Hub, data: Record<string, unknown>, clientId: string) {
    this.hub = hub;
    this.data = data;
    this.clientId = clientId;
  }

  /** `onOpen` is through with it. */
  get opened(): boolean {
    return this.state !== OPENING;
  }

  get closed(): boolean {
    return this.state === CLOSED;
  }

  /** Whether a handler of it runs, something waits for one, or a frame has yet to be sent. */
  get busy(): boolean {
    const { holder, waiting, calls, outbox, whenIdle, hub } = this;
    if (holder !== undefined || waiting !== undefined || outbox !== undefined || whenIdle !== undefined) return true;
    return (calls !== undefined && calls.size > 0) || hub.closing.has(this);
  }

  get topics(): TopicsOf {
    return new TopicsOf(this);
  }

  /** A context outside any handler, for `onError`. */
  context(): BaseContext {
    return new BaseContext(this);
  }
}
